/**
 * Random requests to a server of the API, right and wrong.
 *
 * Paths and bodies hold placeholders for what differs between servers and sequences: `NAMESPACE`, `UNIQUE`, `$rv:NAME`, `$old:NAME`, and
 * `$uid:NAME` for the last and the first resourceVersion and the uid of an object, `$list` and `$continue` for the
 * resourceVersion and the token of the last list.
 *
 * @module
 */
import fc from "fast-check";
import { isJsonObject } from "../../../lib/base/json.ts";
import { TESTED_KINDS, type TestedKind } from "./kinds.ts";
import { METADATA_PARTS } from "./metadata_parts.ts";

/** A request with placeholders. */
export interface RequestTemplate {
  /** The method. */
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  /** The type of the body. */
  readonly contentType?: string;
  /** The accepted types of answers. */
  readonly accept?: string;
  /** The body. */
  readonly body?: string;
}

/** A sequence of requests. */
export interface Sequence {
  /** The kinds that it is about. */
  readonly kinds: readonly string[];
  /** The requests. */
  readonly requests: readonly RequestTemplate[];
  /** Whether the events of a watch since the beginning are compared, too. */
  readonly watches: boolean;
}

type Fields = Record<string, unknown>;

const KIND_NAMES = Object.keys(TESTED_KINDS);
const NAMES = ["a", "a", "a", "b"];
const JSON_TYPE = "application/json";
const PATCH_TYPES = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/**
 * Makes sequences of requests about one or two kinds.
 *
 * @param only The kinds; all by default.
 * @returns The sequences.
 */
export function sequences(only: readonly string[] = KIND_NAMES): fc.Arbitrary<Sequence> {
  return fc.tuple(fc.constantFrom(...only), fc.constantFrom(...only), fc.boolean()).chain(([one, other, mixed]) => {
    const kinds = mixed && one !== other ? [one, other] : [one];
    const request = fc.oneof(...kinds.map(requestAbout));
    const first = fc.oneof({ arbitrary: created(kinds[0]!), weight: 4 }, { arbitrary: request, weight: 1 });
    return fc.tuple(first, fc.array(request, { minLength: 2, maxLength: 11, size: "max" }), fc.boolean())
      .map(([start, rest, watches]) => ({ kinds, requests: [start, ...rest], watches }));
  });
}

/** A creation that should succeed. */
function created(name: string): fc.Arbitrary<RequestTemplate> {
  const kind = TESTED_KINDS[name]!;
  const parts = fc.subarray([...METADATA_PARTS.slice(0, 2), METADATA_PARTS[9]], { maxLength: 2 });
  return fc.tuple(parts, fc.boolean()).map(([parts, isApply]): RequestTemplate => {
    const body = JSON.stringify(merged(bodyOf(kind, "a"), ...parts));
    if (!isApply) return { method: "POST", path: `${kind.path}?fieldManager=m1`, contentType: JSON_TYPE, body };
    const path = `${kind.path}/${nameOf(kind, "a")}?fieldManager=m1`;
    return { method: "PATCH", path, contentType: PATCH_TYPES.apply, body };
  });
}

function requestAbout(name: string): fc.Arbitrary<RequestTemplate> {
  const kind = TESTED_KINDS[name]!;
  const isCluster = name === "namespaces";
  return fc.oneof(
    { arbitrary: creation(kind), weight: 4 },
    { arbitrary: update(kind), weight: 4 },
    { arbitrary: patch(kind), weight: 10 },
    { arbitrary: applied(kind), weight: 8 },
    { arbitrary: reading(kind), weight: 2 },
    { arbitrary: isCluster ? reading(kind) : listing(kind), weight: 3 },
    ...isCluster ? [] : [
      { arbitrary: deletion(kind), weight: 4 },
      ...name === "configmaps" ? [] : [{ arbitrary: collectionDeletion(kind), weight: 1 }],
    ],
    ...kind.scales ? [{ arbitrary: scaling(kind), weight: 3 }] : [],
    { arbitrary: oddity(kind), weight: 2 },
  );
}

