/**
 * Checkpoints in ConfigMaps beside the parent of the set.
 *
 * What was handled is appended to a journal, a few bytes at a time, and now and then written as a whole in shards, after
 * which the journal begins anew. A crash in between leaves both, which says the same. Writes are limited to so many
 * bytes in a second: with more changes than that, they come later, and more would be handled again after a crash.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Client } from "../../client/client.ts";
import { ApiError } from "../../client/errors.ts";
import type { LiveObject } from "../../kube/object.ts";
import { type Owner, ownerReference } from "../../kube/owner.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import { type CheckpointLine, checkpointLine, formatLine, replay } from "./checkpoint_log.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { MemoryCheckpoints } from "./memory_checkpoints.ts";

/** Label on the ConfigMaps: the name of the script. */
export const CHECKPOINTS_LABEL = "kubescript.dev/checkpoints";
const LONGEST_JOURNAL = 256 * 1024;
/** In UTF-16 units: a ConfigMap may have 1 MiB, and each unit takes up to three bytes. */
const LONGEST_SHARD = 320 * 1024;
const BYTES_PER_SECOND = 50 * 1024;
const SHORTEST_PAUSE_MS = 1_000;
const PAUSE_AFTER_ERROR_MS = 5_000;

/** What {@linkcode StoredCheckpoints} work with. */
export interface StoredCheckpointsOptions {
  /** Reads and writes the ConfigMaps. */
  readonly client: Client;
  /** The set. */
  readonly set: SetIdentity;
  /** The parent of the set, with which the checkpoints go. */
  readonly parent: Owner;
  /** The clock. */
  readonly clock: Clock;
  /** Told why something could not be stored; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Keeps checkpoints in the cluster. */
export class StoredCheckpoints implements Checkpoints {
  readonly #options: StoredCheckpointsOptions;
  readonly #memory = new MemoryCheckpoints();
  readonly #rules = new Set<string>();
  #dirty: CheckpointLine[] = [];
  #journalLength = 0;
  #journalEntries = 0;
  #shards = 0;
  /** Until when nothing is written, as much was written before. */
  #restsUntilMs = 0;
  #writing: Promise<void> | undefined;
  #stopTimer: (() => void) | undefined;

  private constructor(options: StoredCheckpointsOptions) {
    this.#options = options;
  }

