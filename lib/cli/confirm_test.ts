import { match, rejects, strictEqual } from "node:assert/strict";
import { change, fakeHost, fakeInvocation } from "./fake_host_test.ts";
import { confirm } from "./confirm.ts";

const deletion = { script: "shop", namespace: "prod", changes: [change("delete", "ConfigMap/prod/a")] };
const creation = { script: "shop", namespace: "prod", changes: [change("create", "ConfigMap/prod/a")] };

Deno.test("confirm() asks a person at a terminal before something is deleted", async () => {
  const cases: [answer: string, confirmed: boolean][] = [["y", true], ["Yes", true], ["n", false], ["", false]];
  for (const [answer, confirmed] of cases) {
    const host = fakeHost({ columns: 80, answer });
    strictEqual(await confirm(fakeInvocation(host, {}), deletion), confirmed, answer);
    match(host.out(), /- delete ConfigMap\/prod\/a\n\n1 to delete\n$/);
    strictEqual(host.err(), "\nDelete 1 object? [y/N] ");
  }
});

Deno.test("confirm() does not ask if there is no need, or nobody to ask", async () => {
  const terminal = fakeHost({ columns: 80 });
  const pipe = fakeHost();
  strictEqual(await confirm(fakeInvocation(terminal, { yes: true }), deletion), true);
  strictEqual(await confirm(fakeInvocation(terminal, {}), creation), true);
  strictEqual(await confirm(fakeInvocation(pipe, {}), deletion), true);
  strictEqual(terminal.err() + pipe.err(), "");
});

Deno.test("confirm() keeps standard output free for the JSON document", async () => {
  const host = fakeHost({ columns: 80, answer: "y" });
  await confirm(fakeInvocation(host, { output: "json" as const }), deletion);
  strictEqual(host.out(), "");
});

Deno.test("confirm() is ended by Ctrl-C", async () => {
  const controller = new AbortController();
  const invocation = { ...fakeInvocation(fakeHost({ columns: 80 }), {}), signal: controller.signal };
  const answer = confirm(invocation, deletion);
  controller.abort();
  await rejects(answer, { name: "AbortError" });
});
