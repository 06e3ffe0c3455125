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
import type { Sender, SendOptions } from "../../client/sender.ts";
import { DryRunSender } from "./dry_run_sender.ts";
import { Journal, type JournalEntry } from "./journal.ts";
import { JournalSender } from "./journal_sender.ts";

/** In whose name such scripts own fields, unless a call says otherwise. */
const FIELD_MANAGER = "kubescript-adhoc";

/** How to open a {@linkcode ScriptClient}. */
export interface ScriptClientOptions extends ConnectOptions {
  /** The namespace of references that name none; by default the context's. */
  readonly namespace?: string | undefined;
  /** Whether writes are only tried. */
  readonly dryRun: boolean;
  /** Stops the script: no further request is begun. */
  readonly signal: AbortSignal;
  /** Told about every write. */
  readonly onEntry: (line: string, entry: JournalEntry) => void;
  /** Told about every page of every list. */
  readonly onPage: (progress: ListProgress) => void;
  /** Told about warnings. */
  readonly onWarning: (message: string) => void;
  /** Called when the script is done with the client, with what it has done. */
  readonly onClose: (journal: Journal, context: string) => void;
}

/** Talks to one API server, and remembers what was written. */
export class ScriptClient extends Client implements AsyncDisposable {
  /** Whether writes are only tried. */
  readonly dryRun: boolean;
  /** Aborted by Ctrl-C: no request is begun any more. */
  readonly signal: AbortSignal;
  readonly #onClose: () => void;

  /**
   * Makes a client.
   *
   * @param options What it is made of.
   * @param dryRun Whether writes are only tried.
   * @param signal Aborted by Ctrl-C.
   * @param onClose Called when the script is done with it.
   */
  constructor(options: ClientOptions, dryRun: boolean, signal: AbortSignal, onClose: () => void) {
    super(options);
    this.dryRun = dryRun;
    this.signal = signal;
    this.#onClose = onClose;
  }

  /** Closes all connections, and sums up what was done. */
  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    this.#onClose();
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
  const { dryRun, signal, onEntry, onWarning, onPage, onClose } = options;
  const { config, transport } = await openTransport(options);
  const journal = new Journal({ dryRun, onEntry });
  const sender = stoppable(
    dryRun ? new DryRunSender({ sender: transport, journal, onWarning }) : new JournalSender(transport, journal),
    signal,
  );
  const namespace = options.namespace ?? config.namespace;
  const parts = { sender, kinds: new KindFinder(sender), namespace, fieldManager: FIELD_MANAGER, onPage };
  return new ScriptClient(parts, dryRun, signal, () => onClose(journal, config.name));
}

/** What is under way is finished, so that the journal tells the truth; nothing new is begun. */
function stoppable(sender: Sender, stop: AbortSignal): Sender {
  const signalOf = (options: SendOptions = {}) => options.signal ? AbortSignal.any([options.signal, stop]) : stop;
  return {
    serverTimeMs: () => sender.serverTimeMs(),
    async send(request, options) {
      stop.throwIfAborted();
      return await sender.send(request, options);
    },
    stream(request, read, options) {
      return sender.stream(request, read, { ...options, signal: signalOf(options) });
    },
    async connect(request, protocols, options) {
      return await sender.connect(request, protocols, { ...options, signal: signalOf(options) });
    },
    [Symbol.dispose]: () => sender[Symbol.dispose](),
  };
}
