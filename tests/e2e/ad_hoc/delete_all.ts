/**
 * Deletes all ConfigMaps that have a label.
 *
 * @module
 */
import { connect } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";

await using k = await connect();
for await (const map of k.list(ConfigMap, { labels: "many", limit: 500 })) await k.delete(ConfigMap, map);
console.log("done");
