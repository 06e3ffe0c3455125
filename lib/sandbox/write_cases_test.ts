/**
 * Tables of writes that can be replayed on any server of the API, and what a server answered.
 *
 * @module
 */
import { isJsonObject } from "../base/json.ts";
import { parseYamlDocuments } from "../base/yaml.ts";
import type { KubeObject } from "../kube/object.ts";

/** One write; exactly one of the bodies is there. */
export interface WriteStep {
  /** Server-side apply. */
  readonly apply?: Record<string, unknown>;
  /** Create. */
  readonly create?: Record<string, unknown>;
  /** Update. */
  readonly update?: Record<string, unknown>;
  /** Merge patch. */
  readonly merge?: Record<string, unknown>;
  /** Strategic merge patch. */
  readonly strategic?: unknown;
  /** JSON patch. */
  readonly json?: unknown;
  /** The field manager. */
  readonly by?: string;
  /** Whether conflicts are overridden. */
  readonly force?: boolean;
  /** The subresource. */
  readonly subresource?: string;
  /** The version, if it is not that of the kind. */
  readonly version?: string;
}

/** Writes to one object. */
export interface WriteCase {
  /** What they show. */
  readonly name: string;
  /** The plural of its kind. */
  readonly of?: string;
  /** The writes. */
  readonly steps: readonly WriteStep[];
}

/** What a server answered: the object, or why not. */
export type Answer =
  | { readonly code: number; readonly object: Record<string, unknown> }
  | { readonly code: number; readonly reason?: string; readonly message: string; readonly causes?: unknown };

/** What was answered to the steps of a case. */
export interface AnsweredCase {
  /** The name of the case. */
  readonly name: string;
  /** The answers, step by step. */
  readonly answers: readonly Answer[];
}

/** A request to a server of the API. */
export interface WriteRequest {
  /** The HTTP method. */
  readonly method: "POST" | "PUT" | "PATCH";
  /** The path with its query. */
  readonly path: string;
  /** The type of the body. */
  readonly contentType: string;
  /** The body. */
  readonly body: unknown;
}

/** A server of the API. */
export interface WriteTarget {
  /** The namespace in which the objects are made. */
  readonly namespace: string;
  /** Sends a request; `body` is the object or the Status. */
  send(request: WriteRequest): Promise<{ readonly code: number; readonly body: unknown }>;
  /** Waits until the server's clock shows another second, and tells which. */
  nextSecond(): Promise<string>;
}

/** How the kinds of the cases are served. */
const KINDS: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  gadgets: ["applies.example.com/v1", "Gadget"],
  configmaps: ["v1", "ConfigMap"],
  services: ["v1", "Service"],
  podtemplates: ["v1", "PodTemplate"],
  limitranges: ["v1", "LimitRange"],
  roles: ["rbac.authorization.k8s.io/v1", "Role"],
  rolebindings: ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  leases: ["coordination.k8s.io/v1", "Lease"],
  networkpolicies: ["networking.k8s.io/v1", "NetworkPolicy"],
};

const PATCHES = {
  apply: "application/apply-patch+yaml",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
} as const;

const KEPT_METADATA = ["labels", "annotations", "finalizers", "ownerReferences", "managedFields"];

/**
 * Reads a table.
 *
 * @param path The YAML file.
 * @returns The cases.
 */
export function readCases(path: string | URL): WriteCase[] {
  return parseYamlDocuments(Deno.readTextFileSync(path))[0]!.value as WriteCase[];
}

/**
 * Reads what a server answered to a table.
 *
 * @param path The file, one case a line.
 * @returns The answers.
 */
export function readAnswers(path: string | URL): AnsweredCase[] {
  return Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => JSON.parse(line));
}

/**
 * Finds the group, version and kind of a case.
 *
 * @param writeCase The case.
 * @returns Its version, as `apps/v1`, and its kind.
 */
export function kindOf({ of = "gadgets" }: WriteCase): readonly [apiVersion: string, kind: string] {
  return KINDS[of]!;
}

/**
 * Finds the name of the object of a case.
 *
 * @param writeCase The case.
 * @returns The name.
 */
export function objectName({ name }: WriteCase): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

/**
 * Completes the body of a step.
 *
 * @param writeCase The case.
 * @param step The step.
 * @returns The body as it is sent.
 */
