import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { type ApiError, UnexpectedResponseError } from "../../lib/client/errors.ts";
import { ConfigMap, Event, Service } from "../../lib/kinds/mod.ts";
import { hastyClock } from "../e2e/faulty_client.ts";
import { createUnderWebhook, evictGuardedPod } from "../e2e/refusals.ts";
import { htmlAnswer, statusAnswer, textAnswer } from "../../lib/testing/faults/answers.ts";
import type { FaultAnswer } from "../../lib/testing/faults/fault.ts";
import { refusal } from "./objects.ts";
import { connectThroughProxy } from "./proxied.ts";
import { row } from "./row.ts";
import type { Target } from "./target.ts";

function settings(name: string, data: Record<string, string> = {}): ConfigMap {
  return ConfigMap({ metadata: { name }, data });
}

/** Where requests are refused. */
interface Lab {
  readonly target: Target;
  /** May do everything in a namespace that holds the ConfigMap `there`. */
  readonly k: Client;
  readonly namespace: string;
}

/** What is refused, and what the error says: code and reason, the predicate that holds, the message, one cause. */
interface Case {
  readonly refuse: (lab: Lab) => Promise<unknown>;
  readonly is: keyof ApiError;
  readonly message: RegExp;
  readonly cause?: readonly [reason: string | undefined, field: string | undefined];
  readonly retryAfterSeconds?: number;
  readonly hint?: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "400 BadRequest": {
    refuse: ({ k }) => k.create(JSON.stringify({ ...settings("a"), dta: {} }), { fieldValidation: "Strict" }),
    is: "isBadRequest",
    message: /^Cannot create ConfigMap\/\S+\/a: .*unknown field "dta"/,
  },
  "401 Unauthorized": {
    async refuse({ target }) {
      using stranger = await target.connect({ as: { token: "nobody-knows-it" } });
      await stranger.whoAmI();
    },
    is: "isUnauthorized",
    message: /^Cannot ask who we are: /,
    hint: /credentials were not accepted/,
  },
  "403 Forbidden": {
    async refuse({ target, namespace }) {
      using nobody = await target.connect({ as: "nobody", namespace });
      await nobody.get(ConfigMap, "there");
    },
    is: "isForbidden",
    message: /User "nobody" cannot get resource "configmaps"/,
    hint: /Ask for the permission/,
  },
  "404 NotFound": {
    refuse: ({ k }) => k.get(ConfigMap, "nobody"),
    is: "isNotFound",
    message: /^Cannot get ConfigMap\/\S+\/nobody: configmaps "nobody" not found/,
  },
  "405 MethodNotAllowed": {
    refuse: ({ k }) => k.raw("/api/v1/namespaces", { method: "PUT", body: {} }),
    is: "isMethodNotSupported",
    message: /^Cannot put \/api\/v1\/namespaces: the server does not allow this method/,
  },
  "409 AlreadyExists": {
    refuse: ({ k }) => k.create(settings("there")),
    is: "isAlreadyExists",
    message: /configmaps "there" already exists/,
  },
  "409 Conflict": {
    async refuse({ k }) {
      const old = await k.get(ConfigMap, "there");
      await k.patch(ConfigMap, "there", { data: { changed: crypto.randomUUID() } });
      await k.replace(old);
    },
    is: "isConflict",
    message: /^Cannot replace ConfigMap\/\S+\/there: .*the object has been modified/,
  },
  "409 Conflict, of an apply": {
    async refuse({ k }) {
      await k.apply(settings("owned", { a: "1" }), { fieldManager: "one" });
      await k.apply(settings("owned", { a: "2" }), { fieldManager: "two" });
    },
    is: "isApplyConflict",
    message: /conflict with "one": \.data\.a/,
    cause: ["FieldManagerConflict", ".data.a"],
  },
  "410 Expired": {
    async refuse({ target, k }) {
      await target.forget(Event);
      await k.list(Event, { resourceVersion: "1", resourceVersionMatch: "Exact" }).toArray();
    },
    is: "isExpired",
    message: /^Cannot list events in namespace \S+: The resourceVersion for the provided list is too old/,
  },
  "413 RequestEntityTooLarge": {
    refuse: ({ k }) => k.create(settings("large", { a: "x".repeat(3_200_000) })),
    is: "isRequestEntityTooLarge",
    message: /limit is 3145728/,
  },
  "415 UnsupportedMediaType": {
    refuse: ({ k, namespace }) => {
      const path = `/api/v1/namespaces/${namespace}/configmaps/there`;
      return k.raw(path, { method: "PATCH", text: "a", contentType: "text/plain" });
    },
    is: "isUnsupportedMediaType",
    message: /Unsupported Media Type/i,
  },
  "422 Invalid": {
    refuse: ({ k }) => k.create(Service({ metadata: { name: "web" }, spec: { ports: [{ port: 0 }] } })),
    is: "isInvalid",
    message: /Service "web" is invalid/,
    cause: ["FieldValueInvalid", "spec.ports[0].port"],
  },
  "429 TooManyRequests": {
    refuse: ({ k: client, namespace }) => evictGuardedPod({ client, namespace }),
    is: "isTooManyRequests",
    message: /violate the pod's disruption budget/,
    cause: ["DisruptionBudget", undefined],
  },
  "500 InternalError": {
    refuse: ({ k: client, namespace }) => createUnderWebhook({ client, namespace }),
    is: "isInternalError",
    message: /failed calling webhook "nobody\.example\.com"/,
    cause: [undefined, undefined],
  },
  // A server that cannot answer cannot be had without harm for others.
  "503 ServiceUnavailable": {
    refuse: (lab) => meet(lab, textAnswer(503, "service unavailable\n")),
    is: "isServiceUnavailable",
    message: /^Cannot create ConfigMap\/\S+\/a: service unavailable \(/,
  },
  "504 Timeout": {
    refuse: ({ k }) => k.deleteCollection(ConfigMap, { resourceVersion: "999999999999", dryRun: "All" }),
    is: "isTimeout",
    message: /Too large resource version/,
    cause: ["ResourceVersionTooLarge", undefined],
    retryAfterSeconds: 1,
  },
};

row("H1", "every reason as an error with status, message, causes, retry hint, request, predicates", async (context) => {
  const { target, namespace, step } = context;
  using k = await target.connect({ namespace, clock: hastyClock });
  await k.create(settings("there"));
  for (const [name, { refuse, is, message, cause, retryAfterSeconds, hint }] of Object.entries(CASES)) {
    await step(name, async () => {
      const error = await refusal(refuse({ target, k, namespace }));
      const [status] = name.split(",");
      deepStrictEqual([`${error.code} ${error.reason}`, error[is]], [status, true]);
      match(error.message, message);
      ok(error.message.startsWith(`Cannot ${error.request.what}: `) && error.message.includes(status!));
      match(`${error.request.method} ${error.request.path}`, /^[A-Z]+ \/api/);
      strictEqual(error.status.kind, "Status");
      deepStrictEqual([error.causes[0]?.reason, error.causes[0]?.field], cause ?? [undefined, undefined]);
      strictEqual(error.retryAfterSeconds, retryAfterSeconds);
      match(error.hint ?? "", hint ?? /^$/);
    });
  }
});

const throttled: [what: string, answer: FaultAnswer, is: "isTooManyRequests" | "isServiceUnavailable"][] = [
  [
    "429",
    statusAnswer(429, { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 60 }),
    "isTooManyRequests",
  ],
  [
    "503",
    statusAnswer(503, { reason: "ServiceUnavailable", message: "starting", retryAfterSeconds: 60 }),
    "isServiceUnavailable",
  ],
];

row("H2", "429 and 503 with Retry-After; retries bounded, logged, cancellable", async ({ target, namespace, step }) => {
  for (const [what, answer, is] of throttled) {
    await step(`${what} once`, async () => {
      const notes: string[] = [];
      const waitedMs: number[] = [];
      const clock = {
        ...hastyClock,
        sleep(ms: number, signal?: AbortSignal) {
          waitedMs.push(ms);
          return hastyClock.sleep(ms, signal);
        },
      };
      await using faulty = await connectThroughProxy(target, { namespace, clock, onRetry: (note) => notes.push(note) });
      using struck = faulty.proxy.inject({ fault: "answer", answer }, { times: 1 });
      // Even what must not be done twice: it was not done at all.
      await faulty.k.create(settings(`once-${what}`));
      deepStrictEqual([struck.strikes, faulty.proxy.requests.length, notes.length], [1, 2, 1]);
      match(notes[0]!, new RegExp(what));
      ok(waitedMs.some((ms) => ms >= 60_000));
    });
    await step(`${what} for ever`, async () => {
      const notes: string[] = [];
      await using faulty = await connectThroughProxy(target, {
        namespace,
        clock: hastyClock,
        onRetry: (note) => notes.push(note),
      });
      faulty.proxy.inject({ fault: "answer", answer });
      const error = await refusal(faulty.k.create(settings("never")));
      deepStrictEqual([error[is], error.retryAfterSeconds], [true, 60]);
      deepStrictEqual([faulty.proxy.requests.length, notes.length], [10, 9]);
    });
    await step(`${what}, cancelled`, async () => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const onRetry = () => controller.abort(reason);
      await using faulty = await connectThroughProxy(target, { namespace, clock: systemClock, onRetry });
      faulty.proxy.inject({ fault: "answer", answer });
      await rejects(faulty.k.get(ConfigMap, "a", { signal: controller.signal }), reason);
      strictEqual(faulty.proxy.requests.length, 1);
    });
  }
});

