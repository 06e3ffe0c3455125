/**
 * Creates a ConfigMap in some contexts.
 *
 * @module
 */
import { connect, contexts } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";

for (const context of await contexts("prod-*")) {
  await using k = await connect({ context });
  await k.apply(ConfigMap({ metadata: { name: "seen" }, data: { context } }));
}
