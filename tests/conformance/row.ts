/**
 * The rows of the API surface as tests, named by their ids.
 *
 * A row states what can be done with the API, and is checked case by case; `deno task test` prints the result of each on
 * the sandbox, `deno task test:cluster` on the real control plane. To add one, write it into the file of its group (a
 * new group is a new `*_test.ts` file of this folder):
 *
 * ```ts ignore
 * row("A1", "list and get objects", async ({ k, step }) => {
 *   await k.create(Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "c", image: "i" }] } }));
 *   await step("get", async () => {
 *     strictEqual((await k.get(Pod, "a")).metadata.name, "a");
 *   });
 * });
 * ```
 *
 * A row must not depend on what serves the API: it asks through `k` alone, and gets from `target` what a client cannot
 * do. What a target cannot do stands in its `cannot`, with the reason; such a row is shown as ignored, and so are the
 * cases that compare with kubectl where it cannot be had.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { findTarget, type Kubectl, type Target } from "./target.ts";

/** What a row works with. */
export interface RowContext {
  /** What the row runs against. */
  readonly target: Target;
  /** A client of somebody who may do everything; references that name no namespace mean {@linkcode namespace}. */
  readonly k: Client;
  /** A namespace of the row's own. */
  readonly namespace: string;
  /**
   * Checks one case of the row.
   *
   * @param name The case.
   * @param check Throws if it does not hold; the row has failed then, but its other cases are still checked.
   */
  step(name: string, check: () => Promise<void>): Promise<void>;
  /**
   * Checks a case of the row against what kubectl does.
   *
   * @param name The case.
   * @param check Throws if it does not hold.
   */
  compare(name: string, check: (kubectl: Kubectl) => Promise<void>): Promise<void>;
}

const target = findTarget();

/**
 * Declares the test of a row.
 *
 * @param id The row's id, such as `A1`.
 * @param what What it says.
 * @param check Checks it, case by case.
 */
export function row(id: string, what: string, check: (context: RowContext) => Promise<void>): void {
  const reason = target.cannot.get(id);
  if (reason !== undefined) return Deno.test.ignore(`${id} ${what} (cannot: ${reason})`, () => {});
  Deno.test(`${id} ${what}`, async (t) => {
    await using namespace = await target.namespace(`row-${id.toLowerCase()}`);
    using k = await target.connect({ namespace: namespace.name });
    const step = async (name: string, check: () => Promise<void>) => void await t.step(name, check);
    const compare = async (name: string, check: (kubectl: Kubectl) => Promise<void>) => {
      const { kubectl } = target;
      if (typeof kubectl !== "string") return await step(name, () => check(kubectl));
      await t.step({ name: `${name} (not compared: ${kubectl})`, ignore: true, fn: () => {} });
    };
    await check({ target, k, namespace: namespace.name, step, compare });
  });
}
