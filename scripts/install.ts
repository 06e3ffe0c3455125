/**
 * `deno task install [--root DIR]`: puts the command `kubescript` on the path.
 *
 * What is installed is a few lines that run this checkout with the Deno that runs this, so that an update of the
 * checkout is an update of the command.
 *
 * @module
 */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const isWindows = Deno.build.os === "windows";

if (import.meta.main) await install(Deno.args);

async function install(args: readonly string[]): Promise<void> {
  const [flag, dir, ...rest] = args.flatMap((arg) => arg.startsWith("--root=") ? ["--root", arg.slice(7)] : [arg]);
  if (rest.length > 0 || (flag !== undefined && (flag !== "--root" || !dir))) {
    console.error("Usage: deno task install [--root DIR]");
    Deno.exit(64);
  }
  const folder = join(dir ?? Deno.env.get("DENO_INSTALL_ROOT") ?? join(homedir(), ".deno"), "bin");
  const file = join(folder, isWindows ? "kubescript.cmd" : "kubescript");
  const checkout = fileURLToPath(new URL("../", import.meta.url));
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(file, isWindows ? cmdShim(checkout) : shellShim(checkout));
  if (!isWindows) await Deno.chmod(file, 0o755);
  console.log(`Installed ${file}\nIt runs the checkout ${checkout}`);
  if ((Deno.env.get("PATH") ?? "").split(delimiter).includes(folder)) {
    console.log("Try it: kubescript --help");
  } else if (isWindows) {
    console.log(`To call it by its name, add ${folder} to the environment variable Path`);
  } else {
    console.log(`To call it by its name, put this into your shell's profile:\n  export PATH="${folder}:$PATH"`);
  }
}

// Without a lock file: what scripts import is not to be written into that of the checkout.
function denoArgs(checkout: string, quote: (text: string) => string): string {
  const [config, main] = [join(checkout, "deno.json"), join(checkout, "lib", "cli", "main.ts")].map(quote);
  return `run --allow-all --quiet --no-lock --config ${config} ${main}`;
}

function shellShim(checkout: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    "#!/bin/sh",
    "# Made by: deno task install",
    `deno=${quote(Deno.execPath())}`,
    '[ -x "$deno" ] || deno=deno',
    `exec "$deno" ${denoArgs(checkout, quote)} "$@"`,
    "",
  ].join("\n");
}

function cmdShim(checkout: string): string {
  return [
    "@echo off",
    "rem Made by: deno task install",
    `set "deno=${Deno.execPath()}"`,
    'if not exist "%deno%" set "deno=deno"',
    `"%deno%" ${denoArgs(checkout, (text) => `"${text}"`)} %*`,
    "",
  ].join("\r\n");
}
