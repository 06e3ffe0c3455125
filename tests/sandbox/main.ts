/**
 * A sandbox as a process of its own, for tests: it says on its first line where it is, and ends with its input.
 *
 * It stands in for a control plane: it knows the same users and obeys roles, and containers of the image `none` are real
 * processes. Beside the API it takes `POST /sandbox/compact`, to forget all states but the present one, and
 * `POST /sandbox/certificate`, to issue a certificate for the user in the body. Its argument is a folder for its data.
 *
 * @module
 */
import type { RequestHandler } from "../../lib/client/transport/http_server.ts";
import { ClusterRoleBinding } from "../../lib/kinds/mod.ts";
import { Sandbox } from "../../lib/sandbox/sandbox.ts";
import { tokens } from "../cluster/pki.ts";
import { processContainers } from "../support/process_containers.ts";
import type { SandboxLocation } from "./test_sandbox.ts";

const folder = await Deno.makeTempDir({ prefix: "kubescript-sandbox-" });

await using sandbox = await Sandbox.start({
  tls: true,
  rbac: true,
  dataDir: Deno.args[0],
  users: {
    admin: { token: tokens.admin, groups: ["system:masters"] },
    viewer: { token: tokens.viewer, uid: "viewer" },
    nobody: { token: tokens.nobody, uid: "nobody" },
  },
  containers: [{ image: "none", ...processContainers(folder) }],
  wrap: withControls,
  onError: (error) => console.error("sandbox:", error),
});
const group = "rbac.authorization.k8s.io";
const bindings = sandbox.registry.resources.findKind(`${group}/v1`, "ClusterRoleBinding")!;
sandbox.registry.create(
  bindings,
  "",
  ClusterRoleBinding({
    metadata: { name: "viewer" },
    roleRef: { apiGroup: group, kind: "ClusterRole", name: "view" },
    subjects: [{ apiGroup: group, kind: "User", name: "viewer" }],
  }),
);
const location: SandboxLocation = { server: sandbox.server, ca: sandbox.ca! };
console.log(JSON.stringify(location));
for await (const _ of Deno.stdin.readable);
await Deno.remove(folder, { recursive: true });

function withControls(handle: RequestHandler): RequestHandler {
  return async (request) => {
    if (request.target === "/sandbox/compact") {
      sandbox.registry.storage.compact();
      return new Response();
    }
    if (request.target === "/sandbox/certificate") {
      const { cn, groups } = await new Response(request.body!).json();
      return Response.json(sandbox.issueClientCertificate(cn, groups));
    }
    return handle(request);
  };
}