function creation(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const metadata = fc.oneof(
    { arbitrary: fc.constantFrom(...NAMES).map((name) => ({ name: nameOf(kind, name) })), weight: 8 },
    { arbitrary: fc.constant({ generateName: nameOf(kind, "gen-"), name: undefined }), weight: 1 },
    { arbitrary: fc.constantFrom({ name: "Bad_Name" }, { name: undefined }, { name: "" }), weight: 1 },
  );
  return fc.tuple(metadata, partsOf(kind), queries(), resourceVersion()).map(([metadata, parts, query, version]) => {
    const whole = merged(bodyOf(kind, "a"), { metadata }, version === "1" ? versioned(version) : {}, ...parts);
    return { method: "POST", path: kind.path + query, contentType: JSON_TYPE, body: JSON.stringify(whole) };
  });
}

function update(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const shape = fc.tuple(fc.constantFrom(...NAMES), partsOf(kind), queries(), resourceVersion(), subresource(kind));
  return shape.map(([name, parts, query, version, sub]) => {
    const whole = merged(bodyOf(kind, name), versioned(version.replace("NAME", name)), ...parts);
    const path = `${kind.path}/${nameOf(kind, name)}${sub}${query}`;
    return { method: "PUT", path, contentType: JSON_TYPE, body: JSON.stringify(whole) };
  });
}

function patch(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const type = fc.constantFrom("merge", "strategic", "json" as const);
  const shape = fc.tuple(type, fc.constantFrom(...NAMES), partsOf(kind, 1), queries(), subresource(kind), fc.nat(99));
  return shape.map(([type, name, parts, query, sub, choice]): RequestTemplate => {
    const whole = merged({}, ...parts);
    const document = type === "json"
      ? operationsOf(whole, choice)
      : choice % 10 === 9 && isJsonObject(whole)
      ? withDirective(whole)
      : whole;
    const path = `${kind.path}/${nameOf(kind, name)}${sub}${query}`;
    return { method: "PATCH", path, contentType: PATCH_TYPES[type as "merge"], body: JSON.stringify(document) };
  });
}

function applied(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const shape = fc.tuple(fc.constantFrom(...NAMES), partsOf(kind, 0), queries(true), subresource(kind), fc.nat(9));
  return shape.map(([name, parts, query, sub, choice]) => {
    const { apiVersion, kind: type } = kind;
    const named = { apiVersion, kind: type, metadata: { name: nameOf(kind, name) } };
    const whole = merged(choice < 5 ? bodyOf(kind, name) : choice < 9 ? named : {}, ...parts);
    const path = `${kind.path}/${nameOf(kind, name)}${sub}${query}`;
    return { method: "PATCH", path, contentType: PATCH_TYPES.apply, body: JSON.stringify(whole) };
  });
}

function reading(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const query = fc.constantFrom("", "", "?resourceVersion=0", "?resourceVersion=$rv:a", "?resourceVersion=x");
  const accept = fc.constantFrom(
    JSON_TYPE,
    "application/yaml",
    "text/html",
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    "application/json;as=Table;g=meta.k8s.io;v=v1",
    "application/json;as=Odd;g=meta.k8s.io;v=v1",
  );
  return fc.tuple(fc.constantFrom(...NAMES), subresource(kind), query, accept).map(([name, sub, query, accept]) => {
    return { method: "GET", path: `${kind.path}/${nameOf(kind, name)}${sub}${query}`, accept };
  });
}

function listing(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const labels = fc.constantFrom("a=b", "a", "a in (b,c)", "a notin (b)", "a==b,a!=c", "a=", "a=b=c", "-x=1", "a in b");
  const fields = fc.constantFrom(
    "metadata.name=a",
    "metadata.name!=a",
    "metadata.namespace=NAMESPACE",
    "spec.odd=1",
    "metadata.name",
    ...kind.selectors ?? [],
  );
  const limits = fc.constantFrom("1", "0", "-1", "x", "500");
  const versions = fc.constantFrom(
    "resourceVersion=0",
    "resourceVersion=$list",
    "resourceVersion=x",
    "resourceVersion=$list&resourceVersionMatch=Exact",
    "resourceVersion=$list&resourceVersionMatch=NotOlderThan",
    "resourceVersion=0&resourceVersionMatch=Exact",
    "resourceVersionMatch=Exact",
    "resourceVersion=$list&resourceVersionMatch=Odd",
    "continue=$continue",
    "continue=bad",
    "continue=$continue&resourceVersion=1",
    "watch=true&resourceVersion=x",
    "watch=true&resourceVersion=1&resourceVersionMatch=Exact",
    "watch=true&sendInitialEvents=true",
  );
  const isLabelled = kind.kind === "ConfigMap" ? { nil: "a" } : { nil: undefined };
  const shape = fc.tuple(
    fc.option(labels, isLabelled),
    fc.option(fields, { nil: undefined, freq: 2 }),
    fc.option(limits, { nil: undefined, freq: 2 }),
    fc.option(versions, { nil: undefined, freq: 2 }),
    fc.constantFrom(
      JSON_TYPE,
      JSON_TYPE,
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
      "application/json;as=Table;g=meta.k8s.io;v=v1,application/json",
    ),
  );
  return shape.map(([labelSelector, fieldSelector, limit, version, accept]) => {
    const text = [
      ...labelSelector === undefined ? [] : [`labelSelector=${encodeURIComponent(labelSelector)}`],
      ...fieldSelector === undefined ? [] : [`fieldSelector=${encodeURIComponent(fieldSelector)}`],
      ...limit === undefined ? [] : [`limit=${limit}`],
      ...version === undefined ? [] : [version],
    ].join("&");
    return { method: "GET", path: `${kind.path}?${text}`, accept };
  });
}

