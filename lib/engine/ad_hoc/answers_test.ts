import { strictEqual } from "node:assert/strict";
import { whyNotTried } from "./answers.ts";

const missing = "not permitted";
const webhook = "not tried, as a webhook supports no dry run";
// Messages of kube-apiserver 1.37.
const cases: [status: number, message: string, why: string | undefined][] = [
  [403, 'pods "a" is forbidden: User "me" cannot delete resource "pods" in API group "" in the namespace "x"', missing],
  [403, 'roles.rbac.authorization.k8s.io "a" is forbidden: user "me" (groups=[]) is attempting to grant', missing],
  [403, 'pods "a" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=1, limited: pods=1', undefined],
  [403, 'pods "a" is forbidden: violates PodSecurity "restricted:latest": user "x"', undefined],
  [403, 'pods "a" is forbidden: unable to create new content in namespace x because it is being terminated', undefined],
  [400, 'admission webhook "a.b.c" does not support dry run', webhook],
  [400, 'admission webhook "a.b.c" denied the request: no', undefined],
  [409, 'pods "a" is forbidden: User "me" cannot', undefined],
];
for (const [status, message, why] of cases) {
  Deno.test(`whyNotTried() says ${why} of ${status} ${message}`, () => {
    strictEqual(whyNotTried({ status, headers: new Headers(), text: JSON.stringify({ message }) }), why);
  });
}
