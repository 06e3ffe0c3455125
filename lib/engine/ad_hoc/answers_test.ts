import { strictEqual } from "node:assert/strict";
import { isNotPermitted } from "./answers.ts";

// Messages of kube-apiserver 1.37.
const cases: [status: number, message: string, isMissing: boolean][] = [
  [403, 'pods "a" is forbidden: User "me" cannot delete resource "pods" in API group "" in the namespace "x"', true],
  [403, 'roles.rbac.authorization.k8s.io "a" is forbidden: user "me" (groups=[]) is attempting to grant', true],
  [403, 'pods "a" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=1, limited: pods=1', false],
  [403, 'pods "a" is forbidden: violates PodSecurity "restricted:latest": user "x"', false],
  [403, 'pods "a" is forbidden: unable to create new content in namespace x because it is being terminated', false],
  [409, 'pods "a" is forbidden: User "me" cannot', false],
];
for (const [status, message, isMissing] of cases) {
  Deno.test(`isNotPermitted() is ${isMissing} for ${status} ${message}`, () => {
    strictEqual(isNotPermitted({ status, headers: new Headers(), text: JSON.stringify({ message }) }), isMissing);
  });
}
