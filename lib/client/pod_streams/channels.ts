/**
 * The protocol `v5.channel.k8s.io`: the streams of a command as messages, whose first byte says which stream it is.
 *
 * Version 5 is the first that can end stdin; API servers have it since Kubernetes 1.30, whatever their nodes run.
 *
 * @module
 */

import { parseObject } from "../answer.ts";
import { asStatus, type Status } from "../../kube/status.ts";

/** The name of the protocol. */
export const CHANNEL_PROTOCOL = "v5.channel.k8s.io";

/** The numbers of the streams. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** The size of a terminal, in characters. */
export interface TerminalSize {
  /** The number of columns. */
  readonly width: number;
  /** The number of rows. */
  readonly height: number;
}

/**
 * Makes the message that sends data.
 *
 * @param channel The stream.
 * @param data The data.
 * @returns The message.
 */
export function dataMessage(channel: number, data: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + data.length);
  message[0] = channel;
  message.set(data, 1);
  return message;
}

/**
 * Makes the message that ends stdin.
 *
 * @returns The message.
 */
export function endOfStdin(): Uint8Array {
  return new Uint8Array([CHANNEL.close, CHANNEL.stdin]);
}

/**
 * Makes the message that tells the size of the terminal.
 *
 * @param size The size.
 * @returns The message.
 */
export function resizeMessage({ width, height }: TerminalSize): Uint8Array {
  return dataMessage(CHANNEL.resize, new TextEncoder().encode(JSON.stringify({ Width: width, Height: height })));
}

/**
 * Reads how a command ended.
 *
 * @param text What came on the error stream.
 * @returns The exit code; or the status, if the command could not be run.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const details = { causes: [{ reason: "ExitCode", message: "3" }] };
 * const status = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NonZeroExitCode", details };
 * deepStrictEqual(readEnd(JSON.stringify(status)), { exitCode: 3 });
 * ```
 */
export function readEnd(text: string): { readonly exitCode: number } | { readonly failure: Status } {
  const status = asStatus({ apiVersion: "v1", kind: "Status", ...parseObject(text) });
  if (status?.status === "Success") return { exitCode: 0 };
  const cause = status?.details?.causes?.find(({ reason }) => reason === "ExitCode");
  const exitCode = Number(cause?.message);
  if (status?.reason === "NonZeroExitCode" && Number.isInteger(exitCode)) return { exitCode };
  return { failure: status?.status === "Failure" ? status : { apiVersion: "v1", kind: "Status", message: text } };
}
