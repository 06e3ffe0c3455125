/**
 * What end-to-end tests use of the control plane that was started for them.
 *
 * @module
 */
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { Namespace, ServiceAccount } from "../../lib/kinds/core/v1.ts";
import { waitFor } from "../../lib/watch/wait_for.ts";
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
    using client = await this.#client();
    const name = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
    await client.create(Namespace({ metadata: { name } }));
    await waitFor(client, ServiceAccount, { namespace: name, name: "default" }, () => true, { timeoutMs: 30_000 });
    return {
      name,
      [Symbol.asyncDispose]: async () => {
        using client = await this.#client();
        if (await client.find(Namespace, name)) await client.delete(Namespace, name);
      },
    };
  }

  #client(): Promise<Client> {
    return connect({ kubeconfig: this.kubeconfig, concurrency: 1, requestTimeoutMs: 30_000, clock: systemClock });
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