const DELETE_BODIES: readonly unknown[] = [
  {},
  { kind: "DeleteOptions", apiVersion: "v1" },
  { preconditions: { uid: "$uid:a" } },
  { preconditions: { uid: "other" } },
  { preconditions: { resourceVersion: "$rv:a" } },
  { preconditions: { resourceVersion: "1" } },
  { propagationPolicy: "Foreground" },
  { propagationPolicy: "Orphan" },
  { propagationPolicy: "Background" },
  { propagationPolicy: "Odd" },
  { orphanDependents: true },
  { orphanDependents: false },
  { orphanDependents: false, propagationPolicy: "Foreground" },
  { gracePeriodSeconds: 0 },
  { gracePeriodSeconds: 30 },
  { gracePeriodSeconds: -5 },
  { gracePeriodSeconds: "5" },
  { dryRun: ["All"] },
  { dryRun: ["Odd"] },
  { unknown: 1 },
  { kind: "Odd", apiVersion: "v1" },
  [],
];

function deletionParts(): fc.Arbitrary<{ query: string; body: string | undefined }> {
  const query = fc.constantFrom(
    ...["", "", "", "?dryRun=All", "?propagationPolicy=Foreground", "?propagationPolicy=Orphan"],
    ...["?propagationPolicy=Odd", "?gracePeriodSeconds=0", "?gracePeriodSeconds=x", "?orphanDependents=true"],
  );
  const body = fc.option(fc.constantFrom(...DELETE_BODIES).map((body) => JSON.stringify(body)), { nil: undefined });
  return fc.record({ query, body });
}

function deletion(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  return fc.tuple(fc.constantFrom(...NAMES), deletionParts()).map(([name, { query, body }]) => {
    const path = `${kind.path}/${nameOf(kind, name)}${query}`;
    return { method: "DELETE", path, ...body !== undefined && { contentType: JSON_TYPE, body } };
  });
}

function collectionDeletion(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const selector = fc.constantFrom("", "", "labelSelector=a%3Db", "labelSelector=a%3Dc", "fieldSelector=spec.odd%3D1");
  return fc.tuple(deletionParts(), selector).map(([{ query, body }, selector]) => {
    const path = `${kind.path}${query || "?"}&${selector}`.replace(/[?&]+$/, "").replace("?&", "?");
    return { method: "DELETE", path, ...body !== undefined && { contentType: JSON_TYPE, body } };
  });
}

const SCALES: readonly unknown[] = [
  { spec: { replicas: 3 } },
  { spec: { replicas: 0 } },
  { spec: { replicas: -1 } },
  { spec: { replicas: "1" } },
  { spec: { replicas: null } },
  { spec: { replicas: 1.5 } },
  { metadata: { labels: { a: "b" } } },
  { metadata: { name: "b" }, spec: { replicas: 1 } },
  { metadata: { resourceVersion: "1" }, spec: { replicas: 1 } },
  { metadata: { resourceVersion: "$rv:a" }, spec: { replicas: 2 } },
  { metadata: { uid: "other" }, spec: { replicas: 1 } },
  { spec: { unknown: 1 } },
  { kind: "Odd" },
];

