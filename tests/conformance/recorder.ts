/**
 * What a client really sends.
 *
 * @module
 */
import type { Sender } from "../../lib/client/sender.ts";
import type { KubeRequest } from "../../lib/kube/request.ts";

/** Notes requests. */
export interface Recorder {
  /** The requests so far. */
  readonly requests: KubeRequest[];
  /** Stands before the transport, see the option `wrap` of a target's `connect()`. */
  readonly wrap: (sender: Sender) => Sender;
}

/**
 * Makes a recorder.
 *
 * @returns The recorder, without requests.
 */
export function recorder(): Recorder {
  const requests: KubeRequest[] = [];
  const wrap = (sender: Sender): Sender => ({
    serverTimeMs: () => sender.serverTimeMs(),
    send(request, options) {
      requests.push(request);
      return sender.send(request, options);
    },
    stream(request, read, options) {
      requests.push(request);
      return sender.stream(request, read, options);
    },
    connect(request, protocols, options) {
      requests.push(request);
      return sender.connect(request, protocols, options);
    },
    [Symbol.dispose]: () => sender[Symbol.dispose](),
  });
  return { requests, wrap };
}
