/**
 * The program `tar` in containers, through which files are copied.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";
import { ApiError } from "../errors.ts";
import type { Sender } from "../sender.ts";
import { execIn, type ExecOptions } from "./exec.ts";
import type { Pod } from "./pods.ts";

/** Options of a copy. */
export interface CopyOptions extends Pick<ExecOptions, "container" | "signal"> {}

/** What was copied. */
export interface CopyResult {
  /** How many files. */
  readonly files: number;
  /** How many bytes. */
  readonly bytes: number;
  /** What was left out: devices and the like, and links that lead out of what is copied. */
  readonly skipped: readonly string[];
}

/** A {@linkcode CopyResult} that is being counted. */
export type CopyCount = { -readonly [K in keyof CopyResult]: CopyResult[K] } & { readonly skipped: string[] };

/**
 * Runs tar.
 *
 * @param sender Carries the streams.
 * @param pod The Pod.
 * @param args The arguments.
 * @param options The container, the streams, the signal.
 * @param what What it is for, for messages, such as `copy "/var/log" from Pod/shop/web-0`.
 * @throws {KubescriptError} If there is no tar, or it fails.
 */
export async function runTar(
  sender: Pick<Sender, "connect">,
  pod: Pod,
  args: readonly string[],
  options: ExecOptions,
  what: string,
): Promise<void> {
  try {
    const { exitCode, stderr } = await execIn(sender, pod, ["tar", ...args], options);
    if (exitCode === 0) return;
    throw new KubescriptError(`Cannot ${what}: tar ended with exit code ${exitCode}: ${stderr.trim()}`);
  } catch (cause) {
    if (!(cause instanceof ApiError && /executable file not found/.test(cause.message))) throw cause;
    throw new KubescriptError(`Cannot ${what}: the container has no program "tar"`, {
      cause,
      hint: "Copy by another container of the Pod that has tar and shares the volume, or add an ephemeral container",
    });
  }
}
