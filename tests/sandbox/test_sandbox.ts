/**
 * Starts a sandbox for a run of the tests, and finds it in them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { readLines } from "../../lib/base/lines.ts";

/** The environment variable that tells the tests where the sandbox is, as JSON. */
export const sandboxVariable = "KUBESCRIPT_TEST_SANDBOX";

/** Where a sandbox is. */
export interface SandboxLocation {
  /** Its address. */
  readonly server: string;
  /** The authority of its certificate, as PEM. */
  readonly ca: string;
}

/** A sandbox in a process of its own. */
export interface TestSandbox extends SandboxLocation, AsyncDisposable {
  /** The id of the process. */
  readonly pid: number;
}

/**
 * Starts a sandbox, so that what it does in the background is not taken for a part of some test.
 *
 * @param dataDir A folder for its data and its keys; by default it keeps them for itself.
 * @returns The sandbox, which ends with its variable.
 */
export async function startTestSandbox(dataDir?: string): Promise<TestSandbox> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "--quiet", main, ...(dataDir === undefined ? [] : [dataDir])],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = readLines(child.stdout);
  const { value: line } = await lines.next();
  if (line === undefined) throw new Error("Cannot start the sandbox: it ended at once");
  return {
    ...JSON.parse(line) as SandboxLocation,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await Array.fromAsync(lines);
      await child.status;
    },
  };
}

/**
 * Finds the sandbox of this test run.
 *
 * @returns Where it is.
 * @throws {Error} If there is none.
 */
export function testSandbox(): SandboxLocation {
  const location = Deno.env.get(sandboxVariable);
  if (location) return JSON.parse(location) as SandboxLocation;
  throw new Error(`Cannot find a server to test: ${sandboxVariable} is not set; run "deno task test"`);
}
