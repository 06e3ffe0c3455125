/**
 * Where the sandbox is known not to answer as the real API server does.
 *
 * @module
 */
import { isJsonObject } from "../../../lib/base/json.ts";
import type { RequestTemplate } from "./requests.ts";
import type { ComparableAnswer } from "./server.ts";

/** A disagreement that is not worth its removal. */
export interface KnownDisagreement {
  /** What it is. */
  readonly name: string;
  /** Tells whether two answers that differ differ by it. */
  readonly concerns: (request: RequestTemplate, real: ComparableAnswer, sandbox: ComparableAnswer) => boolean;
}

/** The disagreements, each with what the real API server does. */
export const KNOWN_DISAGREEMENTS: readonly KnownDisagreement[] = [
  {
    // The real server still has its very first states until they are compacted for the first time, after some minutes.
    name: "the first states of a server that was just started",
    concerns: ({ path }, real, sandbox) =>
      path.includes("resourceVersion=1") && real.code === 200 && sandbox.code === 410,
  },
  {
    // The real server creates a Service when its status is written and there is none: its storage forgets to forbid that,
    // as the storage of all other kinds does.
    name: "Services made by writes to their status",
    concerns: ({ method, path }, _real, sandbox) =>
      method !== "GET" && /\/services\/\w+\/status/.test(path) && sandbox.code === 404,
  },
  {
    // The real server lists the modes in the order in which they are written down; elsewhere it sorts such lists.
    name: "the order of completion modes in messages",
    concerns: (_request, real) => messageOf(real).includes('supported values: "NonIndexed", "Indexed"'),
  },
  {
    // The real server says in words of its parser what is wrong with YAML.
    name: "messages about text that is no YAML",
    concerns: (_request, real, sandbox) => sandbox.code === 400 && messageOf(real).includes("yaml: line "),
  },
  {
    // The real server does not judge the metadata of PodDisruptionBudgets and of writes to the status of Pods and
    // CronJobs, or only when it has found nothing wrong with the rest.
    name: "faults in metadata",
    concerns: ({ path }, _real, sandbox) =>
      /\/poddisruptionbudgets|\/(pods|cronjobs)\/\w+\/status/.test(path) && sandbox.code === 422 &&
      messageOf(sandbox).includes('"field":"metadata.'),
  },
  {
    // The real server tells by another text that no answer is acceptable, as custom resources have a handler of their own.
    name: "messages about types of answers of custom resources",
    concerns: ({ path }, real, sandbox) => path.includes("/gadgets") && real.code === 406 && sandbox.code === 406,
  },
  {
    // The real server stores the address of a Service as an object that names it, so it has no address to give.
    name: "Services without a name",
    concerns: (_request, real) => messageOf(real).includes("spec.parentRef.name: Required value"),
  },
  {
    // On updates the real server names the mismatch of address and range in other words than on creations.
    name: "messages about addresses out of range",
    concerns: (_request, real) => messageOf(real).includes("the provided network does not match the current range"),
  },
  {
    // The real server tells of keys that are there twice in YAML, too, by their lines; of fields within the values of a
    // JSON patch a second time; and of unknown and duplicate fields together in the order in which they come.
    name: "duplicate fields",
    concerns: (_request, real) => /duplicate field|already set in map/.test(messageOf(real) + real.warnings.join()),
  },
  {
    // The real server reads a Scale as strictly as other objects: it refuses other kinds before it looks for the object,
    // and warns of unknown fields. Of custom resources it says that it has no such kind, and it cannot manage fields.
    name: "bodies that are no Scale",
    concerns: ({ path }, real) =>
      path.includes("/scale") &&
      /cannot be handled as a Scale|unknown field|for the type v1.Scale|convert CR to an invalid|no kind "Odd"/
        .test(messageOf(real) + real.warnings.join()),
  },
  {
    // The real server judges the kind of a custom resource that is sent whole when it has found the object, and says: must
    // be Gadget. It tells other faults with it.
    name: "custom resources of another kind",
    concerns: ({ path }, _real, sandbox) =>
      path.includes("/gadgets") && /no kind "Other"|must be (Gadget|applies)/.test(messageOf(sandbox)),
  },
  {
    // The real server judges new custom resources before it looks whether the name is taken.
    name: "bad custom resources of a name that is taken",
    concerns: ({ method, path }, real, sandbox) =>
      method === "POST" && path.includes("/gadgets") && real.code === 422 && sandbox.code === 409,
  },
  {
    // The real server stores a custom resource anew if it once stored finalizers that are `null`, as applies may.
    name: "finalizers of custom resources that were applied as null",
    concerns: ({ path, body }, real, sandbox) =>
      path.includes("/gadgets/") && /"finalizers":\[\]/.test(body ?? "") && real.code === 200 && sandbox.code === 200,
  },
  {
    // With fieldValidation=Ignore the real server knows the version, and says: cannot be handled as a Gadget.
    name: "messages about custom resources without a kind",
    concerns: ({ path }, real, sandbox) =>
      path.includes("fieldValidation=Ignore") && real.code === sandbox.code &&
      messageOf(real).includes("as a Gadget: Object 'Kind' is missing"),
  },
  {
    // The real server refuses kinds and versions that are no texts, as it does in other patches.
    name: "strategic merge patches of kind and version",
    concerns: ({ contentType, body }, real) =>
      contentType === "application/strategic-merge-patch+json" && /"(kind|apiVersion)":[^"]/.test(body ?? "") &&
      real.code === 422,
  },
  {
    // The real server tells values that were applied as `null` from empty ones, until the Secret is written again.
    name: "Secrets with data that is null",
    concerns: ({ path }, real, sandbox) =>
      path.includes("/secrets/") && real.code === 200 && sandbox.code === 200 &&
      /"data":\{"k":(""|null)/.test(JSON.stringify(real.body)),
  },
  {
    // The real server checks the uid of a patched Scale without its storage, of a custom resource not at all.
    name: "uids of patched Scales",
    concerns: ({ method, path, body }, _real, sandbox) =>
      method === "PATCH" && path.includes("/scale") && /"uid":/.test(body ?? "") && sandbox.code === 409,
  },
  {
    // The real server calls their type by the name that it has in Go: []v1.FinalizerName.
    name: "messages about types of the finalizers of Namespaces",
    concerns: (_request, real, sandbox) =>
      real.code === sandbox.code && messageOf(real).includes("NamespaceSpec.spec.finalizers of type"),
  },
  {
    // Values that may be of two types have a reader of their own, whose errors the real server tells before all others.
    name: "which of several wrong types is told",
    concerns: (_request, real, sandbox) =>
      real.code === sandbox.code && /cannot unmarshal/.test(messageOf(sandbox)) &&
      /cannot unmarshal \w+ into Go struct field \w+\.[\w.]+ of type int32/.test(messageOf(real)),
  },
  {
    // The real server takes an object without an apiVersion for one of its inner form, in which no field has such a name.
    name: "patches that take the apiVersion away",
    concerns: (_request, _real, sandbox) => messageOf(sandbox).includes("is registered for version undefined"),
  },
  {
    // Of several labels and annotations that are no texts the real server names any, as Go goes through maps in no order;
    // of custom resources that are sent whole it names the field without the way to it; of applied times, their text.
    name: "messages about types in metadata",
    concerns: (_request, real, sandbox) =>
      real.code === sandbox.code &&
      [real, sandbox].every((answer) =>
        /cannot unmarshal \w+ into Go (struct field (ObjectMeta|\w+\.metadata)|value of type (v1|string))/
          .test(messageOf(answer))
      ),
  },
  {
    // The real server shows a strategic merge patch that does not fit without the directives that it has followed.
    name: "messages about strategic merge patches that do not fit",
    concerns: ({ contentType }, real, sandbox) =>
      contentType === "application/strategic-merge-patch+json" && real.code === sandbox.code &&
      /: cannot (restore struct from: |convert )/.test(messageOf(real)),
  },
  {
    // The real server sorts the labels of the selector that it shows.
    name: "messages about selectors of Jobs",
    concerns: ({ path }, real, sandbox) =>
      path.includes("/jobs") && real.code === 422 && sandbox.code === 422 &&
      /matchLabels.*field is immutable/.test(messageOf(real)),
  },
  {
    // The real server takes managedFields of an applied object that are no list of objects for none, and finds faults in
    // the types of its fields first.
    name: "managedFields of applied objects",
    concerns: (_request, _real, sandbox) => messageOf(sandbox).includes("metadata.managedFields must be nil"),
  },
  {
    // The real server owns nothing of rules that are `null`, as it tells them from an empty list until they are stored.
    name: "Roles without rules",
    concerns: ({ method, path, body }, real, sandbox) =>
      method === "PUT" && path.includes("/roles/") && real.code === sandbox.code && /"rules":null/.test(body ?? ""),
  },
  {
    // With fieldValidation=Ignore the real server leaves it to its library of patches to refuse a text or a number.
    name: "messages about merge patches that are no objects",
    concerns: (_request, real, sandbox) => sandbox.code === 400 && messageOf(real).includes("Invalid JSON Patch"),
  },
  {
    // A Namespace that bears no name of its own sequence may be there from an earlier one.
    name: "Namespaces that other sequences made",
    concerns: ({ path, body }, real, sandbox) =>
      path.startsWith("/api/v1/namespaces?") && /"name":"[ab]"/.test(body ?? "") && real.code === 409 &&
      sandbox.code === 201,
  },
  {
    // The real server does not look into lists that are owned as a whole for faults in the types of their items.
    name: "messages about types in applied objects",
    concerns: (_request, real, sandbox) =>
      [real, sandbox].every((answer) => messageOf(answer).includes("failed to create typed patch object")),
  },
];

function messageOf({ body }: ComparableAnswer): string {
  return isJsonObject(body) ? JSON.stringify(body).replaceAll("\\", "") : "";
}
