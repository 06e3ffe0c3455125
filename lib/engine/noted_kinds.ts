/**
 * Kinds that the parent of a set remembers: those of objects that are not members, and yet hold something of the set.
 *
 * @module
 */

import type { LiveObject } from "../kube/object.ts";
import { formatGroupKind, parseGroupKind, type ResourceType } from "../kube/resource_type.ts";
import { CONFIG_MAP } from "../kube/well_known_types.ts";
import type { Session } from "./session.ts";

/** Annotations on the parent, each with kinds as `Kind.group`. */
export const NOTED = {
  /** The kinds onto whose objects rules put finalizers. */
  finalized: "kubescript.dev/finalized-kinds",
  /** The kinds of whose objects rules own fields. */
  extended: "kubescript.dev/extended-kinds",
} as const;

/** Kinds of one annotation. */
export class NotedKinds {
  readonly #session: Pick<Session, "client" | "mapper">;
  readonly #parent: LiveObject | undefined;
  readonly #annotation: string;
  readonly #kinds: Set<string>;
  #writes: Promise<void> = Promise.resolve();

  /**
   * Reads the annotation.
   *
   * @param session The session.
   * @param parent The parent of the set, if there is one.
   * @param purpose Why the kinds are noted.
   */
  constructor(
    session: Pick<Session, "client" | "mapper">,
    parent: LiveObject | undefined,
    purpose: keyof typeof NOTED,
  ) {
    this.#session = session;
    this.#parent = parent;
    this.#annotation = NOTED[purpose];
    const text = parent?.metadata.annotations?.[this.#annotation] ?? "";
    this.#kinds = new Set(text.split(",").filter((kind) => kind !== ""));
  }

  /** How the API serves the kinds, as far as there still are such. */
  get types(): ResourceType[] {
    return [...this.#kinds].flatMap((kind) => this.#session.mapper.find(parseGroupKind(kind)) ?? []);
  }

  /**
   * Notes kinds, before anything is done with their objects.
   *
   * @param types The kinds.
   */
  async add(types: readonly ResourceType[]): Promise<void> {
    const before = this.#kinds.size;
    for (const type of types) this.#kinds.add(formatGroupKind(type));
    // Whoever adds what another one is about to write waits for that.
    if (this.#kinds.size > before) this.#writes = this.#writes.then(() => this.#write());
    await this.#writes;
  }

  async #write(): Promise<void> {
    const { client } = this.#session;
    if (!this.#parent || client.dryRun) return;
    const patch = { metadata: { annotations: { [this.#annotation]: [...this.#kinds].sort().join(",") } } };
    await client.patch(CONFIG_MAP, this.#parent, patch, { type: "merge", fieldManager: "kubescript" });
  }
}
