import { connect, parseDuration } from "@kubescript/kubescript";
import { Job, Pod } from "@kubescript/kubescript/kinds";
await using k = await connect();
for await (const pod of k.list(Pod, { allNamespaces: true, fields: "status.phase=Failed" })) {
  await k.delete(Pod, pod);
}
