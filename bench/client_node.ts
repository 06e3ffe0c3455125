/**
 * Installs `@kubernetes/client-node` for benchmarks.
 *
 * @module
 */
import { join } from "node:path";

const CLIENT_NODE = "2.0.1";

/** A program that uses client-node. */
export interface ClientNode {
  /** How to call it in tables. */
  readonly name: string;
  /** How to run it. */
  readonly command: string[];
}

/**
 * Installs client-node into a folder, and tells how to run a program with it: by Node if there is one that it works with.
 *
 * @param folder The folder.
 * @param program The name of the program, which is beside this module.
 * @returns The program.
 */
export async function installClientNode(folder: string, program: string): Promise<ClientNode> {
  const script = join(folder, program);
  await Deno.copyFile(new URL(program, import.meta.url), script);
  const dependencies = { "@kubernetes/client-node": CLIENT_NODE };
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies }));
  await output([Deno.execPath(), "install", "--quiet", "--node-modules-dir=auto"], folder);
  const version = await output(["node", "--version"]).catch(() => "v0");
  return Number(version.slice(1).split(".")[0]) >= 22
    ? { name: `client-node, Node ${version.trim()}`, command: ["node", script] }
    : { name: "client-node, Deno", command: [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", script] };
}

/**
 * Runs a program to its end.
 *
 * @param command The program and its arguments.
 * @param cwd The folder to run it in.
 * @returns What it wrote to stdout.
 * @throws {Error} If it fails.
 */
export async function output([command, ...args]: string[], cwd?: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command!, { args, ...(cwd && { cwd }) }).output();
  if (code !== 0) throw new Error(`Cannot run ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
