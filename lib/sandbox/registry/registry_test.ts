import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import type { KubeObject } from "../../kube/object.ts";
import {
  configMap,
  configMaps,
  deployments,
  namespaces,
  pods,
  type TestWorld,
  testWorld,
  widgets,
} from "./test_world_test.ts";
import type { ServedResource, StoredObject } from "./served_resource.ts";
import { StatusError } from "./status_error.ts";
import type { WatchEvent, WatchOptions } from "./watch.ts";
import type { DeleteOptions, WriteOptions } from "./write_options.ts";

/** Calls and gives what is refused, as code, reason and message. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return `${error.status.code} ${error.reason}: ${error.message}`;
  }
  return "nothing";
}

const DIGEST = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric";

Deno.test("create() takes the namespace from an object of a kind without", () => {
  const { registry } = testWorld();
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a", namespace: "b" } };
  const { metadata } = registry.create(namespaces, "", namespace);
  strictEqual(metadata.namespace, undefined);
});

Deno.test("create() refuses what is not valid, in the server's words", async (t) => {
  const cases: [name: string, resource: ServedResource, namespace: string, object: unknown, expected: RegExp][] = [
    [
      "no name",
      configMaps,
      "a",
      {},
      /^422 Invalid: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required$/,
    ],
    [
      "a name",
      configMaps,
      "a",
      { metadata: { name: "A" } },
      /^422 .*metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist/,
    ],
    [
      "another namespace",
      configMaps,
      "a",
      { metadata: { name: "x", namespace: "b" } },
      /^400 BadRequest: the namespace of the provided object does not match the namespace sent on the request$/,
    ],
    [
      "a label",
      configMaps,
      "a",
      { metadata: { name: "x", labels: { a: "-" } } },
      /^422 .*metadata.labels: Invalid value: "-": a valid label must be/,
    ],
    [
      "an annotation",
      configMaps,
      "a",
      { metadata: { name: "x", annotations: { "a b": "" } } },
      new RegExp(`metadata.annotations: Invalid value: "a b": name part ${DIGEST}`),
    ],
    [
      "a finalizer",
      configMaps,
      "a",
      { metadata: { name: "x", finalizers: [" "] } },
      /metadata.finalizers: Invalid value: " "/,
    ],
    ["an owner", configMaps, "a", {
      metadata: { name: "x", ownerReferences: [{ apiVersion: "v1", kind: "X", name: "x" }] },
    }, /metadata.ownerReferences\[0\].uid: Required value: must not be empty$/],
    [
      "a revision",
      configMaps,
      "a",
      { metadata: { name: "x", resourceVersion: "5" } },
      /^500 undefined: resourceVersion should not be set on objects to be created$/,
    ],
    [
      "a type",
      configMaps,
      "a",
      { data: { a: 1 } },
      /^400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string$/,
    ],
    [
      "a type below",
      deployments,
      "a",
      { spec: { replicas: "3" } },
      /json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32$/,
    ],
    [
      "a fraction",
      deployments,
      "a",
      { spec: { replicas: 1.5 } },
      /json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32$/,
    ],
    [
      "labels",
      deployments,
      "a",
      { metadata: { labels: 3 } },
      /json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type map\[string\]string$/,
    ],
    [
      "another kind",
      deployments,
      "a",
      configMap("x"),
      /^400 BadRequest: ConfigMap in version "v1" cannot be handled as a Deployment: converting \(v1.ConfigMap\) to \(apps.Deployment\): unknown conversion$/,
    ],
  ];
  for (const [name, resource, namespace, object, expected] of cases) {
    await t.step(name, () => {
      const { registry } = testWorld();
      match(refusal(() => registry.create(resource, namespace, object as KubeObject)), expected);
      strictEqual(registry.list(resource).items.length, 0);
    });
  }
});

Deno.test("create() takes only what the schema knows, as strictly as is asked", () => {
  const { registry } = testWorld();
  const object = { metadata: { name: "x", bar: 1 }, spec: { foo: [{ a: 1 }], replicas: null, args: [] } };
  const create = (options: WriteOptions) => {
    const warnings: string[] = [];
    const created = registry.create(deployments, "a", object as unknown as KubeObject, {
      ...options,
      dryRun: true,
      warn: (message) => void warnings.push(message),
    });
    return { warnings, spec: created.spec };
  };
  const all = ['unknown field "metadata.bar"', 'unknown field "spec.foo"'];
  deepStrictEqual(create({}), { warnings: all, spec: { replicas: 1 } });
  deepStrictEqual(create({ fieldValidation: "Ignore" }), { warnings: [], spec: { replicas: 1 } });
  strictEqual(
    refusal(() => create({ fieldValidation: "Strict" })),
    `400 BadRequest: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${
      all.join(", ")
    }`,
  );
});

Deno.test("create() makes names that are free, and says so if it cannot", () => {
  const { registry } = testWorld();
  const draft = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "x-" } };
  const names = Array.from({ length: 50 }, () => registry.create(configMaps, "a", draft).metadata.name!);
  strictEqual(new Set(names).size, 50);
  for (const name of names) match(name, /^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  const clock = { ...registry.clock, random: () => 0 };
  Object.defineProperty(registry.clock, "random", { value: clock.random });
  registry.create(configMaps, "a", draft);
  strictEqual(
    refusal(() => registry.create(configMaps, "a", draft)),
    '409 AlreadyExists: configmaps "x-bbbbb" already exists, the server was not able to generate a unique name for the object',
  );
});

Deno.test("update() counts generations of what is wanted, and keeps the status where it is apart", () => {
  const { registry } = testWorld();
  const first = registry.create(deployments, "a", draftOf({ metadata: { name: "x" }, spec: { replicas: 3 } }));
  strictEqual(first.metadata.generation, 1);
  const labelled = registry.update(deployments, "a", "x", {
    ...first,
    metadata: { ...first.metadata, labels: { a: "b" } },
  });
  strictEqual(labelled.metadata.generation, 1);
  const scaled = registry.update(
    deployments,
    "a",
    "x",
    draftOf({ metadata: { name: "x" }, spec: { replicas: 2 }, status: { replicas: 9 } }),
  );
  deepStrictEqual([scaled.metadata.generation, scaled.status], [2, undefined]);
  const status = registry.update(
    deployments,
    "a",
    "x",
    draftOf({ metadata: { name: "x" }, spec: { replicas: 5 }, status: { replicas: 2 } }),
    {
      subresource: "status",
    },
  );
  deepStrictEqual([status.metadata.generation, status.spec, status.status], [2, { replicas: 2 }, { replicas: 2 }]);
  strictEqual(status.metadata.managedFields?.some(({ subresource }) => subresource === "status"), true);
});

Deno.test("update() of nothing changes nothing", () => {
  const { registry, clock } = testWorld();
  const first = registry.create(configMaps, "a", configMap("x", { k: "v" }), { fieldManager: "me" });
  clock.advance(10_000);
  const { revision } = registry.storage;
  strictEqual(registry.update(configMaps, "a", "x", configMap("x", { k: "v" }), { fieldManager: "me" }), first);
  strictEqual(registry.patch(configMaps, "a", "x", { type: "merge", body: {} }, { fieldManager: "me" }), first);
  strictEqual(registry.storage.revision, revision);
});

Deno.test("update() and patch() refuse what does not fit", async (t) => {
  const cases: [name: string, call: (world: TestWorld) => unknown, expected: string][] = [
    [
      "a stale revision",
      ({ registry }) => registry.update(configMaps, "a", "x", configMap("x", {}, { resourceVersion: "1" })),
      '409 Conflict: Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      "a name",
      ({ registry }) => registry.update(configMaps, "a", "x", configMap("y")),
      "400 BadRequest: the name of the object (y) does not match the name on the URL (x)",
    ],
    [
      "no name",
      ({ registry }) => registry.update(configMaps, "a", "x", configMap("")),
      "400 BadRequest: the name of the object (x based on URL) was undeterminable: name must be provided",
    ],
    [
      "nothing there",
      ({ registry }) => registry.update(configMaps, "a", "y", configMap("y")),
      '404 NotFound: configmaps "y" not found',
    ],
    [
      "a uid",
      ({ registry }) => registry.patch(configMaps, "a", "x", { type: "merge", body: { metadata: { uid: "y" } } }),
      '422 Invalid: ConfigMap "x" is invalid: metadata.uid: Invalid value: "y": field is immutable',
    ],
    [
      "nothing to patch",
      ({ registry }) => registry.patch(configMaps, "a", "y", { type: "merge", body: {} }),
      '404 NotFound: configmaps "y" not found',
    ],
    [
      "a failed test",
      ({ registry }) =>
        registry.patch(configMaps, "a", "x", { type: "json", body: [{ op: "test", path: "/kind", value: "y" }] }),
      "422 Invalid: the server rejected our request due to an error in our request",
    ],
    [
      "another kind to apply",
      ({ registry }) =>
        registry.patch(configMaps, "a", "x", { type: "apply", body: { apiVersion: "v1", kind: "Secret" } }),
      "400 BadRequest: invalid object type: /v1, Kind=Secret",
    ],
    [
      "managed fields to apply",
      ({ registry }) =>
        registry.patch(configMaps, "a", "x", { type: "apply", body: configMap("x", {}, { managedFields: [] }) }),
      "400 BadRequest: metadata.managedFields must be nil",
    ],
  ];
  for (const [name, call, expected] of cases) {
    await t.step(name, () => {
      const world = testWorld();
      world.registry.create(configMaps, "a", configMap("x"));
      strictEqual(refusal(() => call(world)), expected);
    });
  }
});

Deno.test("delete() goes as far as finalizers, grace and preconditions let it", async (t) => {
  const cases: [
    name: string,
    resource: ServedResource,
    metadata: StoredObject["metadata"],
    options: DeleteOptions,
    expected: unknown,
  ][] = [
    ["at once", configMaps, {}, {}, "gone"],
    ["with a finalizer", configMaps, { finalizers: ["a/b"] }, {}, {
      finalizers: ["a/b"],
      deletionGracePeriodSeconds: 0,
    }],
    ["in the foreground", configMaps, {}, { propagationPolicy: "Foreground" }, {
      finalizers: ["foregroundDeletion"],
      deletionGracePeriodSeconds: 0,
    }],
    ["leaving orphans", configMaps, {}, { propagationPolicy: "Orphan" }, {
      finalizers: ["orphan"],
      deletionGracePeriodSeconds: 0,
    }],
    ["no more in the foreground", configMaps, { finalizers: ["foregroundDeletion"] }, {
      propagationPolicy: "Background",
    }, "gone"],
    ["gracefully", pods, {}, {}, { deletionGracePeriodSeconds: 30 }],
    ["gracefully, as asked", pods, {}, { gracePeriodSeconds: 5 }, { deletionGracePeriodSeconds: 5 }],
    ["without grace", pods, {}, { gracePeriodSeconds: 0 }, "gone"],
  ];
  for (const [name, resource, metadata, options, expected] of cases) {
    await t.step(name, () => {
      const { registry } = testWorld();
      const object = { apiVersion: "v1", kind: resource.kind, metadata: { name: "x", ...metadata } };
      registry.create(resource, "a", object);
      const { isGone } = registry.delete(resource, "a", "x", options);
      if (isGone) return strictEqual(expected, "gone");
      const { deletionTimestamp, finalizers, deletionGracePeriodSeconds } = registry.get(resource, "a", "x").metadata;
      ok(deletionTimestamp);
      deepStrictEqual({ ...finalizers && { finalizers }, deletionGracePeriodSeconds }, expected);
    });
  }
});

Deno.test("delete() keeps to its preconditions", () => {
  const { registry } = testWorld();
  const { metadata } = registry.create(configMaps, "a", configMap("x"));
  strictEqual(
    refusal(() => registry.delete(configMaps, "a", "x", { preconditions: { uid: "y" } })),
    `409 Conflict: Operation cannot be fulfilled on ConfigMap "x": the UID in the precondition (y) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
  );
  registry.delete(configMaps, "a", "x", {
    preconditions: { uid: metadata.uid!, resourceVersion: metadata.resourceVersion! },
  });
});

Deno.test("the object goes with its last finalizer", () => {
  const { registry } = testWorld();
  registry.create(configMaps, "a", configMap("x", {}, { finalizers: ["a/b", "a/c"] }));
  registry.delete(configMaps, "a", "x");
  const set = (finalizers: string[] | null) =>
    registry.patch(configMaps, "a", "x", { type: "merge", body: { metadata: { finalizers } } });
  match(
    refusal(() => set(["a/b", "a/d"])),
    /Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"a\/d"\}$/,
  );
  set(["a/b"]);
  ok(registry.get(configMaps, "a", "x"));
  set(null);
  strictEqual(registry.list(configMaps).items.length, 0);
});

Deno.test("dry runs leave everything as it is", () => {
  const { registry } = testWorld();
  registry.create(configMaps, "a", configMap("x", { k: "v" }));
  const { revision } = registry.storage;
  const options = { dryRun: true };
  strictEqual(registry.create(configMaps, "a", configMap("y"), options).metadata.resourceVersion, undefined);
  const { data } = registry.update(configMaps, "a", "x", configMap("x", { k: "w" }), options);
  deepStrictEqual(data, { k: "w" });
  registry.patch(configMaps, "a", "x", { type: "merge", body: { data: null } }, options);
  registry.delete(configMaps, "a", "x", { propagationPolicy: "Foreground" }, options);
  registry.deleteCollection(configMaps, "a", {}, {}, options);
  strictEqual(registry.storage.revision, revision);
  deepStrictEqual(registry.get(configMaps, "a", "x").data, { k: "v" });
});

Deno.test("list() goes page by page through one revision", () => {
  const { registry } = testWorld();
  for (const name of ["a", "b", "c", "d", "e"]) registry.create(configMaps, "n", configMap(name));
  const first = registry.list(configMaps, "n", { limit: 2 });
  deepStrictEqual([first.items.length, first.remainingItemCount], [2, 3]);
  registry.delete(configMaps, "n", "d");
  registry.create(configMaps, "n", configMap("c2"));
  const second = registry.list(configMaps, "n", { limit: 9, continue: first.continue! });
  deepStrictEqual(second.items.map(({ metadata }) => metadata.name), ["c", "d", "e"]);
  strictEqual(second.resourceVersion, first.resourceVersion);

  registry.storage.compact();
  let token = "";
  try {
    registry.list(configMaps, "n", { continue: first.continue! });
  } catch (error) {
    const { status } = error as StatusError;
    deepStrictEqual([status.code, status.reason], [410, "Expired"]);
    token = status.metadata!.continue as string;
  }
  const rest = registry.list(configMaps, "n", { continue: token });
  deepStrictEqual(rest.items.map(({ metadata }) => metadata.name), ["c", "c2", "e"]);
});

Deno.test("list() reads the revision that is asked for", () => {
  const { registry } = testWorld();
  const { metadata: { resourceVersion } } = registry.create(configMaps, "n", configMap("a"));
  registry.create(configMaps, "n", configMap("b"));
  const names = (options: Parameters<typeof registry.list>[2]) =>
    registry.list(configMaps, "n", options).items.map(({ metadata }) => metadata.name).join("");
  strictEqual(names({ resourceVersion: resourceVersion! }), "ab");
  strictEqual(names({ resourceVersion: resourceVersion!, resourceVersionMatch: "Exact" }), "a");
  strictEqual(names({ resourceVersion: resourceVersion!, limit: 5 }), "a");
  strictEqual(names({ resourceVersion: "0" }), "ab");
  match(
    refusal(() => names({ resourceVersion: "999" })),
    /^504 Timeout: Timeout: Too large resource version: 999, current: 202$/,
  );
  match(
    refusal(() => names({ resourceVersionMatch: "Exact" })),
    /resourceVersionMatch is forbidden unless resourceVersion is provided$/,
  );
  registry.storage.compact();
  match(
    refusal(() => names({ resourceVersion: "201", resourceVersionMatch: "Exact" })),
    /^410 Expired: The resourceVersion for the provided list is too old.$/,
  );
});

Deno.test("list() selects by labels and fields", async (t) => {
  const { registry } = testWorld();
  const add = (name: string, phase: string) => {
    const object = draftOf({ metadata: { name, labels: { app: name } } });
    registry.create(deployments, "n", object);
    registry.update(deployments, "n", name, { ...object, status: { phase } } as KubeObject, { subresource: "status" });
  };
  add("a", "Good");
  add("b", "Bad");
  const cases: [options: Parameters<typeof registry.list>[2], expected: string][] = [
    [{ labelSelector: "app=a" }, "a"],
    [{ labelSelector: "app in (a,b),app!=a" }, "b"],
    [{ fieldSelector: "status.phase=Bad" }, "b"],
    [{ fieldSelector: "status.phase!=Bad,metadata.name=a" }, "a"],
    [{ fieldSelector: "metadata.namespace=other" }, ""],
  ];
  for (const [options, expected] of cases) {
    await t.step(JSON.stringify(options), () => {
      strictEqual(
        registry.list(deployments, "n", options).items.map(({ metadata }) => metadata.name).join(""),
        expected,
      );
    });
  }
  match(
    refusal(() => registry.list(deployments, "n", { fieldSelector: "a=b" })),
    /^400 BadRequest: field label not supported: a$/,
  );
  match(
    refusal(() => registry.list(configMaps, "n", { fieldSelector: "a=b" })),
    /"a" is not a known field selector: only/,
  );
});

/** Watches and gives what was told. */
function watched(world: TestWorld, options: WatchOptions): { told: string[]; stop: () => void } {
  const told: string[] = [];
  const stop = world.registry.watch(configMaps, "n", options, (event: WatchEvent) => {
    const { metadata = {}, code, data } = event.object as StoredObject & { code?: number };
    const { name, annotations } = metadata as StoredObject["metadata"];
    told.push(
      [event.type, name ?? code ?? Object.keys(annotations ?? {})[0] ?? "", Object.values(data ?? {}).join()].join(" ")
        .trim(),
    );
  });
  return { told, stop };
}

