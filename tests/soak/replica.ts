/**
 * One process that runs `rules.ts` behind a fault proxy of its own.
 *
 * @module
 */
import { readLines } from "../../lib/base/lines.ts";
import { ChangeReader, RULES } from "../runner/run.ts";
import type { ToldChange } from "../runner/change_log.ts";

/** How to start a process. */
export interface ReplicaOptions {
  /** Its name, which nobody else has. */
  readonly name: string;
  /** The kubeconfig file. */
  readonly kubeconfig: string;
  /** The home namespace. */
  readonly namespace: string;
  /** Told what its rule tells. */
  readonly onTold: (change: ToldChange) => void;
}

/** A process. */
export class Replica implements AsyncDisposable {
  /** Its name. */
  readonly name: string;
  /** The memory that it takes, in MiB, about once a second. */
  readonly rss: number[] = [];
  /** The last lines of its log that are no changes. */
  readonly log: string[] = [];
  /** What it wrote besides its log. */
  errors = "";
  readonly #process: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  #ended = false;

  /**
   * Starts a process.
   *
   * @param options What it runs.
   */
  constructor({ name, kubeconfig, namespace, onTold }: ReplicaOptions) {
    this.name = name;
    const main = new URL("../../lib/cli/main.ts", import.meta.url).href;
    const params = [`home=${namespace}`, `replica=${name}`].flatMap((param) => ["--param", param]);
    const flags = ["--namespace", namespace, "--output", "json", ...params];
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", "--no-lock", "--quiet", main, "run", RULES, ...flags],
      env: { KUBECONFIG: kubeconfig },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    void this.#process.status.then(() => this.#ended = true);
    this.#read = Promise.all([this.#readLog(new ChangeReader(name), onTold), this.#readErrors()]);
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Notes how much memory it takes. */
  async measure(): Promise<void> {
    const status = await Deno.readTextFile(`/proc/${this.#process.pid}/status`).catch(() => "");
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    if (kib !== undefined) this.rss.push(Number(kib) / 1_024);
  }

  /**
   * Sends it a signal.
   *
   * @param signal The signal.
   */
  kill(signal: Deno.Signal): void {
    if (!this.#ended) this.#process.kill(signal);
  }

  /**
   * Waits for its end.
   *
   * @returns The exit code.
   */
  async end(): Promise<number> {
    const { code } = await this.#process.status;
    await this.#read;
    return code;
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.end();
  }

  async #readLog(reader: ChangeReader, onTold: ReplicaOptions["onTold"]): Promise<void> {
    for await (const line of readLines(this.#process.stdout)) {
      const told = reader.read(JSON.parse(line));
      if (told) onTold(told);
      else if (this.log.push(line) > 200) this.log.shift();
    }
  }

  async #readErrors(): Promise<void> {
    for await (const line of readLines(this.#process.stderr, { all: true })) this.errors += `${line}\n`;
  }
}
