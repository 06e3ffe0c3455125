import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tokens } from "../cluster/pki.ts";
import { startTestSandbox } from "./test_sandbox.ts";

Deno.test("@kubernetes/client-node works with a sandbox", async () => {
  const folder = await Deno.makeTempDir();
  await using sandbox = await startTestSandbox();
  const kubeconfig = join(folder, "kubeconfig");
  const cluster = { server: sandbox.server, "certificate-authority-data": btoa(sandbox.ca) };
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: "sandbox", cluster }],
      users: [{ name: "admin", user: { token: tokens.admin } }],
      contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "admin" } }],
      "current-context": "sandbox",
    }),
  );
  const program = fileURLToPath(new URL("client_node.mjs", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", "--no-lock", "--no-config", program],
    env: { KUBECONFIG: kubeconfig },
  }).output();
  const decoder = new TextDecoder();
  const seen = decoder.decode(stdout).trim().split("\n").map((line) => JSON.parse(line || "null"));
  deepStrictEqual({ code, stderr: decoder.decode(stderr), seen }, {
    code: 0,
    stderr: "",
    seen: [
      ["objects", ["string", [{ x: "1" }]]],
      ["patches", [{ y: "2", z: "3" }, { set: "one", more: "yes" }, ["Apply", "Update"]]],
      ["refusals", [404, "NotFound"]],
      ["watches", [["ADDED", "b"], ["DELETED", "b"]]],
      ["informer", ["c", { new: "yes" }]],
      ["workloads", 2],
      ["streams", [["hello\n", "failed\n", "NonZeroExitCode", "3"], "ready"]],
      ["ports", ["hello", "refused"]],
    ],
  });
  await Deno.remove(folder, { recursive: true });
});
