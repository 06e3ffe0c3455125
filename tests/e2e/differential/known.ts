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
    // The real server names the token that it did not expect, in words of its parser; the sandbox says where it is.
    name: "messages about label selectors that cannot be read",
    concerns: ({ path }, real, sandbox) =>
      path.includes("labelSelector=") && real.code === 400 && sandbox.code === 400 &&
      /unable to parse requirement|expected: /.test(messageOf(real)),
  },
  {
    // The real server creates a Service when its status is written and there is none: its storage forgets to forbid that,
    // as the storage of all other kinds does.
    name: "Services made by writes to their status",
    concerns: ({ method, path }, _real, sandbox) =>
      method !== "GET" && /\/services\/\w+\/status/.test(path) && sandbox.code === 404,
  },
  {
    // A dry run of an update that would create an object gives back the resourceVersion of the request.
    name: "the resourceVersion after dry runs of updates that create",
    concerns: ({ method, path }, real, sandbox) =>
      method === "PUT" && path.includes("dryRun=All") && real.code === 201 && sandbox.code === 201,
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
    // The real server does not judge the metadata of these, or only when it has found nothing wrong with the rest.
    name: "faults in the metadata of PodDisruptionBudgets",
    concerns: ({ path }, _real, sandbox) =>
      path.includes("/poddisruptionbudgets") && sandbox.code === 422 &&
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
    // The real server warns of values that are allowed and not advised: externalIPs, sessionAffinity of headless Services.
    name: "warnings about Services",
    concerns: ({ path }, real, sandbox) =>
      path.includes("/services") && real.code === sandbox.code && real.warnings.length > sandbox.warnings.length,
  },
];

function messageOf({ body }: ComparableAnswer): string {
  return isJsonObject(body) ? JSON.stringify(body).replaceAll("\\", "") : "";
}