function scaling(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const method = fc.constantFrom("GET", "PUT", "merge", "strategic", "json", "apply" as const);
  return fc.tuple(method, fc.constantFrom(...NAMES), fc.constantFrom(...SCALES), queries(true), fc.nat(9)).map(
    ([method, name, part, query, choice]): RequestTemplate => {
      const path = `${kind.path}/${nameOf(kind, name)}/scale`;
      if (method === "GET") return { method, path };
      const paused = kind.kind === "Deployment" ? { spec: { replicas: 0 } } : {};
      const safe = kind.kind === "Deployment" ? withoutReplicas(part) : part;
      const whole = merged({ apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name } }, paused, safe);
      const body = method === "PUT" || method === "apply" && choice < 8
        ? whole
        : method === "json"
        ? operationsOf(safe as Fields, choice)
        : safe;
      const contentType = method === "PUT" ? JSON_TYPE : PATCH_TYPES[method as "merge"];
      return {
        method: method === "PUT" ? method : "PATCH",
        path: path + query,
        contentType,
        body: JSON.stringify(body),
      };
    },
  );
}

/** With replicas, controllers would make Pods. */
function withoutReplicas(part: unknown): unknown {
  return JSON.parse(JSON.stringify(part), (key, value) => key === "replicas" && value > 0 ? 0 : value);
}

