import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { KubescriptError } from "../kube/error.ts";
import { script } from "../script/script.ts";
import { fakeHost, fakeInvocation } from "./fake_host_test.ts";
import { commandOptions, invoke } from "./invocation.ts";
import { Progress } from "./progress.ts";

Deno.test("commandOptions() hands all common flags on", () => {
  const host = fakeHost();
  const invocation = fakeInvocation(host, {
    context: "prod",
    kubeconfig: "/config",
    as: "ada",
    asGroup: ["dev"],
    asUid: "7",
    namespace: "shop",
    param: ["a=1"],
    paramsFile: "params.yaml",
    preset: "large",
    forceConflicts: true,
  });
  const { source: _, listen: __, clock: ___, signal: ____, ...options } = commandOptions(
    invocation,
    new Progress(invocation, "planning"),
  );
  deepStrictEqual(options, {
    context: "prod",
    kubeconfig: "/config",
    impersonate: { user: "ada", uid: "7", groups: ["dev"] },
    stdinIsTerminal: false,
    namespace: "shop",
    params: ["a=1"],
    paramsFile: "params.yaml",
    preset: "large",
    forceConflicts: true,
    concurrency: 16,
    requestTimeoutMs: 30_000,
    debug: undefined,
  });
});

Deno.test("commandOptions() names the script's file, or hands the script on", () => {
  const invocation = fakeInvocation(fakeHost(), {});
  const progress = new Progress(invocation, "planning");
  const { source } = commandOptions(invocation, progress);
  strictEqual("file" in source && source.file, "shop.ts");
  const shop = script("shop", {});
  deepStrictEqual(commandOptions({ ...invocation, subject: shop }, progress).source, { script: shop });
});

Deno.test("invoke() prints errors", async () => {
  const host = fakeHost();
  const code = await invoke(
    () => Promise.reject(new KubescriptError("Cannot plan", { hint: "Think" })),
    fakeInvocation(host, {}),
  );
  strictEqual(code, 1);
  strictEqual(host.err(), "error: Cannot plan\nhint: Think\n");
  strictEqual(host.out(), "");
});

Deno.test("invoke() does not print errors that come of an interrupt", async () => {
  const host = fakeHost();
  const code = await invoke(({ signal }) => {
    host.interrupt();
    return Promise.reject(signal.reason);
  }, fakeInvocation(host, {}));
  strictEqual(code, 130);
  match(host.err(), /^\nInterrupted: .*\n$/);
});
