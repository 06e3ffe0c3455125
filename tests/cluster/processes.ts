/**
 * Runs the programs of the test control plane, each with a log file of its own.
 *
 * @module
 */
import { join } from "node:path";

/** How long programs may take to end by themselves before they are killed. */
const graceMs = 1_000;

/** The programs that one control plane consists of. */
export class Processes {
  readonly #logDir: string;
  readonly #running = new Map<string, Deno.ChildProcess>();
  #unexpectedEnd: { name: string; code: number } | undefined;
  #stopping = false;

  /**
   * Makes an empty set of programs.
   *
   * @param logDir The folder for the log files.
   */
  constructor(logDir: string) {
    this.#logDir = logDir;
  }

  /** The first program that ended without being told to, if there is one. */
  get unexpectedEnd(): { readonly name: string; readonly code: number } | undefined {
    return this.#unexpectedEnd;
  }

  /**
   * Starts a program.
   *
   * @param name What to call it, for its log file.
   * @param command The program.
   * @param args Its arguments.
   * @throws {Error} If the programs are being stopped, as this one would outlive them.
   */
  start(name: string, command: string, args: readonly string[]): void {
    if (this.#stopping) throw new Error(`Cannot start ${name}: the control plane is being stopped`);
    // The shell sends the output to the file, which goes on when this process is busy or gone, and then makes way.
    const process = new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >"$LOG" 2>&1', "sh", command, ...args],
      env: { LOG: this.#logFile(name) },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#running.set(name, process);
    process.status.then(({ code }) => {
      this.#running.delete(name);
      if (!this.#stopping) this.#unexpectedEnd ??= { name, code };
    });
  }

  /**
   * Reads the end of a program's log.
   *
   * @param name The program.
   * @returns The last lines.
   */
  async logTail(name: string): Promise<string> {
    const log = await Deno.readTextFile(this.#logFile(name));
    return log.trimEnd().split("\n").slice(-20).join("\n");
  }

  /** Ends all programs and waits until they are gone. */
  async stop(): Promise<void> {
    const ended = this.#end("SIGTERM");
    const impatience = setTimeout(() => this.#signal("SIGKILL"), graceMs);
    await ended;
    clearTimeout(impatience);
  }

  /** Ends all programs in the middle of what they do, and waits until they are gone. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: Deno.Signal): Promise<void> {
    this.#stopping = true;
    const processes = [...this.#running.values()];
    this.#signal(signal);
    await Promise.all(processes.map((process) => process.status));
  }

  #signal(signal: Deno.Signal): void {
    for (const process of this.#running.values()) {
      try {
        process.kill(signal);
      } catch (error) {
        // It has just ended by itself; an interrupt from the keyboard reaches it as well as this process.
        if (!(error instanceof TypeError)) throw error;
      }
    }
  }

  #logFile(name: string): string {
    return join(this.#logDir, `${name}.log`);
  }
}
