/**
 * Sets of manifests that end-to-end tests hand to kubescript on stdin.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import {
  type JsonResult,
  type KubescriptResult,
  runKubescript,
  type RunningKubescript,
  startKubescript,
  withDocument,
} from "./kubescript.ts";
import { kubectl, type SeenObject } from "./objects.ts";

/** An object as somebody writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** A run of a set. */
export interface SetRun extends JsonResult {
  /** What it says about all objects that are not simply unchanged: `Kind/name: action`, with the status if not done. */
  readonly actions: Readonly<Record<string, string>>;
}

/** A set: a name for manifests, and their home namespace. */
export class ManifestSet {
  readonly namespace: string;
  readonly name: string;

  /**
   * Names a set; nothing is written yet.
   *
   * @param namespace The home namespace.
   * @param name The name; by default that of the home, as no other home may have a set of the same name.
   */
  constructor(namespace: string, name: string = namespace) {
    this.namespace = namespace;
    this.name = name;
  }

  /** The name of its parent ConfigMap, and of the Secret with its key. */
  get parentName(): string {
    return `kubescript-${this.name}`;
  }

  /** The name in which it applies. */
  get fieldManager(): string {
    return `kubescript/${this.namespace}/${this.name}`;
  }

  /**
   * Runs `plan`.
   *
   * @param objects What is desired.
   * @param flags Further flags.
   * @returns The plan.
   */
  async plan(objects: readonly Manifest[], ...flags: string[]): Promise<SetRun> {
    return readRun(await runKubescript(this.#args("plan", flags), { stdin: listOf(objects) }));
  }

  /**
   * Runs `apply`.
   *
   * @param objects What is desired.
   * @param flags Further flags.
   * @returns How it ended.
   */
  async apply(objects: readonly Manifest[], ...flags: string[]): Promise<SetRun> {
    return readRun(await runKubescript(this.#args("apply", flags), { stdin: listOf(objects) }));
  }

  /**
   * Runs `apply`, which must succeed.
   *
   * @param objects What is desired.
   * @param flags Further flags.
   * @returns How it ended.
   */
  async succeed(objects: readonly Manifest[], ...flags: string[]): Promise<SetRun> {
    const run = await this.apply(objects, ...flags);
    const { stopped, notReady, changes } = run.document;
    const undone = changes.filter(({ status }) => status !== "done");
    strictEqual(run.code, 0, run.stderr + JSON.stringify({ stopped, notReady, undone }, undefined, 2));
    return run;
  }

  /**
   * Starts `apply`, without waiting for its end.
   *
   * @param objects What is desired.
   * @param flags Further flags.
   * @returns The run; see {@linkcode readRun}.
   */
  start(objects: readonly Manifest[], ...flags: string[]): RunningKubescript {
    return startKubescript(this.#args("apply", flags), { stdin: listOf(objects) });
  }

  /**
   * Runs `delete`.
   *
   * @param flags Further flags.
   * @returns How it ended.
   */
  async delete(...flags: string[]): Promise<SetRun> {
    return readRun(await runKubescript(this.#args("delete", flags)));
  }

  /**
   * Starts `delete`, without waiting for its end.
   *
   * @param flags Further flags.
   * @returns The run; see {@linkcode readRun}.
   */
  startDelete(...flags: string[]): RunningKubescript {
    return startKubescript(this.#args("delete", flags));
  }

  #args(command: string, flags: readonly string[]): string[] {
    return [command, "-", `--name=${this.name}`, `--namespace=${this.namespace}`, "-o", "json", "--verbose", ...flags];
  }
}

/**
 * Reads what a run of a set wrote.
 *
 * @param result How it ended.
 * @returns The same, with what it says about the objects.
 */
export function readRun(result: KubescriptResult): SetRun {
  const run = withDocument(result);
  const actions = run.document.changes.filter(({ action }) => action !== "unchanged").map((change) => {
    const { action, object, status = "done" } = change;
    return [`${object.kind}/${object.name}`, status === "done" ? action : `${action} ${status}`];
  });
  return { ...run, actions: Object.fromEntries(actions) };
}

/**
 * Makes a ConfigMap.
 *
 * @param name Its name.
 * @param data Its content.
 * @returns The ConfigMap.
 */
export function configMap(name: string, data: Readonly<Record<string, string>> = { key: "value" }): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

/**
 * Makes a Namespace.
 *
 * @param name Its name.
 * @returns The Namespace.
 */
export function namespaceObject(name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/**
 * Puts an object into a namespace.
 *
 * @param namespace The namespace.
 * @param object The object.
 * @returns A copy.
 */
export function inNamespace(namespace: string, object: Manifest): Manifest {
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/**
 * Creates objects as somebody else.
 *
 * @param namespace The namespace of those that name none.
 * @param objects The objects.
 */
export async function create(namespace: string, ...objects: readonly Manifest[]): Promise<void> {
  await kubectl(["create", "--filename=-", `--namespace=${namespace}`], listOf(objects));
}

/**
 * Looks for an object.
 *
 * @param name Its type and name, such as `configmap/a`.
 * @param namespace Its namespace; none for kinds without.
 * @returns The object, or `undefined` if it does not exist.
 */
export async function find(name: string, namespace?: string): Promise<SeenObject | undefined> {
  const scope = namespace === undefined ? [] : [`--namespace=${namespace}`];
  const text = await kubectl(["get", name, ...scope, "--output=json", "--show-managed-fields", "--ignore-not-found"]);
  return text === "" ? undefined : JSON.parse(text);
}

/**
 * Lists the objects of a kind, without those that the cluster or kubescript put there.
 *
 * @param type The kind, such as `configmaps`.
 * @param namespace The namespace.
 * @returns Their names, sorted.
 */
export async function names(type: string, namespace: string): Promise<string[]> {
  const text = await kubectl(["get", type, "--output=name", `--namespace=${namespace}`]);
  return text.split("\n").map((line) => line.replace(/^.*\//, ""))
    .filter((name) => name !== "" && name !== "kube-root-ca.crt" && !name.startsWith("kubescript-"));
}

function listOf(items: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