  /**
   * Reads what was stored.
   *
   * @param options Where it is.
   * @returns The checkpoints.
   */
  static async load(options: StoredCheckpointsOptions): Promise<StoredCheckpoints> {
    const checkpoints = new StoredCheckpoints(options);
    const { client, set } = options;
    const selection = { namespace: set.namespace, labels: { [CHECKPOINTS_LABEL]: set.script } };
    const found = await client.list(CONFIG_MAP, selection).toArray();
    const byName = new Map(found.map((object) => [object.metadata.name, dataOf(object)]));
    const into = {
      begin: (rule: string) => checkpoints.#begin(rule),
      set: (rule: string, checkpoint: Checkpoint) => checkpoints.#memory.set(rule, checkpoint),
      delete: (rule: string, uid: string) => checkpoints.#memory.delete(rule, uid),
    };
    for (let data; (data = byName.get(shardName(set, checkpoints.#shards))); checkpoints.#shards++) {
      replay(data["entries"] ?? "", into);
    }
    const journal = byName.get(journalName(set)) ?? {};
    for (const key of Object.keys(journal).sort()) {
      replay(journal[key]!, into);
      checkpoints.#journalLength += journal[key]!.length;
      checkpoints.#journalEntries = Number(key) + 1;
    }
    return checkpoints;
  }

  /**
   * Tells whether a rule has checkpoints at all.
   *
   * @param rule The rule.
   * @returns Whether it has.
   */
  has(rule: string): boolean {
    return this.#memory.has(rule);
  }

  /**
   * Notes that a rule runs for the first time.
   *
   * @param rule The rule.
   */
  begin(rule: string): void {
    if (this.#rules.has(rule)) return;
    this.#begin(rule);
    this.#note([rule]);
  }

  /**
   * Lists what a rule has handled.
   *
   * @param rule The rule.
   * @returns The checkpoints.
   */
  list(rule: string): Iterable<Checkpoint> {
    return this.#memory.list(rule);
  }

  /**
   * Finds what a rule has handled last of one object.
   *
   * @param rule The rule.
   * @param uid The uid of the object.
   * @returns The checkpoint, if there is one.
   */
  get(rule: string, uid: string): Checkpoint | undefined {
    return this.#memory.get(rule, uid);
  }

  /**
   * Notes what a rule has handled.
   *
   * @param rule The rule.
   * @param checkpoint What it has handled.
   */
  set(rule: string, checkpoint: Checkpoint): void {
    this.#begin(rule);
    this.#memory.set(rule, checkpoint);
    this.#note(checkpointLine(rule, checkpoint));
  }

  /**
   * Forgets an object.
   *
   * @param rule The rule.
   * @param uid The uid of the object.
   */
  delete(rule: string, uid: string): void {
    if (this.#memory.get(rule, uid) === undefined) return;
    this.#memory.delete(rule, uid);
    this.#note([rule, uid]);
  }

  /** Stores what has not been stored yet. */
  async flush(): Promise<void> {
    await this.#writing;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#dirty.length > 0) await this.#write();
  }

  #begin(rule: string): void {
    this.#rules.add(rule);
    this.#memory.begin(rule);
  }

  #note(line: CheckpointLine): void {
    if (this.#options.client.dryRun) return;
    this.#dirty.push(line);
    if (!this.#writing && !this.#stopTimer) this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#options;
    const delayMs = Math.max(SHORTEST_PAUSE_MS, this.#restsUntilMs - clock.monotonic());
    this.#stopTimer = clock.timer(delayMs, () => {
      this.#stopTimer = undefined;
      this.#writing = this.#writeAndRest();
    });
  }

  async #writeAndRest(): Promise<void> {
    const { clock, onError } = this.#options;
    let pauseMs = PAUSE_AFTER_ERROR_MS;
    try {
      pauseMs = await this.#write() / BYTES_PER_SECOND * 1_000;
    } catch (error) {
      onError(error);
    }
    this.#restsUntilMs = clock.monotonic() + pauseMs;
    this.#writing = undefined;
    if (this.#dirty.length > 0) this.#schedule();
  }

  /** @returns How many bytes were written. */
  async #write(): Promise<number> {
    const lines = this.#dirty;
    this.#dirty = [];
    const text = lines.map(formatLine).join("\n");
    try {
      if (this.#journalLength + text.length > LONGEST_JOURNAL) return await this.#compact();
      const key = String(this.#journalEntries).padStart(6, "0");
      await this.#apply(journalName(this.#options.set), { [key]: text }, this.#journalEntries === 0);
      this.#journalEntries++;
      this.#journalLength += text.length;
      return text.length;
    } catch (error) {
      this.#dirty = [...lines, ...this.#dirty];
      // Somebody deleted the journal: it begins anew after everything was written as a whole.
      if (error instanceof ApiError && error.isNotFound) this.#journalLength = Infinity;
      throw error;
    }
  }

  async #compact(): Promise<number> {
    const shards = split(this.#lines());
    for (const [i, entries] of shards.entries()) {
      await this.#apply(shardName(this.#options.set, i), { entries }, true);
    }
    await this.#apply(journalName(this.#options.set), {}, true);
    const { client, set } = this.#options;
    for (let i = shards.length; i < this.#shards; i++) {
      await client.delete(CONFIG_MAP, { namespace: set.namespace, name: shardName(set, i) });
    }
    this.#shards = shards.length;
    this.#journalEntries = 0;
    this.#journalLength = 0;
    return shards.reduce((sum, shard) => sum + shard.length, 0);
  }

  *#lines(): Generator<string> {
    for (const rule of this.#rules) {
      yield formatLine([rule]);
      for (const checkpoint of this.#memory.list(rule)) yield formatLine(checkpointLine(rule, checkpoint));
    }
  }

  /** Writes a ConfigMap: as a whole, or only the entries that are new in it. */
  async #apply(name: string, data: Readonly<Record<string, string>>, whole: boolean): Promise<void> {
    const { client, set, parent } = this.#options;
    const ref = { namespace: set.namespace, name };
    if (!whole) {
      await client.patch(CONFIG_MAP, ref, { data }, { type: "merge" });
      return;
    }
    const metadata = { ...ref, labels: { [CHECKPOINTS_LABEL]: set.script }, ownerReferences: [ownerReference(parent)] };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
    const live = await client.find(CONFIG_MAP, ref);
    if (live) await client.replace(object);
    else await client.create(object);
  }
}

function split(lines: Iterable<string>): string[] {
  const shards: string[] = [];
  let shard: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length > LONGEST_SHARD) {
      shards.push(shard.join("\n"));
      shard = [];
      length = 0;
    }
    shard.push(line);
    length += line.length + 1;
  }
  return [...shards, shard.join("\n")];
}

function journalName({ parentName }: SetIdentity): string {
  return `${parentName}-journal`;
}

function shardName({ parentName }: SetIdentity, index: number): string {
  return `${parentName}-checkpoints-${index}`;
}

function dataOf(object: LiveObject): Record<string, string> {
  return (object.data ?? {}) as Record<string, string>;
}