Deno.test("watch() begins where it is asked to", async (t) => {
  const cases: [options: WatchOptions, expected: string[]][] = [
    [{}, ["ADDED a", "ADDED b", "ADDED c"]],
    [{ resourceVersion: "0" }, ["ADDED a", "ADDED b", "ADDED c"]],
    [{ resourceVersion: "201" }, ["ADDED b", "ADDED c"]],
    [{ resourceVersion: "100" }, ["ERROR 410"]],
    [{ resourceVersionMatch: "NotOlderThan", sendInitialEvents: false }, ["ADDED c"]],
    [
      { resourceVersionMatch: "NotOlderThan", sendInitialEvents: true, allowWatchBookmarks: true },
      ["ADDED a", "ADDED b", "BOOKMARK k8s.io/initial-events-end", "ADDED c"],
    ],
  ];
  for (const [options, expected] of cases) {
    await t.step(JSON.stringify(options), () => {
      const world = testWorld();
      world.registry.create(configMaps, "n", configMap("a"));
      world.registry.create(configMaps, "n", configMap("b"));
      const { told, stop } = watched(world, options);
      world.registry.create(configMaps, "n", configMap("c"));
      stop();
      world.registry.create(configMaps, "n", configMap("d"));
      deepStrictEqual(told, expected);
      strictEqual(world.clock.timers, 0);
    });
  }
});

