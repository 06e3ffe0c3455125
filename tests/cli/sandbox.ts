/**
 * How tests run `kubescript sandbox`: as a process of its own, asked over HTTPS.
 *
 * @module
 */
import { readLines } from "../../lib/base/lines.ts";
import { COMMAND } from "./run.ts";

/** A sandbox in a process of its own, which is killed with its variable: `await using sandbox = …`. */
export interface SandboxProcess extends AsyncDisposable {
  /** The path of its kubeconfig. */
  readonly kubeconfig: string;
  /** Its address. */
  readonly server: string;
  /** The token of its admin. */
  readonly token: string;
  /** What it wrote so far to both streams. */
  readonly output: string;
  /** Its process id. */
  readonly pid: number;
  /** How it ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /**
   * Sends it a signal.
   *
   * @param signal The signal.
   */
  kill(signal: Deno.Signal): void;
  /**
   * Asks it.
   *
   * @param method The method.
   * @param path The path, with its query.
   * @param body What to send as JSON.
   * @returns The answer, with its body as JSON.
   */
  ask(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Answer }>;
}

/** What tests look at in answers. */
export interface Answer {
  /** The kind. */
  readonly kind: string;
  /** The metadata of an object or a list. */
  readonly metadata: Readonly<Record<"name" | "uid" | "resourceVersion", string>>;
  /** The items of a list. */
  readonly items: readonly Answer[];
  /** The type of an event of a watch. */
  readonly type?: string;
  /** What the event is about: an object, or a Status. */
  readonly object?: { readonly code?: number };
}

/**
 * Starts a sandbox.
 *
 * @param args Its flags.
 * @returns The sandbox, which serves.
 * @throws {Error} If it ends at once.
 */
export async function startSandbox(...args: readonly string[]): Promise<SandboxProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...COMMAND, "sandbox", ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const path = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const line of readLines(stream)) {
      output += `${line}\n`;
      const [, kubeconfig] = line.match(/^ {2}export KUBECONFIG=(.*)$/) ?? [];
      if (kubeconfig !== undefined) path.resolve(kubeconfig);
    }
  };
  const ended = Promise.all([read(child.stdout), read(child.stderr)]);
  const status = Promise.all([child.status, ended]).then(([status]) => status);
  void status.then(({ code }) => path.reject(new Error(`Cannot start a sandbox: exit code ${code}: ${output}`)));
  const kubeconfig = await path.promise;
  const { clusters: [{ cluster }], users: [{ user }] } = JSON.parse(await Deno.readTextFile(kubeconfig));
  const client = Deno.createHttpClient({ caCerts: [atob(cluster["certificate-authority-data"])] });
  return {
    kubeconfig,
    server: cluster.server,
    token: user.token,
    pid: child.pid,
    status,
    get output() {
      return output;
    },
    kill: (signal) => child.kill(signal),
    async ask(method, path, body) {
      const response = await fetch(`${cluster.server}${path}`, {
        method,
        client,
        headers: { authorization: `Bearer ${user.token}`, "content-type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      client.close();
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await status;
    },
  };
}
