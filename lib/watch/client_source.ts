/**
 * Lets reflectors read from an API server.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import { readWatchEvents, type WatchEvent } from "../client/watch_stream.ts";
import { watchRequest } from "../kube/read_request.ts";
import { formatApiVersion, type ResourceType } from "../kube/resource_type.ts";
import type { WatchSource } from "./watch_source.ts";

/** What to read. */
export interface ClientSourceOptions {
  /** The namespace; all namespaces if absent. */
  readonly namespace?: string | undefined;
  /** A label selector. */
  readonly labels?: string | undefined;
  /** A field selector. */
  readonly fields?: string | undefined;
  /** How much of each object is asked for, whole objects by default. */
  readonly as?: "metadata" | undefined;
  /** Whether the objects need their `metadata.managedFields`, which may be left out then. @default {true} */
  readonly managedFields?: boolean | undefined;
}

/**
 * Makes a source of one kind and selection.
 *
 * @param client The client.
 * @param type The kind.
 * @param options What to read.
 * @returns The source.
 */
export function clientSource(client: Client, type: ResourceType, options: ClientSourceOptions): WatchSource {
  const { namespace, labels, fields, as, managedFields } = options;
  return {
    list(query) {
      const all = { ...query, namespace, allNamespaces: namespace === undefined, labels, fields };
      return (as === "metadata" ? client.listMetadata(type, all) : client.list(type, all)).pages();
    },
    watch({ signal, freshConnection, onOpen, ...query }) {
      const request = watchRequest(type, {
        ...query,
        namespace,
        labelSelector: labels,
        fieldSelector: fields,
        as,
        allowWatchBookmarks: true,
        ...query.resourceVersion === undefined && { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" },
      });
      const read = (response: Response) => {
        if (response.status === 200) onOpen();
        return readWatchEvents(request, response, { managedFields });
      };
      const durationMs = query.timeoutSeconds * 1_000;
      const events = client.stream(request, read, { signal, durationMs, freshConnection });
      return as === "metadata" ? withType(events, type) : events;
    },
  };
}

// The server calls what has only metadata PartialObjectMetadata, whatever it is.
async function* withType(events: AsyncIterable<WatchEvent>, type: ResourceType): AsyncGenerator<WatchEvent> {
  const typeMeta = { apiVersion: formatApiVersion(type), kind: type.kind };
  for await (const event of events) {
    Object.assign(event.object, typeMeta);
    yield event;
  }
}
