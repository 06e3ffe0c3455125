import type { WatchEvent } from "../client/watch_stream.ts";
import type { LiveObject } from "../kube/object.ts";

/** Makes an object: its name, maybe with its namespace, its version, and its uid unless that is the name. */
export function liveObject(ref: string, resourceVersion: string | number, uid: string = ref): LiveObject {
  const [name, namespace] = ref.split("/").reverse();
  const metadata = { name: name!, uid, resourceVersion: String(resourceVersion), ...(namespace && { namespace }) };
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}

/** Makes an event of an object. */
export function watchEvent(
  type: WatchEvent["type"],
  ref: string,
  resourceVersion: string | number,
  uid: string = ref,
): WatchEvent {
  return { type, object: liveObject(ref, resourceVersion, uid) };
}

/** Makes a bookmark; one that ends the initial events if so wanted. */
export function bookmark(resourceVersion: string | number, endsInitialEvents = false): WatchEvent {
  const annotations = endsInitialEvents ? { "k8s.io/initial-events-end": "true" } : {};
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { resourceVersion: String(resourceVersion), annotations },
  };
  return { type: "BOOKMARK", object: object as unknown as LiveObject };
}
