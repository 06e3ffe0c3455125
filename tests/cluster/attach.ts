/**
 * What end-to-end tests use of the control plane that was started for them.
 *
 * @module
 */
import { Cluster, type ClusterLocation } from "./cluster.ts";

/** The environment variable that tells the tests where the control plane is, as JSON. */
export const attachVariable = "KUBESCRIPT_TEST_CLUSTER";

/** A namespace that lasts as long as its variable: `await using namespace = …`. */
export interface TestNamespace extends AsyncDisposable {
  /** Its name. */
  readonly name: string;
}

/** The control plane that the tests share, so that each of them works in namespaces of its own. */
export class TestCluster extends Cluster {
  /**
   * Creates a namespace that nobody else has.
   *
   * @param prefix What its name begins with.
   * @returns The namespace, in which pods can be created at once; its end is not waited for.
   */
  async namespace(prefix: string): Promise<TestNamespace> {
    const name = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
    await this.#succeed(["create", "namespace", name]);
    await this.#succeed(["wait", "--for=create", `--namespace=${name}`, "serviceaccount/default", "--timeout=30s"]);
    return {
      name,
      [Symbol.asyncDispose]: () => this.#succeed(["delete", "namespace", name, "--wait=false", "--ignore-not-found"]),
    };
  }

  async #succeed(args: string[]): Promise<void> {
    const { code, stderr } = await this.kubectl(args);
    if (code !== 0) throw new Error(`Cannot run kubectl ${args.join(" ")}: ${stderr.trim()}`);
  }
}

/**
 * Gives access to the control plane of this test run.
 *
 * @returns The control plane.
 * @throws {Error} If there is none, as the test was not run by `deno task test:cluster`.
 */
export function testCluster(): TestCluster {
  const location = Deno.env.get(attachVariable);
  if (!location) {
    throw new Error(
      `Cannot attach to a cluster: ${attachVariable} is not set; run "deno task test:cluster", or ` +
        '"deno task cluster up" and eval "$(deno task cluster env)"',
    );
  }
  return new TestCluster(JSON.parse(location) as ClusterLocation);
}
