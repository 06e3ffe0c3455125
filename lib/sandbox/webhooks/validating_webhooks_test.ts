import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createAuthority, issueCertificate } from "../../base/certificates.ts";
import { serveHttp } from "../../client/transport/http_server.ts";
import { Client } from "../../client/client.ts";
import { openTransport } from "../../client/connect.ts";
import { KindFinder } from "../../client/kind_finder.ts";
import { systemClock } from "../../base/clock.ts";
import { ConfigMap, ValidatingWebhookConfiguration } from "../../kinds/mod.ts";
import { Sandbox } from "../sandbox.ts";

/** What a webhook is asked, as far as it matters here. */
interface Review {
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly name?: string;
    readonly dryRun: boolean;
    readonly object: ConfigMap | null;
    readonly oldObject: ConfigMap | null;
    readonly userInfo: { readonly username: string };
  };
}

/** A server that refuses what holds `bad`. */
async function startWebhook(reviews: Review[]) {
  const authority = createAuthority("webhooks");
  const { certificate, key } = issueCertificate(authority, { cn: "localhost", dnsNames: ["localhost"] });
  const server = await serveHttp({ hostname: "127.0.0.1", port: 0 }, async ({ body }) => {
    const review = await new Response(body!).json() as Review;
    reviews.push(review);
    const { uid, object } = review.request;
    const response = object?.data?.bad
      ? { uid, allowed: false, status: { code: 403, message: "it is bad" }, warnings: ["take care"] }
      : { uid, allowed: true };
    return Response.json({ ...review, request: undefined, response });
  }, { cert: certificate, key, clientCa: authority.certificate });
  const url = `https://localhost:${server.address.split(":").at(-1)}/judge`;
  return {
    clientConfig: { url, caBundle: btoa(authority.certificate) },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function connect(sandbox: Sandbox, onWarning: (message: string) => void): Promise<Client> {
  const kubeconfig = await Deno.makeTempFile();
  await Deno.writeTextFile(kubeconfig, JSON.stringify(sandbox.kubeconfig()));
  const options = { kubeconfig, onWarning, concurrency: 2, requestTimeoutMs: 10_000, clock: systemClock };
  const { transport } = await openTransport(options);
  await Deno.remove(kubeconfig);
  return new Client({ sender: transport, kinds: new KindFinder(transport), namespace: "default" });
}

type Webhook = NonNullable<ValidatingWebhookConfiguration["webhooks"]>[number];

function configuration(webhook: Partial<Webhook> & Pick<Webhook, "clientConfig">): ValidatingWebhookConfiguration {
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["*" as const] }];
  const common = { name: "judge.example.com", admissionReviewVersions: ["v1"], sideEffects: "None" as const, rules };
  return ValidatingWebhookConfiguration({ metadata: { name: "judge" }, webhooks: [{ ...common, ...webhook }] });
}

function settings(name: string, data: Record<string, string> = {}): ConfigMap {
  return ConfigMap({ metadata: { name }, data });
}

Deno.test("ValidatingWebhooks asks about what would be stored, and obeys", async () => {
  const reviews: Review[] = [];
  const warnings: string[] = [];
  await using webhook = await startWebhook(reviews);
  await using sandbox = await Sandbox.start();
  using k = await connect(sandbox, (message) => warnings.push(message));
  await k.create(configuration(webhook));

  await k.create(settings("a", { good: "1" }));
  await rejects(k.patch(ConfigMap, "a", { data: { bad: "1" } }), {
    code: 403,
    message: /admission webhook "judge\.example\.com" denied the request: it is bad/,
  });
  await k.delete(ConfigMap, "a", { dryRun: "All" });
  deepStrictEqual(warnings, ["take care"]);
  deepStrictEqual(
    reviews.map(({ request: { operation, name, dryRun, object, oldObject, userInfo } }) => {
      return [operation, name, dryRun, object?.data, oldObject?.data, userInfo.username];
    }),
    [
      ["CREATE", "a", false, { good: "1" }, undefined, "admin"],
      ["UPDATE", "a", false, { good: "1", bad: "1" }, { good: "1" }, "admin"],
      ["DELETE", "a", true, undefined, { good: "1" }, "admin"],
    ],
  );
  strictEqual((await k.get(ConfigMap, "a")).data?.bad, undefined);
});

Deno.test("ValidatingWebhooks heeds failure policies, side effects and selectors", async () => {
  await using sandbox = await Sandbox.start();
  using k = await connect(sandbox, () => {});
  const clientConfig = { url: "https://127.0.0.1:1/" };
  const cases: [what: string, webhook: Partial<Webhook>, message: RegExp | undefined][] = [
    ["nobody answers", {}, /failed calling webhook "judge\.example\.com": failed to call webhook: Post "https:/],
    ["nobody need answer", { failurePolicy: "Ignore" }, undefined],
    ["a dry run", { sideEffects: "Some" }, /does not support dry run/],
    ["another namespace", { namespaceSelector: { matchLabels: { team: "x" } } }, undefined],
    ["other objects", { objectSelector: { matchLabels: { team: "x" } } }, undefined],
    [
      "a Service",
      { clientConfig: { service: { namespace: "default", name: "judge" } } },
      /Post "https:\/\/judge\.default\.svc:443\/\?timeout=10s": service "judge" not found/,
    ],
  ];
  for (const [what, webhook, message] of cases) {
    await k.create(configuration({ clientConfig, ...webhook }));
    const work = k.create(settings("b"), { dryRun: "All" });
    if (message) await rejects(work, { message }, what);
    else strictEqual((await work).metadata.name, "b", what);
    await k.delete(ValidatingWebhookConfiguration, "judge");
  }
});