Deno.test("watch() tells of objects that begin and cease to match as if they came and went", () => {
  const world = testWorld();
  const { registry } = world;
  const { told, stop } = watched(world, { labelSelector: "on" });
  const set = (data: string, on: boolean) =>
    registry.update(configMaps, "n", "a", configMap("a", { data }, { labels: on ? { on: "" } : {} }));
  registry.create(configMaps, "n", configMap("a", { data: "1" }));
  set("2", true);
  set("3", true);
  set("4", false);
  set("5", true);
  registry.delete(configMaps, "n", "a");
  registry.create(configMaps, "other", configMap("b", {}, { labels: { on: "" } }));
  stop();
  deepStrictEqual(told, ["ADDED a 2", "MODIFIED a 3", "DELETED a 3", "ADDED a 5", "DELETED a 5"]);
});

Deno.test("watch() sends bookmarks to those who understand them", () => {
  const world = testWorld();
  const { told, stop } = watched(world, { allowWatchBookmarks: true });
  world.clock.advance(60_000);
  world.clock.advance(60_000);
  stop();
  world.clock.advance(60_000);
  deepStrictEqual(told, ["BOOKMARK", "BOOKMARK"]);
});

Deno.test("admission sees what is written, and may change and refuse it", () => {
  const { registry, admission } = testWorld();
  const seen: string[] = [];
  admission.mutating.push(({ object }) => {
    if (object !== undefined) object.metadata.labels = { ...object.metadata.labels, seen: "yes" };
  });
  admission.validating.push(({ operation, name, object, old }) => {
    seen.push(`${operation} ${name} ${object?.metadata.labels?.seen} ${old?.metadata.labels?.seen}`);
    if (operation === "DELETE") throw new StatusError(403, "Forbidden", "no");
  });
  registry.create(configMaps, "a", configMap("x"));
  registry.update(configMaps, "a", "x", configMap("x", { k: "v" }));
  throws(() => registry.delete(configMaps, "a", "x"), /^StatusError: no$/);
  deepStrictEqual(seen, ["CREATE x yes undefined", "UPDATE x yes yes", "DELETE x undefined yes"]);
});

Deno.test("custom resources get the defaults of their schemas, and lose what it does not know", () => {
  const { registry } = testWorld();
  const draft = {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "x" },
    spec: { tags: [], no: 1 },
    status: { a: 1 },
  };
  const widget = registry.create(widgets, "a", draft);
  deepStrictEqual(widget.spec, { tags: [], size: 3 });
  strictEqual(widget.status, undefined);
  strictEqual(widget.metadata.generation, 1);
  const status = registry.patch(widgets, "a", "x", {
    type: "merge",
    body: { spec: { size: 9 }, status: { free: { x: 1 } } },
  }, {
    subresource: "status",
  });
  deepStrictEqual([status.spec, status.status, status.metadata.generation], [
    { tags: [], size: 3 },
    { free: { x: 1 } },
    1,
  ]);
});

function draftOf(fields: Record<string, unknown>): KubeObject {
  return { apiVersion: "apps/v1", kind: "Deployment", ...fields };
}
