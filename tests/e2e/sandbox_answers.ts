/**
 * What the API server makes of manifests, recorded for the tests of the sandbox, which must make the same of them.
 *
 * Run it to record anew: `deno run -A tests/e2e/sandbox_answers.ts`.
 *
 * @module
 */
import { join } from "node:path";
import { parseJson, stringifyJson } from "../../lib/base/json.ts";
import { parseYamlDocuments } from "../../lib/base/yaml.ts";
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import type { Client } from "../../lib/client/client.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { testCluster } from "../cluster/attach.ts";
import { until } from "./objects.ts";
import { BAD_MANIFESTS, gadgetDefinition, ODD_MANIFESTS } from "./bad_manifests.ts";
import { REFUSED_CHANGES, REFUSED_MANIFESTS } from "./refused_manifests.ts";

/** An object that was to be created, or a change, and the answer. */
export interface RecordedAnswer {
  /** What it is about. */
  readonly name: string;
  /** What was to be created; of a change, the object as it was stored. */
  readonly object: KubeObject;
  /** The JSON merge patch. */
  readonly change?: unknown;
  /** The object as it would be stored, or the Status. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/** Where the answers are. */
export const ANSWERS_FILE: string = join(import.meta.dirname!, "../../lib/sandbox/builtin/testdata/answers.json");

/**
 * Asks the API server.
 *
 * @returns Its answers, without what is different every time.
 */
export async function recordAnswers(): Promise<RecordedAnswer[]> {
  const cluster = testCluster();
  await using namespace = await cluster.namespace("answers");
  using client = await connect({
    kubeconfig: cluster.kubeconfig,
    concurrency: 1,
    requestTimeoutMs: 30_000,
    clock: systemClock,
  });
  const asker = new Asker(client, namespace.name);
  const definition = asker.read(gadgetDefinition(asker.group));
  await asker.create(definition, false);
  await asker.waitFor(asker.group);
  const answers: RecordedAnswer[] = [{ name: "Gadget", object: definition, answer: {} }];
  for (const { name, yaml } of await manifests()) {
    const object = asker.read(yaml);
    if (await asker.knows(object)) answers.push({ name, object, answer: await asker.create(object, true) });
  }
  await asker.delete(definition);
  for (const { name, yaml, change } of REFUSED_CHANGES) {
    const object = await asker.create(asker.read(yaml), false) as unknown as KubeObject;
    answers.push({ name: `changing ${name}`, object, change, answer: await asker.change(object, change) });
    await asker.delete(object);
  }
  return parseJson(stringifyJson(answers).replaceAll(namespace.name, "answers")) as RecordedAnswer[];
}

async function manifests(): Promise<{ name: string; yaml: string }[]> {
  const folder = join(import.meta.dirname!, "fixtures/noop");
  const real: { name: string; yaml: string }[] = [];
  const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  for (const file of files.sort()) {
    const text = (await Deno.readTextFile(join(folder, file))).replaceAll("UNIQUE", "unique");
    for (const { value } of parseYamlDocuments(text)) {
      const { kind, metadata } = value as KubeObject;
      real.push({ name: `${kind} ${metadata?.name} of ${file}`, yaml: stringifyJson(value) });
    }
  }
  return [...BAD_MANIFESTS, ...ODD_MANIFESTS, ...real, ...REFUSED_MANIFESTS];
}

class Asker {
  /** The group of the kind Gadget. */
  readonly group: string;
  readonly #client: Client;
  readonly #namespace: string;
  #count = 0;

  constructor(client: Client, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.group = `${namespace}.example.com`;
  }

  read(yaml: string): KubeObject {
    const [document] = parseYamlDocuments(
      yaml.replaceAll("NAME", `${this.#namespace}-${this.#count++}`).replaceAll("GROUP", this.group),
    );
    return document!.value as KubeObject;
  }

  async knows({ apiVersion, kind }: KubeObject): Promise<boolean> {
    return (await this.#client.mapper()).types.some((type) =>
      type.kind === kind && [type.group, type.version].filter(Boolean).join("/") === apiVersion &&
      (/^[^.]*$|\.k8s\.io$/.test(type.group) || type.group === this.group)
    );
  }

  async waitFor(group: string): Promise<void> {
    await until(`the group ${group} is served`, async () => {
      const { types } = await this.#client.mapper({ refresh: true });
      return types.some((type) => type.group === group);
    });
  }

  async create(object: KubeObject, dryRun: boolean): Promise<Record<string, unknown>> {
    const query = `fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
    return await this.#ask(`${await this.#path(object)}?${query}`, { method: "POST", body: object });
  }

  async change(object: KubeObject, body: unknown): Promise<Record<string, unknown>> {
    const path = `${await this.#path(object)}/${object.metadata!.name}?dryRun=All`;
    return await this.#ask(path, { method: "PATCH", body, contentType: "application/merge-patch+json" });
  }

  async delete(object: KubeObject): Promise<void> {
    await this.#client.raw(`${await this.#path(object)}/${object.metadata!.name}`, { method: "DELETE" });
  }

  async #path({ apiVersion, kind }: KubeObject): Promise<string> {
    const { types } = await this.#client.mapper();
    const type = types.find((one) =>
      one.kind === kind && [one.group, one.version].filter(Boolean).join("/") === apiVersion
    )!;
    const root = type.group === "" ? "/api/v1" : `/apis/${apiVersion}`;
    return `${root}${type.namespaced ? `/namespaces/${this.#namespace}` : ""}/${type.plural}`;
  }

  async #ask(path: string, options: Parameters<Client["raw"]>[1]): Promise<Record<string, unknown>> {
    try {
      const object = parseJson(await this.#client.raw(path, options)) as KubeObject;
      delete object.metadata!.managedFields;
      return object as unknown as Record<string, unknown>;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.status as unknown as Record<string, unknown>;
    }
  }
}

if (import.meta.main) {
  const answers = await recordAnswers();
  await Deno.mkdir(join(ANSWERS_FILE, ".."), { recursive: true });
  await Deno.writeTextFile(ANSWERS_FILE, `[\n${answers.map((answer) => stringifyJson(answer)).join(",\n")}\n]\n`);
}
