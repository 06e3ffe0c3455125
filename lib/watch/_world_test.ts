import type { WatchEvent } from "../client/watch_stream.ts";
import type { LiveObject } from "../kube/object.ts";
import { liveObject } from "./watched_objects_test.ts";

/** What an API server stores of one kind: the objects, and what has happened to them. */
export class World {
  /** One event for each revision, from 1. There never was a revision 0. */
  readonly #history: WatchEvent[] = [{ type: "ADDED", object: liveObject("first", 1) }];

  get revision(): number {
    return this.#history.length;
  }

  /** Creates, updates or deletes an object. What is made again has another uid. */
  change(name: string, wanted: "there" | "gone"): void {
    const known = this.at().get(name);
    if (!known && wanted === "gone") return;
    const version = this.revision + 1;
    const uid = known?.metadata.uid ?? `${name}-${version}`;
    const type = wanted === "gone" ? "DELETED" : known ? "MODIFIED" : "ADDED";
    this.#history.push({ type, object: liveObject(name, version, uid) });
  }

  /** The objects as they were at a revision. */
  at(revision = this.revision): Map<string, LiveObject> {
    const objects = new Map<string, LiveObject>();
    for (const { type, object } of this.#history.slice(0, revision)) {
      if (type === "DELETED") objects.delete(object.metadata.name);
      else objects.set(object.metadata.name, object);
    }
    return objects;
  }

  /** What happened at a revision. */
  event(revision: number): WatchEvent | undefined {
    return this.#history[revision - 1];
  }
}
