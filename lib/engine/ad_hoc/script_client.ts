/**
 * The client of scripts that run by themselves: it keeps a journal, can try everything without doing it, and stops in
 * good order.
 *
 * @module
 */

import { Client } from "../../client/client.ts";
import { type ConnectOptions, openTransport } from "../../client/connect.ts";
import { KindFinder } from "../../client/kind_finder.ts";
import type { ListProgress } from "../../client/object_list.ts";
import type { ClientOptions } from "../../client/resource_client.ts";
import { DryRunSender } from "./dry_run_sender.ts";
import type { Journal } from "./journal.ts";
import { JournalSender } from "./journal_sender.ts";
import { StoppableSender } from "./stoppable_sender.ts";
import { UsageError } from "./usage_error.ts";

/** In whose name such scripts own fields, unless a call says otherwise. */
const FIELD_MANAGER = "kubescript-adhoc";

/** How to open a {@linkcode ScriptClient}. */
export interface ScriptClientOptions extends ConnectOptions {
  /** The namespace of references that name none; by default the context's. */
  readonly namespace?: string | undefined;
  /** The arguments of the script itself. */
  readonly args: readonly string[];
  /** How to call the script. */
  readonly usage?: string | undefined;
  /** Whether writes are only tried. */
  readonly dryRun: boolean;
  /** Notes what is written, or would be. */
  readonly journal: Journal;
  /** Stops the script: no further request is begun. */
  readonly signal: AbortSignal;
  /** Told when the script begins and ends to wait for the server. */
  readonly onWaiting: (isWaiting: boolean) => void;
  /** Told about every page of every list. */
  readonly onPage: (progress: ListProgress) => void;
  /** Told about warnings. */
  readonly onWarning: (message: string) => void;
  /** Called when the script is done with the client, with the name of the context. */
  readonly onClose: (context: string) => void;
}

/** Talks to one API server for a script, and remembers what was written. */
export class ScriptClient extends Client implements AsyncDisposable {
  /** The arguments of the command line that are the script's own: all but the flags of `connect()`. */
  readonly args: readonly string[];
  /** Aborted by Ctrl-C: no request is begun any more. */
  readonly signal: AbortSignal;
  readonly #usage: string | undefined;
  readonly #end = new DisposableStack();

  /**
   * Makes a client.
   *
   * @param parts What it is made of.
   * @param options The arguments of the script, what stops it, and what is called in the end.
   */
  constructor(
    parts: ClientOptions,
    { args, usage, signal, onEnd }: Pick<ScriptClientOptions, "args" | "usage" | "signal"> & {
      readonly onEnd: () => void;
    },
  ) {
    super(parts);
    this.args = args;
    this.signal = signal;
    this.#usage = usage;
    this.#end.defer(onEnd);
  }

  /**
   * Ends the script, as its arguments are missing or wrong: it is said how to call it, and the exit code is 64.
   *
   * @throws {UsageError} Always.
   *
   * @example Usage
   * ```ts ignore
   * await using k = await connect({ usage: "copy.ts NAMESPACE/NAME LABELS" });
   * const [secret = k.usage(), labels = k.usage()] = k.args;
   * ```
   */
  usage(): never {
    throw new UsageError("Cannot run the script: an argument is missing or wrong", {
      hint: this.#usage === undefined ? undefined : `Usage: ${this.#usage}`,
    });
  }

  /** Closes all connections, and sums up what was done. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#end.dispose();
  }

  /** Closes all connections, and sums up what was done. */
  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    return Promise.resolve();
  }
}

/**
 * Opens a client for a script that runs by itself.
 *
 * @param options Which cluster, and who is told.
 * @returns The client; dispose it in the end.
 * @throws {ConfigError} If there is no configuration, or a mistake in it.
 */
export async function openScriptClient(options: ScriptClientOptions): Promise<ScriptClient> {
  const { dryRun, journal, onWarning, onPage, onClose } = options;
  const { config, transport } = await openTransport(options);
  const writer = dryRun
    ? new DryRunSender({ sender: transport, journal, onWarning })
    : new JournalSender(transport, journal);
  const sender = new StoppableSender({ ...options, sender: writer });
  const namespace = options.namespace ?? config.namespace;
  const parts = { sender, kinds: new KindFinder(sender), namespace, fieldManager: FIELD_MANAGER, dryRun, onPage };
  return new ScriptClient(parts, { ...options, onEnd: () => onClose(config.name) });
}
