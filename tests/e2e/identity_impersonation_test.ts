import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { runWhoAmI, writeKubeconfig } from "./identity.ts";
import { runKubescript, tempFolder, writeScript } from "./kubescript.ts";

const cluster = testCluster();
const bob = {
  as: "bob",
  "as-uid": "7",
  "as-groups": ["dev", "qa, night"],
  "as-user-extra": { "example.com/team(a)": ["a b", "ü, Łódź"], scopes: ["view"] },
};

const cases: Record<string, [user: Record<string, unknown>, flags: string[]]> = {
  "nobody else": [{}, []],
  "a user": [{}, ["--as=ada"]],
  "a user with groups": [{}, ["--as=ada", "--as-group=dev", "--as-group=qa, night"]],
  "a user of any name": [{}, ["--as=ünal@example.com (Łódź)"]],
  "a user with a UID": [{}, ["--as=ada", "--as-uid=7"]],
  "a service account": [{}, ["--as=system:serviceaccount:default:default"]],
  "all that a kubeconfig says": [bob, []],
  "what flags say instead": [bob, ["--as=ada", "--as-uid=8"]],
  "groups that flags say instead": [bob, ["--as-group=ops"]],
};

for (const [what, [user, flags]] of Object.entries(cases)) {
  Deno.test(`kubescript acts as kubectl does: as ${what}`, async () => {
    await using folder = await tempFolder();
    const kubeconfig = await writeKubeconfig(folder, { user: { token: tokens.admin, ...user } });
    const ours = await runWhoAmI(folder, [`--kubeconfig=${kubeconfig}`, ...flags]);
    const kubectls = await cluster.kubectl(["auth", "whoami", "--output=json", ...flags], { kubeconfig });
    deepStrictEqual(ours.user, JSON.parse(kubectls.stdout).status.userInfo);
  });
}

Deno.test("kubescript says that it may not act as somebody else", async () => {
  await using folder = await tempFolder();
  const kubeconfig = await writeKubeconfig(folder, { user: { token: tokens.viewer } });
  const forbidden = await runWhoAmI(folder, [`--kubeconfig=${kubeconfig}`, "--as=ada"]);
  strictEqual(forbidden.code, 1);
  match(forbidden.stderr, /is forbidden: User "viewer" cannot impersonate/);
  const broken = await runWhoAmI(folder, [`--kubeconfig=${kubeconfig}`, "--as=a\nb"]);
  match(broken.stderr, /the user has a character that HTTP cannot carry/);
  const nobody = await runWhoAmI(folder, [`--kubeconfig=${kubeconfig}`, "--as-group=dev"]);
  match(nobody.stderr, /field "users\[0\].user.as" is missing: acting as a group, UID or extra .*\n.*Pass --as NAME/);
});

for (const command of ["plan", "apply", "delete"]) {
  Deno.test(`kubescript ${command} acts as somebody else`, async () => {
    await using folder = await tempFolder();
    await using namespace = await cluster.namespace("impersonation");
    const script = await writeScript(
      folder,
      `import { script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";
export default script("shop", { namespace: "${namespace.name}", resources: () => [ConfigMap({ metadata: { name: "a" }, data: { a: "1" } })] });
`,
    );
    const flags = ["--as=ada", "--as-group=dev", "--as-uid=7", "--yes"].slice(0, command === "plan" ? 3 : 4);
    const { code, stderr, stdout } = await runKubescript([command, script, ...flags]);
    strictEqual(code, 1);
    match(stderr + stdout, /User "ada" cannot/);
  });
}
