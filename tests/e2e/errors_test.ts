/**
 * Every way in which an API server refuses, as the client tells it.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ApiError } from "../../lib/client/errors.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { statusAnswer, textAnswer } from "../../lib/testing/faults/answers.ts";
import type { FaultAnswer } from "../../lib/testing/faults/fault.ts";
import { hasRealPrograms } from "./capabilities.ts";
import { connectThroughFaults } from "./faulty_client.ts";
import { errorOf } from "./faulty_verbs.ts";
import {
  askAsThrottledUser,
  configMap,
  connectAs,
  createInTerminatingNamespace,
  createUnderWebhook,
  evictGuardedPod,
  type RefusalLab,
} from "./refusals.ts";

const PREDICATES = [
  "isBadRequest",
  "isUnauthorized",
  "isForbidden",
  "isNamespaceTerminating",
  "isNotFound",
  "isMethodNotSupported",
  "isAlreadyExists",
  "isConflict",
  "isApplyConflict",
  "isExpired",
  "isRequestEntityTooLarge",
  "isUnsupportedMediaType",
  "isInvalid",
  "isTooManyRequests",
  "isInternalError",
  "isServiceUnavailable",
  "isTimeout",
] as const;

/** What an error is to say. */
interface Expected {
  /** The code and the reason. */
  readonly status: string;
  /** The predicates that hold; no other does. */
  readonly is: readonly (typeof PREDICATES)[number][];
  readonly message: RegExp;
  /** The reasons of the causes, with the fields that they name. */
  readonly causes?: readonly string[];
  readonly retryAfterSeconds?: number;
  readonly hint?: RegExp;
  /** Whether the test cluster cannot be made to say it. */
  readonly ignore?: boolean;
}

const UNKNOWN = { group: "unknown.example.com", version: "v1", kind: "Unknown", plural: "unknowns", namespaced: false };
const EXPIRED = { reason: "Expired", message: "too old resource version: 1 (2)" };
const SERVER_TIMEOUT = {
  reason: "ServerTimeout",
  message: "The create operation against configmaps could not be completed at this time, please try again.",
  details: { name: "create", kind: "configmaps" },
  retryAfterSeconds: 2,
};
const UNAVAILABLE = {
  reason: "ServiceUnavailable",
  message: "the server is currently unable to handle the request",
};
const TIMEOUT = { reason: "Timeout", message: "Timeout: request did not complete within the allotted timeout" };

/** A way to make the server refuse. */
type Case = readonly [what: string, refuse: (lab: RefusalLab) => Promise<unknown>, expected: Expected];

