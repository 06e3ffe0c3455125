/**
 * The entry point of the command line, and of scripts that run themselves.
 *
 * @module
 */

import { basename } from "node:path";
import type { Script } from "../script/script.ts";

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
  const [{ runApp }, { denoHost }] = await Promise.all([import("./app.ts"), import("./host.ts")]);
  Deno.exit(await runApp(args, { host: denoHost(), name: basename(Deno.mainModule), script }));
}

async function runCli(args: readonly string[]): Promise<never> {
  const [{ runApp }, { denoHost }] = await Promise.all([import("./app.ts"), import("./host.ts")]);
  const relaunch = async (file: string) => (await import("./launcher.ts")).relaunch(file, args);
  Deno.exit(await runApp(args, { host: denoHost(), name: "kubescript", relaunch }));
}

// Not awaited: the scripts that it loads import this module through mod.ts, and would wait for it in turn.
if (import.meta.main) void runCli(Deno.args);