export function bodyOf(writeCase: WriteCase, step: WriteStep): unknown {
  const { json, strategic, merge } = step;
  const patch = json ?? strategic ?? merge;
  const [apiVersion, kind] = kindOf(writeCase);
  if (patch !== undefined) return patch;
  if (step.apply !== undefined && step.subresource === "scale") {
    return { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: objectName(writeCase) }, ...step.apply };
  }
  const { metadata, ...rest } = (step.apply ?? step.create ?? step.update) as Partial<KubeObject>;
  const version = step.version === undefined ? apiVersion : apiVersion.replace(/[^/]+$/, step.version);
  return { apiVersion: version, kind, metadata: { name: objectName(writeCase), ...metadata }, ...rest };
}

/**
 * Carries out all cases beside each other, step by step, each step in a second of its own.
 *
 * @param cases The cases.
 * @param target The server.
 * @returns The answers; times are the numbers of the steps in which they were set.
 */
export async function replay(cases: readonly WriteCase[], target: WriteTarget): Promise<AnsweredCase[]> {
  const answers = cases.map(({ name }) => ({ name, answers: [] as Answer[] }));
  const seconds: string[] = [];
  const rounds = Math.max(...cases.map(({ steps }) => steps.length));
  for (let round = 0; round < rounds; round++) {
    seconds.push(await target.nextSecond());
    await Promise.all(cases.map(async (writeCase, i) => {
      const step = writeCase.steps[round];
      if (step !== undefined) answers[i]!.answers.push(await answerTo(writeCase, step, target, seconds));
    }));
  }
  return answers;
}

async function answerTo(
  writeCase: WriteCase,
  step: WriteStep,
  target: WriteTarget,
  seconds: readonly string[],
): Promise<Answer> {
  const { code, body } = await target.send(requestOf(writeCase, step, target.namespace));
  const text = JSON.stringify(body).replaceAll(target.namespace, "NAMESPACE");
  const answer = JSON.parse(text, (key, value) => {
    if (key !== "time" || typeof value !== "string") return value;
    return `${seconds.findLastIndex((second) => second <= value)}`;
  });
  if (answer.kind !== "Status") return { code, object: trimmed(answer) };
  const { reason, message, details } = answer;
  // Go draws the order of maps anew each time.
  const [title, ...errors] = message.split("errors:\n");
  const sorted = [title, ...errors.map((lines: string) => lines.split("\n").sort().join("\n"))].join("errors:\n")
    .replace(/( is invalid): \[.*\]$/s, "$1");
  const causes = details?.causes?.map((cause: unknown) => JSON.stringify(cause)).sort()
    .map((cause: string) => JSON.parse(cause));
  return { code, ...reason && { reason }, message: sorted, ...causes && { causes } };
}

function requestOf(writeCase: WriteCase, step: WriteStep, namespace: string): WriteRequest {
  const [apiVersion] = kindOf(writeCase);
  const version = step.version === undefined ? apiVersion : apiVersion.replace(/[^/]+$/, step.version);
  const root = `/${version.includes("/") ? "apis" : "api"}/${version}/namespaces/${namespace}/${
    writeCase.of ?? "gadgets"
  }`;
  const object = `${root}/${objectName(writeCase)}${step.subresource ? `/${step.subresource}` : ""}`;
  const query = new URLSearchParams({
    ...step.by !== undefined && { fieldManager: step.by },
    ...step.force !== undefined && { force: String(step.force) },
  });
  const body = bodyOf(writeCase, step);
  if (step.create) return { method: "POST", path: `${root}?${query}`, contentType: "application/json", body };
  if (step.update) return { method: "PUT", path: `${object}?${query}`, contentType: "application/json", body };
  const type = (Object.keys(PATCHES) as (keyof typeof PATCHES)[]).find((key) => step[key] !== undefined)!;
  return { method: "PATCH", path: `${object}?${query}`, contentType: PATCHES[type], body };
}

function trimmed(object: KubeObject): Record<string, unknown> {
  const metadata = Object.entries(object.metadata ?? {}).filter(([name]) => KEPT_METADATA.includes(name));
  return { ...object, metadata: Object.fromEntries(metadata) };
}

/**
 * Finds the entries of an answer that tell who owns what.
 *
 * @param answer The answer.
 * @returns The entries.
 */
export function managedFieldsOf(answer: Answer): unknown {
  return "object" in answer && isJsonObject(answer.object.metadata) ? answer.object.metadata.managedFields : undefined;
}
