/**
 * What the test cluster can do, for tests of what a sandbox leaves out.
 *
 * @module
 */
import { testCluster } from "../cluster/attach.ts";

/**
 * Tells whether the test cluster is made of the programs of Kubernetes, and no sandbox.
 *
 * @returns Whether it is.
 */
export function hasRealPrograms(): boolean {
  return testCluster().etcd !== "";
}
