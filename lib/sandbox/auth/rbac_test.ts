import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { StoredObject } from "../registry/served_resource.ts";
import type { AccessAttributes } from "./access.ts";
import { bootstrapPolicy } from "./bootstrap_policy.ts";
import { Rbac } from "./rbac.ts";

const GROUP = "rbac.authorization.k8s.io";

function world(objects: readonly object[]): Rbac {
  const all = objects as readonly StoredObject[];
  const plural = (kind: string) => `${GROUP}/${kind.toLowerCase()}s`;
  const list = (storedAs: string, namespace?: string) =>
    all.filter(({ kind, metadata }) =>
      plural(kind) === storedAs && (namespace === undefined || metadata.namespace === namespace)
    );
  return new Rbac({
    list,
    find: (storedAs, namespace, name) =>
      list(storedAs, namespace || undefined).find(({ metadata }) => metadata.name === name),
  });
}

const READER = {
  kind: "Role",
  metadata: { name: "reader", namespace: "shop" },
  rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] }],
};

function binding(subjects: readonly object[], kind = "RoleBinding", role = "Role/reader"): object {
  const [roleKind, name] = role.split("/");
  const namespace = kind === "RoleBinding" ? { namespace: "shop" } : {};
  return { kind, metadata: { name: "b", ...namespace }, roleRef: { apiGroup: GROUP, kind: roleKind, name }, subjects };
}

const GET_POD: AccessAttributes = { verb: "get", group: "", resource: "pods", namespace: "shop", name: "web" };

Deno.test("Rbac gives reasons like kube-apiserver's", () => {
  const cases = [
    [{ kind: "User", name: "ada" }, "ada", 'RoleBinding "b/shop" of Role "reader" to User "ada"'],
    [{ kind: "Group", name: "dev" }, "bob", 'RoleBinding "b/shop" of Role "reader" to Group "dev"'],
    [
      { kind: "ServiceAccount", name: "robot" },
      "system:serviceaccount:shop:robot",
      'RoleBinding "b/shop" of Role "reader" to ServiceAccount "robot/shop"',
    ],
  ] as const;
  for (const [subject, username, by] of cases) {
    const decision = world([READER, binding([subject])]).authorize({ username, groups: ["dev"] }, GET_POD);
    deepStrictEqual(decision, { allowed: true, reason: `RBAC: allowed by ${by}` });
  }
});

Deno.test("Rbac allows nothing else", () => {
  const rbac = world([READER, binding([{ kind: "User", name: "ada" }])]);
  const ada = { username: "ada", groups: [] };
  const others: Partial<AccessAttributes>[] = [
    { verb: "delete" },
    { namespace: "other" },
    { namespace: "" },
    { group: "apps" },
    { subresource: "exec" },
    { path: "/healthz" },
  ];
  for (const other of others) strictEqual(rbac.authorize(ada, { ...GET_POD, ...other }).allowed, false);
  strictEqual(rbac.authorize({ username: "eve", groups: [] }, GET_POD).allowed, false);
  const ofNoRole = world([binding([{ kind: "User", name: "ada" }])]);
  strictEqual(ofNoRole.authorize(ada, GET_POD).allowed, false);
});

Deno.test("bootstrapPolicy() lets masters do everything and everybody look at the API", () => {
  const rbac = world(bootstrapPolicy());
  const root = { username: "root", groups: ["system:masters"] };
  match(rbac.authorize(root, GET_POD).reason, /ClusterRoleBinding "cluster-admin"/);
  const known = { username: "ada", groups: ["system:authenticated"] };
  const path = { verb: "get", group: "", resource: "", namespace: "", name: "" };
  strictEqual(rbac.authorize(known, { ...path, path: "/apis/apps/v1" }).allowed, true);
  strictEqual(rbac.authorize(known, GET_POD).allowed, false);
  const nobody = { username: "system:anonymous", groups: ["system:unauthenticated"] };
  deepStrictEqual(
    ["/version", "/apis"].map((url) => rbac.authorize(nobody, { ...path, path: url }).allowed),
    [true, false],
  );
});