const json = { "content-type": "application/json" };
const strangers: [what: string, answer: FaultAnswer, start: string][] = [
  ["an HTML page", htmlAnswer(200), 'text/html that begins with "<html> <head><title>200'],
  ["an HTML page that says it failed", htmlAnswer(404), 'text/html that begins with "<html> <head><title>404'],
  ["an empty body", { status: 200, headers: json, body: "" }, "application/json with an empty body"],
  [
    "JSON that is cut off",
    { status: 200, headers: json, body: '{"kind":"Conf' },
    'that begins with "{\\"kind\\":\\"Conf"',
  ],
  ["JSON that is no object", { status: 200, headers: json, body: "[1]" }, 'that begins with "[1]"'],
  ["another content type", textAnswer(200, "hello\nworld"), 'that begins with "hello world"'],
];

row("H3", "not an API at all: a clear error with status and the first bytes", async ({ target, namespace, step }) => {
  for (const [what, answer, start] of strangers) {
    await step(what, async () => {
      await rejects(meet({ target, namespace }, answer), (error: UnexpectedResponseError) => {
        ok(error instanceof UnexpectedResponseError, String(error));
        strictEqual(error.code, answer.status);
        const text =
          `Cannot create ConfigMap/${namespace}/a: the answer is not from a Kubernetes API: ${answer.status}`;
        ok(error.message.startsWith(text) && error.message.includes(start), error.message);
        match(error.hint!, /a proxy or a login page may have answered/);
        return true;
      });
    });
  }
});

/** Creates an object, and is given an answer that does not come from the server. */
async function meet({ target, namespace }: Pick<Lab, "target" | "namespace">, answer: FaultAnswer): Promise<void> {
  await using faulty = await connectThroughProxy(target, { namespace, clock: hastyClock });
  faulty.proxy.inject({ fault: "answer", answer });
  await faulty.k.create(settings("a"));
}
