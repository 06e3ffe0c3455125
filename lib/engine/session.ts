/**
 * What a command works with: the script, its set, and a client.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import { connect } from "../client/connect.ts";
import type { Sender } from "../client/sender.ts";
import type { RestMapper } from "../client/rest_mapper.ts";
import { identifySet, type SetIdentity } from "../plan/set_identity.ts";
import type { Script } from "../script/script.ts";
import { type LoadedScript, loadScript } from "./load/script.ts";
import type { CommandOptions } from "./options.ts";

/** What every command works with. */
export interface Session extends Disposable {
  /** The script. */
  readonly script: Script;
  /** Its set. */
  readonly set: SetIdentity;
  /** The client. */
  readonly client: Client;
  /** The kinds that the server offers. */
  readonly mapper: RestMapper;
  /** What the command was given. */
  readonly options: CommandOptions;
}

/** A script that was loaded and connected, before its kinds are looked up. */
export interface OpenedScript {
  /** The script as it was loaded. */
  readonly loaded: LoadedScript;
  /** The session. */
  readonly session: Session;
}

/**
 * Loads the script and connects to the cluster.
 *
 * @param options What the command was given.
 * @param guard Puts something before the transport.
 * @param dryRun Whether that keeps writes from being carried out.
 * @returns The script and the session; dispose the session in the end.
 */
export async function openSession(
  options: CommandOptions,
  guard?: (sender: Sender) => Sender,
  dryRun?: boolean,
): Promise<OpenedScript> {
  const loaded = await loadScript(options.source, {
    signal: options.signal,
    clock: options.clock,
    onRemote: (url) => options.listen({ type: "warning", message: `Running a script from ${url}` }),
  });
  const client = await (options.connect ?? connect)({
    guard,
    dryRun,
    kubeconfig: options.kubeconfig,
    context: options.context,
    impersonate: options.impersonate,
    stdinIsTerminal: options.stdinIsTerminal,
    concurrency: options.concurrency,
    requestTimeoutMs: options.requestTimeoutMs,
    clock: options.clock,
    onRetry: options.debug,
    onWarning: (message) => options.listen({ type: "warning", message }),
  });
  try {
    const namespace = loaded.script.namespace ?? options.namespace ?? client.namespace;
    const [set, mapper] = await Promise.all([
      identifySet(loaded.script.name, namespace),
      client.mapper({ signal: options.signal }),
    ]);
    const session = {
      script: loaded.script,
      set,
      client,
      mapper,
      options,
      [Symbol.dispose]: () => client[Symbol.dispose](),
    };
    return { loaded, session };
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}