function oddity(kind: TestedKind): fc.Arbitrary<RequestTemplate> {
  const item = `${kind.path}/${nameOf(kind, "a")}`;
  const body = JSON.stringify(bodyOf(kind, "a"));
  const isCluster = kind.kind === "Namespace";
  const odd: RequestTemplate[] = [
    { method: "GET", path: `${item}/nothing` },
    { method: "GET", path: item.replace("/v1/", "/v9/") },
    { method: "GET", path: item.replace(/\/(api|apis)\//, "/apis/odd.example.com/") },
    { method: "GET", path: `${kind.path}x` },
    { method: "POST", path: item, contentType: JSON_TYPE, body },
    { method: "POST", path: `${item}/status`, contentType: JSON_TYPE, body },
    { method: "PUT", path: kind.path, contentType: JSON_TYPE, body },
    { method: "PATCH", path: kind.path, contentType: PATCH_TYPES.merge, body: "{}" },
    { method: "DELETE", path: `${item}/status` },
    { method: "OPTIONS", path: item },
    { method: "PATCH", path: item, contentType: JSON_TYPE, body: "{}" },
    { method: "PATCH", path: item, contentType: "text/plain", body: "{}" },
    { method: "PATCH", path: item, body: "{}" },
    { method: "POST", path: kind.path, contentType: "text/plain", body },
    { method: "POST", path: kind.path, contentType: "application/yaml", body },
    { method: "POST", path: kind.path, contentType: "application/yaml", body: "a: [" },
    { method: "POST", path: kind.path, body },
    ...["", "null", "[]", "1", '"text"', "{", `${body.slice(0, -1)},"kind":"Twice"}`, "{}"].flatMap((text) => [
      { method: "POST", path: kind.path, contentType: JSON_TYPE, body: text },
      { method: "PUT", path: item, contentType: JSON_TYPE, body: text },
      { method: "PATCH", path: item, contentType: PATCH_TYPES.merge, body: text },
      { method: "PATCH", path: item, contentType: PATCH_TYPES.strategic, body: text },
      { method: "PATCH", path: item, contentType: PATCH_TYPES.json, body: text },
      { method: "PATCH", path: `${item}?fieldManager=m`, contentType: PATCH_TYPES.apply, body: text },
    ]),
    { method: "POST", path: `${kind.path}?fieldManager=${"m".repeat(129)}`, contentType: JSON_TYPE, body },
    ...isCluster ? [] : [
      { method: "POST", path: kind.path.replace("/namespaces/NAMESPACE", ""), contentType: JSON_TYPE, body },
      { method: "POST", path: kind.path.replace("NAMESPACE", "missing"), contentType: JSON_TYPE, body },
      { method: "GET", path: item.replace("NAMESPACE", "missing") },
      { method: "GET", path: kind.path.replace("NAMESPACE", "missing") },
    ],
  ];
  return fc.constantFrom(...odd);
}

function partsOf(kind: TestedKind, min = 0): fc.Arbitrary<Fields[]> {
  const own = [...kind.parts, ...kind.parts, ...METADATA_PARTS, ...kind.status ?? []] as Fields[];
  const part = fc.tuple(fc.constantFrom(...own), fc.nat(199)).map(([part, choice]) => {
    return choice < 20 ? damaged(part, choice) as Fields : part;
  });
  return fc.array(part, { minLength: min, maxLength: 2 });
}

const JUNK = [null, [], {}, "x", 1, true, ["x"], { x: 1 }, "", -1];

/** Puts a value of another kind somewhere. */
function damaged(part: unknown, choice: number): unknown {
  if (isJsonObject(part) && Object.keys(part).length > 0 && choice % 4 !== 0) {
    const names = Object.keys(part);
    const name = names[choice % names.length]!;
    return { ...part, [name]: damaged(part[name], choice >> 1) };
  }
  if (Array.isArray(part) && part.length > 0 && choice % 4 !== 0) {
    return [damaged(part[0], choice >> 1), ...part.slice(1)];
  }
  return JUNK[choice % JUNK.length];
}

function queries(isApply = false): fc.Arbitrary<string> {
  const force = isApply ? ["", "", "force=true", "force=false", "force=x"] : ["", "", "", "", "", "force=true"];
  return fc.tuple(
    fc.constantFrom(...isApply ? [] : [""], "fieldManager=m1", "fieldManager=m2", "fieldManager=m3"),
    fc.constantFrom("", "", "", "", "", "", "dryRun=All", "dryRun=Odd", "dryRun="),
    fc.constantFrom(
      "",
      "",
      "fieldValidation=Strict",
      "fieldValidation=Warn",
      "fieldValidation=Ignore",
      "fieldValidation=Odd",
    ),
    fc.constantFrom(...force),
  ).map((parts) => {
    const text = parts.filter((part) => part !== "").join("&");
    return text && `?${text}`;
  });
}

function resourceVersion(): fc.Arbitrary<string> {
  return fc.constantFrom("", "", "$rv:NAME", "$rv:NAME", "$rv:NAME", "$old:NAME", "1", "x", "0");
}

function subresource({ status }: TestedKind): fc.Arbitrary<string> {
  return fc.constantFrom("", "", "", "", ...status ? ["/status", "/status"] : ["", "", "", "/status"]);
}

function versioned(resourceVersion: string): Fields {
  return resourceVersion === "" ? {} : { metadata: { resourceVersion } };
}

function nameOf({ kind }: TestedKind, name: string): string {
  return kind === "Namespace" ? `UNIQUE-${name}` : name;
}

function bodyOf(kind: TestedKind, name: string): Fields {
  return { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: nameOf(kind, name) }, ...kind.base };
}

/** Merges objects; lists replace each other, `null` stays. */
function merged(...parts: readonly unknown[]): Fields {
  return parts.reduce(mergeTwo, {}) as Fields;
}

function mergeTwo(one: unknown, other: unknown): unknown {
  if (!isJsonObject(one) || !isJsonObject(other)) return other;
  const result: Fields = { ...one };
  for (const name of Object.keys(other)) result[name] = mergeTwo(result[name], other[name]);
  return result;
}

function withDirective(whole: Fields): Fields {
  const [name] = Object.keys(whole);
  if (name === undefined) return { $patch: "delete" };
  const value = whole[name];
  if (isJsonObject(value)) return { ...whole, [name]: withDirective(value) };
  return { ...whole, $patch: "replace" };
}

/** Operations of a JSON patch at the places of a part. */
function operationsOf(part: unknown, choice: number): unknown[] {
  const [path, value] = leafOf(part, "", choice);
  const operations: readonly unknown[][] = [
    [{ op: "add", path, value }],
    [{ op: "replace", path, value }],
    [{ op: "remove", path }],
    [{ op: "test", path, value }, { op: "remove", path }],
    [{ op: "add", path: path.replace(/\/[^/]*$/, ""), value: {} }, { op: "add", path, value }],
    [{ op: "copy", from: path, path: "/metadata/annotations" }],
    [{ op: "move", from: path, path: "/metadata/labels" }],
    [{ op: "odd", path }],
    [{ path, value }],
    [{ op: "add", value }],
    [{ op: "add", path: "no-slash", value }],
    [{ op: "add", path, value, more: 1 }],
    [],
  ];
  return operations[choice % operations.length]!;
}

function leafOf(part: unknown, path: string, choice: number): [string, unknown] {
  if (isJsonObject(part) && Object.keys(part).length > 0 && (path === "" || choice % 5 !== 4)) {
    const names = Object.keys(part);
    const name = names[choice % names.length]!;
    return leafOf(part[name], `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, choice >> 1);
  }
  if (Array.isArray(part) && part.length > 0 && choice % 3 === 0) return leafOf(part[0], `${path}/0`, choice >> 1);
  return [path, part];
}
