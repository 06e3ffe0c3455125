/**
 * How tests run the command: as a process of its own, in a folder of its own, without any cluster.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** How a process ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

/** A folder with files, which goes away with its variable: `await using folder = …`. */
export interface Folder extends AsyncDisposable {
  /** Its path. */
  readonly path: string;
}

/** The arguments with which an installed command runs Deno. */
// deno-fmt-ignore
export const COMMAND: readonly string[] = [
  "run", "--allow-all", "--quiet", "--no-lock", "--config", projectPath("deno.json"), projectPath("lib/cli/main.ts"),
];

/**
 * Writes files into a new folder.
 *
 * @param files Their contents by name.
 * @returns The folder.
 */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<Folder> {
  const path = await Deno.makeTempDir({ prefix: "kubescript-cli-" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(path, name)), { recursive: true });
    await Deno.writeTextFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/**
 * Runs a program to its end.
 *
 * @param program The program.
 * @param args Its arguments.
 * @param options The folder, more environment variables, and what it can read; there is no kubeconfig by default.
 * @returns How it ended.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; stdin?: string } = {},
): Promise<Ended> {
  const { cwd = projectPath("."), env = {}, stdin = "" } = options;
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { KUBECONFIG: join(cwd, "no-kubeconfig"), ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Not every command reads what it is given.
  const fed = ReadableStream.from([new TextEncoder().encode(stdin)]).pipeTo(child.stdin).catch(() => {});
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), fed]);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/**
 * Runs the command to its end.
 *
 * @param args Its arguments.
 * @param options As for {@linkcode run}.
 * @returns How it ended.
 */
export function kubescript(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Ended> {
  return run(Deno.execPath(), [...COMMAND, ...args], options);
}

/**
 * Finds a file of this project.
 *
 * @param path The path from the project's folder.
 * @returns The absolute path.
 */
export function projectPath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