const CASES: readonly Case[] = [
  [
    "an unknown field",
    ({ client, namespace }) => client.create({ ...configMap(namespace, "a"), dta: {} }, { fieldValidation: "Strict" }),
    { status: "400 BadRequest", is: ["isBadRequest"], message: /^Cannot create ConfigMap\/\S+\/a: .*field "dta"/ },
  ],
  [
    "a token that nobody knows",
    async ({ namespace }) => {
      using stranger = await connectAs({ token: "nobody-knows-it" });
      await stranger.raw(`/api/v1/namespaces/${namespace}`);
    },
    {
      status: "401 Unauthorized",
      is: ["isUnauthorized"],
      message: /^Cannot get \/api\/v1\/namespaces\/\S+: 401 Unauthorized$/,
      hint: /credentials were not accepted/,
    },
  ],
  [
    "a permission that is missing",
    async ({ namespace }) => {
      using viewer = await connectAs({ token: tokens.viewer });
      await viewer.create(configMap(namespace, "a"));
    },
    {
      status: "403 Forbidden",
      is: ["isForbidden"],
      message: /User "viewer" cannot create resource "configmaps"/,
      hint: /Ask for the permission/,
    },
  ],
  [
    "a namespace that is going away",
    createInTerminatingNamespace,
    {
      status: "403 Forbidden",
      is: ["isForbidden", "isNamespaceTerminating"],
      message: /because it is being terminated/,
      causes: ["NamespaceTerminating metadata.namespace"],
      hint: /Wait until the namespace is gone/,
    },
  ],
  [
    "an object that is not there",
    ({ client, namespace }) => client.get("configmaps", { namespace, name: "nobody" }),
    {
      status: "404 NotFound",
      is: ["isNotFound"],
      message: /^Cannot get ConfigMap\/\S+: configmaps "nobody" not found/,
    },
  ],
  [
    "a kind that is not served",
    ({ client }) => client.get(UNKNOWN, "a"),
    { status: "404 NotFound", is: ["isNotFound"], message: /^Cannot get Unknown\/a: 404 page not found/ },
  ],
  [
    "a verb that the kind does not have",
    ({ client }) => client.delete("componentstatuses", "etcd-0"),
    {
      status: "405 MethodNotAllowed",
      is: ["isMethodNotSupported"],
      message: /^Cannot delete ComponentStatus\/etcd-0: the server does not allow this method/,
    },
  ],
  [
    "a type of answer that the server does not have",
    ({ client }) => client.raw("/api/v1/nodes", { accept: "text/html" }),
    { status: "406 NotAcceptable", is: [], message: /^Cannot get \/api\/v1\/nodes: .*Not Acceptable/s },
  ],
  [
    "an object that exists already",
    ({ client, namespace }) => client.create(configMap(namespace, "there")),
    { status: "409 AlreadyExists", is: ["isAlreadyExists"], message: /configmaps "there" already exists/ },
  ],
  [
    "an object that was changed in between",
    async ({ client, namespace }) => {
      const old = await client.get("configmaps", { namespace, name: "there" });
      await client.patch("configmaps", old, { metadata: { labels: { changed: crypto.randomUUID() } } });
      await client.replace(old);
    },
    { status: "409 Conflict", is: ["isConflict"], message: /the object has been modified/ },
  ],
  [
    "fields that others own",
    async ({ client, namespace }) => {
      await client.apply(configMap(namespace, "owned", { a: "1" }), { fieldManager: "one" });
      await client.apply(configMap(namespace, "owned", { a: "2" }), { fieldManager: "two" });
    },
    {
      status: "409 Conflict",
      is: ["isConflict", "isApplyConflict"],
      message: /conflict with "one": \.data\.a/,
      causes: ["FieldManagerConflict .data.a"],
    },
  ],
  [
    "an object that is too large",
    ({ client, namespace }) => client.create(configMap(namespace, "large", { a: "x".repeat(3_200_000) })),
    { status: "413 RequestEntityTooLarge", is: ["isRequestEntityTooLarge"], message: /limit is 3145728/ },
  ],
  [
    "a patch of an unknown type",
    ({ client, namespace }) =>
      client.raw(`/api/v1/namespaces/${namespace}/configmaps/there`, {
        method: "PATCH",
        text: "a",
        contentType: "text/plain",
      }),
    { status: "415 UnsupportedMediaType", is: ["isUnsupportedMediaType"], message: /Unsupported Media Type/ },
  ],
  [
    "an object that is not valid",
    ({ client, namespace }) =>
      client.create({
        apiVersion: "v1",
        kind: "Service",
        metadata: { namespace, name: "web" },
        spec: { type: "Nope", ports: [{ port: 0 }] },
      }),
    {
      status: "422 Invalid",
      is: ["isInvalid"],
      message: /Service "web" is invalid/,
      causes: [
        "FieldValueInvalid spec.ports[0].port",
        "FieldValueInvalid spec.ports[0].targetPort",
        "FieldValueNotSupported spec.type",
      ],
    },
  ],
  [
    "an eviction that a budget forbids",
    evictGuardedPod,
    {
      status: "429 TooManyRequests",
      is: ["isTooManyRequests"],
      message: /Cannot evict pod as it would violate the pod's disruption budget/,
      causes: ["DisruptionBudget"],
    },
  ],
  [
    "too many requests of one user",
    askAsThrottledUser,
    {
      status: "429 TooManyRequests",
      is: ["isTooManyRequests"],
      message: /^Cannot get \/version: Too many requests, please try again later\. \(/,
      retryAfterSeconds: 1,
      // A sandbox does not hold back those who ask for much.
      ignore: !hasRealPrograms(),
    },
  ],
  [
    "a webhook that nobody answers",
    createUnderWebhook,
    {
      status: "500 InternalError",
      is: ["isInternalError"],
      message: /failed calling webhook "nobody\.example\.com"/,
      causes: [""],
    },
  ],
  [
    "a version that the server has not reached yet",
    ({ client, namespace }) =>
      client.deleteCollection("configmaps", { namespace, resourceVersion: "999999999999", dryRun: "All" }),
    {
      status: "504 Timeout",
      is: ["isTimeout"],
      message: /Too large resource version/,
      causes: ["ResourceVersionTooLarge"],
      retryAfterSeconds: 1,
    },
  ],
  // What this server cannot be made to say comes from the fault proxy, word for word.
  given("a snapshot that the server has forgotten", statusAnswer(410, EXPIRED), {
    status: "410 Expired",
    is: ["isExpired"],
    message: /too old resource version: 1 \(2\)/,
  }),
  given("an API that is gone", statusAnswer(410, { ...EXPIRED, reason: "Gone" }), {
    status: "410 Gone",
    is: ["isExpired"],
    message: /too old resource version/,
  }),
  given("etcd that does not answer", statusAnswer(500, SERVER_TIMEOUT), {
    status: "500 ServerTimeout",
    is: ["isTimeout"],
    message: /could not be completed at this time, please try again/,
    retryAfterSeconds: 2,
  }),
  given("a panic", textAnswer(500, "This request caused apiserver to panic. Look in the logs for details.\n"), {
    status: "500 InternalError",
    is: ["isInternalError"],
    message: /caused apiserver to panic/,
  }),
  given("a server that is not ready", statusAnswer(503, UNAVAILABLE), {
    status: "503 ServiceUnavailable",
    is: ["isServiceUnavailable"],
    message: /the server is currently unable to handle the request/,
  }),
  given("an extension server that is gone", textAnswer(503, "service unavailable\n"), {
    status: "503 ServiceUnavailable",
    is: ["isServiceUnavailable"],
    message: /^Cannot create ConfigMap\/\S+\/a: service unavailable \(/,
  }),
  given("a request that took too long", statusAnswer(504, TIMEOUT), {
    status: "504 Timeout",
    is: ["isTimeout"],
    message: /request did not complete within the allotted timeout/,
  }),
];

for (const [what, refuse, expected] of CASES) {
  Deno.test(`ApiError tells of ${what}`, { ignore: expected.ignore ?? false }, async () => {
    await using namespace = await testCluster().namespace("errors");
    using client = await connectAs({ token: tokens.admin });
    await client.create(configMap(namespace.name, "there"));
    check(await errorOf(refuse({ client, namespace: namespace.name })), expected);
  });
}

function given(what: string, answer: FaultAnswer, expected: Expected): Case {
  return [what, async ({ namespace }) => {
    await using faulty = await connectThroughFaults();
    faulty.proxy.inject({ fault: "answer", answer });
    await faulty.client.create(configMap(namespace, "a"));
  }, expected];
}

function check(error: Error | undefined, expected: Expected): void {
  ok(error instanceof ApiError, `${error?.name}: ${error?.message}`);
  strictEqual(`${error.code} ${error.reason}`, expected.status);
  match(error.message, expected.message);
  ok(error.message.startsWith(`Cannot ${error.request.what}: `), error.message);
  match(error.message, new RegExp(`(: ${expected.status}| \\(${expected.status}\\))$`));
  deepStrictEqual(PREDICATES.filter((predicate) => error[predicate]), expected.is);
  const causes = error.causes.map(({ reason = "", field = "" }) => `${reason} ${field}`.trim());
  deepStrictEqual(causes, expected.causes ?? []);
  strictEqual(error.retryAfterSeconds, expected.retryAfterSeconds);
  match(error.hint ?? "", expected.hint ?? /^$/);
}
