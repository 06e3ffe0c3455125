/**
 * The process as the command line sees it: streams, signals and the way out. Tests hand in their own.
 *
 * @module
 */

import { type Clock, systemClock } from "../base/clock.ts";

/** A stream to write to. */
export interface OutputStream {
  /** Whether it goes to a terminal. */
  readonly isTerminal: boolean;
  /** The width of the terminal; absent if there is none. */
  readonly columns: number | undefined;
  /**
   * Writes at once.
   *
   * @param text The text, with its line feeds.
   */
  write(text: string): void;
}

/** Standard input. */
export interface InputStream {
  /** Whether it comes from a terminal. */
  readonly isTerminal: boolean;
  /** Reads to the end. */
  readText(): Promise<string>;
  /** Reads what a person enters before the next return key; empty at the end of the input. */
  readLine(): Promise<string>;
}

/** The process. */
export interface Host {
  /** Standard output: what was asked for. */
  readonly stdout: OutputStream;
  /** Standard error: everything else. */
  readonly stderr: OutputStream;
  /** Standard input. */
  readonly stdin: InputStream;
  /** Whether `NO_COLOR` is set. */
  readonly noColor: boolean;
  /** The clock. */
  readonly clock: Clock;
  /**
   * Listens for Ctrl-C and requests to end.
   *
   * @param callback Called each time, with the signal.
   * @returns A function that stops listening.
   */
  onInterrupt(callback: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /**
   * Listens for errors that nobody caught, before the process ends by them.
   *
   * @param callback Given the error.
   */
  onUncaught(callback: (error: unknown) => void): void;
  /**
   * Ends the process.
   *
   * @param code The exit code.
   */
  exit(code: number): never;
}

/**
 * The process of this Deno.
 *
 * @returns The process.
 */
export function denoHost(): Host {
  return {
    stdout: outputStream(Deno.stdout),
    stderr: outputStream(Deno.stderr),
    stdin: {
      isTerminal: Deno.stdin.isTerminal(),
      readText: () => new Response(Deno.stdin.readable).text(),
      async readLine() {
        const buffer = new Uint8Array(1024);
        return new TextDecoder().decode(buffer.subarray(0, await Deno.stdin.read(buffer) ?? 0)).trim();
      },
    },
    noColor: Deno.noColor,
    clock: systemClock,
    onInterrupt(callback) {
      const names = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;
      const listeners = names.map((name) => [name, () => callback(name)] as const);
      for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
      return () => listeners.forEach(([name, listener]) => Deno.removeSignalListener(name, listener));
    },
    onUncaught(callback) {
      globalThis.addEventListener("unhandledrejection", (event) => callback(event.reason));
    },
    exit: (code) => Deno.exit(code),
  };
}

function outputStream(stream: typeof Deno.stdout | typeof Deno.stderr): OutputStream {
  const isTerminal = stream.isTerminal();
  return {
    isTerminal,
    get columns() {
      return isTerminal ? consoleColumns() : undefined;
    },
    write(text) {
      const bytes = new TextEncoder().encode(text);
      try {
        for (let start = 0; start < bytes.length;) start += stream.writeSync(bytes.subarray(start));
      } catch (error) {
        // The reader has seen enough, as `head` does: what is being done is finished without it.
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      }
    },
  };
}

function consoleColumns(): number | undefined {
  try {
    // Some pseudo-terminals have no size.
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}
