/**
 * A namespace in which `rules.ts` runs, what others do in it, and how it must be in the end.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { ApiError } from "../../lib/client/errors.ts";
import { ConfigMap } from "../../lib/kinds/core/v1.ts";
import { RULE_LABEL } from "../../lib/engine/rules/child_marks.ts";
import type { History } from "./change_log.ts";

/** Draws numbers; the same ones for the same seed. */
export type Random = () => number;

/** The objects that rules look at, and what was done to them. */
export class World {
  /** What happened to every object so far, by uid. */
  readonly histories: Map<string, History & { readonly values: number[]; deleted: boolean }> = new Map();
  /** How many edits there were. */
  edits = 0;
  readonly #client: Client;
  readonly #namespace: string;
  /** The uids of the sources that there are, by name. */
  readonly #sources = new Map<string, string>();
  #made = 0;

  /**
   * Makes a world without sources.
   *
   * @param client A client that no fault disturbs.
   * @param namespace The namespace.
   */
  constructor(client: Client, namespace: string) {
    this.#client = client.inNamespace(namespace);
    this.#namespace = namespace;
  }

  /**
   * Makes sources.
   *
   * @param count How many.
   * @param text What else is in each of them.
   */
  async create(count: number, text: string = ""): Promise<void> {
    await Promise.all(Array.from({ length: count }, async () => {
      const name = `source-${this.#made++}`;
      const metadata = { name, labels: { source: this.#namespace } };
      const { metadata: { uid } } = await this.#client.create(ConfigMap({ metadata, data: { value: "1", text } }));
      this.#sources.set(name, uid);
      this.histories.set(uid, { values: [1], deleted: false });
    }));
  }

  /**
   * Changes a source.
   *
   * @param name Which one.
   */
  async change(name: string): Promise<void> {
    const { values } = this.histories.get(this.#sources.get(name)!)!;
    const value = values.at(-1)! + 1;
    values.push(value);
    await this.#client.patch(ConfigMap, name, { data: { value: String(value) } });
  }

  /**
   * Deletes a source.
   *
   * @param name Which one.
   */
  async delete(name: string): Promise<void> {
    this.histories.get(this.#sources.get(name)!)!.deleted = true;
    this.#sources.delete(name);
    await this.#client.delete(ConfigMap, name);
  }

  /**
   * Does anything that others might do.
   *
   * @param random Chooses.
   */
  async edit(random: Random): Promise<void> {
    this.edits++;
    const names = [...this.#sources.keys()];
    const name = names[Math.floor(random() * names.length)];
    const what = random();
    if (name === undefined || what < 0.15) return await this.create(1);
    if (what < 0.6) return await this.change(name);
    if (what < 0.7) return await this.delete(name);
    const other = what < 0.75 ? "fixed" : `copy-of-${name}`;
    try {
      if (what < 0.85) await this.#client.delete(ConfigMap, other);
      else await this.#client.patch(ConfigMap, other, { data: { value: "drifted" } }, { fieldManager: "somebody" });
    } catch (error) {
      // It may not be there yet, or not any more.
      if (!(error instanceof ApiError && error.isNotFound)) throw error;
    }
  }

  /**
   * Compares what there is with what should be.
   *
   * @returns What is wrong; empty if all is well.
   */
  async findWrong(): Promise<string[]> {
    const found = await this.#client.list(ConfigMap).toArray();
    const copies = found.filter(({ metadata: { labels } }) => labels?.[RULE_LABEL] !== undefined);
    const actual = new Map(copies.map(({ metadata: { name }, data }) => [name, data?.value]));
    const wanted = new Map([...this.#sources].map(([name, uid]) => {
      return [`copy-of-${name}`, String(this.histories.get(uid)!.values.at(-1))];
    }));
    actual.set("fixed", found.find(({ metadata: { name } }) => name === "fixed")?.data?.value);
    wanted.set("fixed", "fixed");
    return [...new Set([...actual.keys(), ...wanted.keys()])]
      .filter((name) => actual.get(name) !== wanted.get(name))
      .map((name) => `${name} is ${actual.get(name)}, and should be ${wanted.get(name)}`);
  }
}
