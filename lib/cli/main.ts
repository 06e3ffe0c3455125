/**
 * The entry point of the command line, and of scripts that run themselves.
 *
 * @module
 */

import type { Script } from "../script/script.ts";
import { runApp } from "./app.ts";
import { denoHost } from "./host.ts";

/**
 * Runs a script as a program of its own, `deno run -A shop.ts plan`, and ends the process.
 *
 * @param script The script.
 * @param args The command and its flags; by default those of the process.
 *
 * @example
 * ```ts ignore
 * import { main, script } from "@kubescript/kubescript";
 *
 * const shop = script("shop", { resources: [] });
 * export default shop;
 * if (import.meta.main) await main(shop);
 * ```
 */
export async function main(script: Script, args: readonly string[] = Deno.args): Promise<never> {
  Deno.exit(await runApp(args, { host: denoHost(), name: Deno.mainModule.split("/").at(-1) ?? "", script }));
}

async function runCli(args: readonly string[]): Promise<never> {
  const relaunch = async (file: string, watch: boolean) =>
    (await import("./launcher.ts")).relaunch(file, args, { watch });
  Deno.exit(await runApp(args, { host: denoHost(), name: "kubescript", relaunch }));
}

// Not awaited: the scripts that it loads import this module through mod.ts, and would wait for it in turn.
if (import.meta.main) void runCli(Deno.args);
