/**
 * How end-to-end tests run kubescript: as a process of its own, as users do.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { testCluster } from "../cluster/attach.ts";

/** How to run kubescript. */
export interface KubescriptOptions {
  /** Environment variables besides those of the test; `KUBECONFIG` is the test cluster's unless named here. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it can read on stdin. */
  readonly stdin?: string;
  /**
   * The folder to run it in.
   *
   * @default {the test's}
   */
  readonly cwd?: string;
}

/** How a run of kubescript ended. */
export interface KubescriptResult {
  /** The exit code. */
  readonly code: number;
  /** What it wrote to stdout. */
  readonly stdout: string;
  /** What it wrote to stderr. */
  readonly stderr: string;
}

/** A run of kubescript that goes on beside the test, and is killed with its variable: `await using run = …`. */
export interface RunningKubescript extends AsyncDisposable {
  /** How it ended. */
  readonly result: Promise<KubescriptResult>;
  /** What it wrote to stdout and stderr so far. */
  readonly output: string;
  /**
   * Sends it a signal.
   *
   * @param signal The signal.
   */
  kill(signal: Deno.Signal): void;
}

/** A folder that lasts as long as its variable: `await using folder = …`. */
export interface TempFolder extends AsyncDisposable {
  /** Its path. */
  readonly path: string;
}

/**
 * Runs kubescript to its end.
 *
 * @param args Its arguments.
 * @param options How to run it.
 * @returns How it ended; a failure is not thrown.
 */
export async function runKubescript(
  args: readonly string[],
  options: KubescriptOptions = {},
): Promise<KubescriptResult> {
  await using run = startKubescript(args, options);
  return await run.result;
}

/**
 * Runs kubescript to its end, which must be a good one.
 *
 * @param args Its arguments.
 * @param options How to run it.
 * @returns How it ended.
 * @throws {Error} If it fails.
 */
export async function succeed(args: readonly string[], options: KubescriptOptions = {}): Promise<KubescriptResult> {
  const result = await runKubescript(args, options);
  if (result.code === 0) return result;
  throw new Error(`Cannot run kubescript ${args.join(" ")}: ${result.stderr}${result.stdout}`);
}

/** A run of kubescript with `--output json`. */
export interface JsonResult extends KubescriptResult {
  /** What it wrote to stdout. */
  readonly document: Document;
}

/** A plan or a result as JSON. */
export interface Document {
  /** The counts by action; only those that are not zero. */
  readonly summary: Readonly<Record<string, number>>;
  /** The objects, unchanged ones included. */
  readonly changes: readonly DocumentChange[];
  /** Why a run stopped of itself. */
  readonly stopped?: { readonly by: string; readonly reason: string; readonly hint?: string };
  /** What a run waited for in vain. */
  readonly notReady?: readonly { readonly object: DocumentChange["object"]; readonly reason: string }[];
  /** Whether a run was interrupted. */
  readonly interrupted?: boolean;
}

/** One object of a plan or a result as JSON. */
export interface DocumentChange {
  /** What happens to it. */
  readonly action: string;
  /** The object. */
  readonly object: { readonly kind: string; readonly name: string; readonly namespace?: string };
  /** The fields that change. */
  readonly fields: readonly {
    readonly path: string;
    readonly from?: unknown;
    readonly to?: unknown;
    readonly note?: string;
  }[];
  /** Why. */
  readonly reason?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Whether somebody else caused the difference. */
  readonly drift?: boolean;
  /** How a run ended for it. */
  readonly status?: string;
}

/**
 * Runs kubescript with `--output json --verbose`.
 *
 * @param args Its arguments.
 * @param options How to run it.
 * @returns How it ended, with the document that it wrote.
 * @throws {Error} If it wrote none.
 */
export async function runForJson(args: readonly string[], options: KubescriptOptions = {}): Promise<JsonResult> {
  return withDocument(await runKubescript([...args, "--output=json", "--verbose"], options));
}

/**
 * Reads the document that kubescript wrote.
 *
 * @param result How a run with `--output json --verbose` ended.
 * @returns The same, with the document.
 * @throws {Error} If there is none.
 */
export function withDocument(result: KubescriptResult): JsonResult {
  if (result.stdout === "") throw new Error(`Cannot read a document: kubescript wrote none: ${result.stderr}`);
  const { summary, ...rest } = JSON.parse(result.stdout) as Document;
  const present = Object.fromEntries(Object.entries(summary).filter(([, count]) => count > 0));
  return { ...result, document: { ...rest, summary: present } };
}

/**
 * Starts kubescript, without waiting for its end.
 *
 * @param args Its arguments.
 * @param options How to run it.
 * @returns The run.
 */
export function startKubescript(args: readonly string[], options: KubescriptOptions = {}): RunningKubescript {
  return startScript(projectPath("lib/cli/main.ts"), args, options);
}

/**
 * Starts a script that is a program of its own, without waiting for its end.
 *
 * @param path The script.
 * @param args Its arguments.
 * @param options How to run it.
 * @returns The run.
 */
export function startScript(
  path: string,
  args: readonly string[],
  { env = {}, stdin = "", cwd }: KubescriptOptions = {},
): RunningKubescript {
  const child = new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      // What a script imports from npm is not to be written into the lock file of this project.
      "run", "--allow-all", "--no-check", "--no-lock", "--quiet", "--config", projectPath("deno.json"), path, ...args,
    ],
    env: { ...env, KUBECONFIG: env.KUBECONFIG ?? testCluster().kubeconfig },
    ...(cwd !== undefined && { cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
      text += chunk;
      output += chunk;
    }
    return text;
  };
  const end = async () => {
    const [{ code }, stdout, stderr] = await Promise.all([
      child.status,
      read(child.stdout),
      read(child.stderr),
      // A run that fails does not read to the end, which shows in its exit code.
      ReadableStream.from([new TextEncoder().encode(stdin)]).pipeTo(child.stdin).catch(() => {}),
    ]);
    return { code, stdout, stderr };
  };
  const result = end();
  let ended = false;
  void result.finally(() => ended = true);
  return {
    result,
    get output() {
      return output;
    },
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill("SIGKILL");
      await result;
    },
  };
}

/**
 * Creates an empty folder.
 *
 * @returns The folder, which goes away with its variable.
 */
export async function tempFolder(): Promise<TempFolder> {
  const path = await Deno.makeTempDir({ prefix: "kubescript-e2e-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/**
 * Writes a script, over the one that is there.
 *
 * @param folder The folder to write it to.
 * @param text The script.
 * @returns The path of the file.
 */
export async function writeScript({ path: folder }: TempFolder, text: string): Promise<string> {
  const path = join(folder, "main.ts");
  await Deno.writeTextFile(path, text);
  return path;
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
