/**
 * What the engine's commands are given: everything that flags and callers can decide.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { connect, ConnectOptions } from "../client/connect.ts";
import type { Plan } from "../plan/change.ts";
import type { Script } from "../script/script.ts";
import type { Listener } from "./result.ts";

/** Where a script comes from: a value, or a file, folder, `-` (standard input) or https URL to load. */
export type ScriptSource =
  | { readonly script: Script; readonly file?: string }
  | { readonly file: string; readonly name?: string | undefined; readonly readStdin: () => Promise<string> };

/** What every command is given. */
export interface CommandOptions {
  /** The script. */
  readonly source: ScriptSource;
  /** Makes the client; by default for the cluster that the following options name. */
  readonly connect?: typeof connect | undefined;
  /** The kubeconfig file; by default `KUBECONFIG`, then `~/.kube/config`, then the Pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** The kubeconfig's context; by default its current one. */
  readonly context?: string | undefined;
  /** Whom to act as; by default as the kubeconfig says. */
  readonly impersonate?: ConnectOptions["impersonate"];
  /** Whether standard input is a terminal at which a credential plugin may ask questions; by default not. */
  readonly stdinIsTerminal?: boolean | undefined;
  /** The home namespace of scripts that name none; by default the context's. */
  readonly namespace?: string | undefined;
  /** Params as `name=value`. */
  readonly params: readonly string[];
  /** A YAML or JSON file with params. */
  readonly paramsFile?: string | undefined;
  /** The name of a preset of the script. */
  readonly preset?: string | undefined;
  /** Whether the rules `each` are evaluated; if not, their children are left alone. @default {true} */
  readonly rules?: boolean | undefined;
  /** How many requests may be under way at once. */
  readonly concurrency: number;
  /** How long one attempt of a request may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Whether fields that others own are taken over. */
  readonly forceConflicts: boolean;
  /** Whether objects are checked before the server is asked. @default {true} */
  readonly validate?: boolean | undefined;
  /** Told about progress, waits and warnings. */
  readonly listen: Listener;
  /** Told about repeated requests and other details; absent unless asked for. */
  readonly debug?: ((message: string) => void) | undefined;
  /** Interrupts the command: nothing new is begun, what is under way is finished, and the result tells. */
  readonly signal: AbortSignal;
  /** The clock. */
  readonly clock: Clock;
}

/** What commands that write are given. */
export interface WriteCommandOptions extends CommandOptions {
  /** What may be deleted beyond the rails, see `parseAllowance`. */
  readonly allowDelete: readonly string[];
  /** Whether to wait until objects are ready, or gone. */
  readonly wait: boolean;
  /** How long to wait for that, in milliseconds. */
  readonly timeoutMs: number;
  /** Asked before the first write, with the plan; `false` stops the run. */
  readonly confirm?: ((plan: Plan) => Promise<boolean>) | undefined;
}

/** What `apply` is given. */
export interface ApplyCommandOptions extends WriteCommandOptions {
  /** Whether a script without any object may delete the whole set. */
  readonly allowEmpty: boolean;
  /** Whether to prune without waiting until the rest is ready. */
  readonly pruneEarly: boolean;
}
