/**
 * OpenAPI as API servers publish it: of v3 an index, and one document for each group and version; of v2 one document.
 *
 * @module
 */

import { SERVER_VERSION } from "../../kinds/openapi_files.ts";
import { formatApiVersion, type GroupVersionKind, parseApiVersion } from "../../kube/resource_type.ts";
import type { Schema } from "../../kube/schema.ts";
import { hashOf, type PublishedDocument, taggedDocument } from "../registry/document.ts";
import type { ResourceCatalog, ServedResource } from "../registry/served_resource.ts";
import {
  builtInComponents,
  type Components,
  customComponents,
  customName,
  referencesIn,
  withReferences,
} from "./components.ts";
import { type Paths, pathsOf } from "./paths.ts";
import { type DocumentV3, swaggerOf } from "./swagger.ts";

const ROOT = "/openapi/v3";
const V2 = "/openapi/v2";
const VERSION = SERVER_VERSION.replace(/^v(\d+\.\d+).*/, "$1");
const TYPE = { "content-type": "application/json" };

/** What a client asks. */
export interface OpenApiRequest {
  /** The path. */
  readonly path: string;
  /** The query parameter `hash`. */
  readonly hash: string | null;
  /** The header `If-None-Match`. */
  readonly ifNoneMatch: string | null;
}

/** Publishes the schemas of what is served. */
export class OpenApi {
  readonly #catalog: ResourceCatalog;
  /** The resources of the present generation by path, such as `apis/apps/v1`. */
  #groups: ReadonlyMap<string, readonly ServedResource[]> = new Map();
  /** The documents by what is in them, as that of a group stays while other groups change. */
  readonly #documents = new Map<string, Promise<string>>();
  #index = "";
  #swagger: Promise<string> | undefined;
  #generation = -1;

  /**
   * Makes it.
   *
   * @param catalog What is served.
   */
  constructor(catalog: ResourceCatalog) {
    this.#catalog = catalog;
  }

  /**
   * Answers a request.
   *
   * @param request What is asked.
   * @returns The answer; `undefined` if there is no such document.
   */
  async answer({ path, hash, ifNoneMatch }: OpenApiRequest): Promise<PublishedDocument | undefined> {
    this.#refresh();
    if (path === V2) {
      const swagger = await (this.#swagger ??= this.#makeSwagger());
      return taggedDocument(swagger, hashOf(swagger), TYPE, ifNoneMatch);
    }
    if (path === ROOT) return taggedDocument(this.#index, hashOf(this.#index), TYPE, ifNoneMatch);
    const name = path.slice(ROOT.length + 1);
    const resources = this.#groups.get(name);
    if (!resources) return undefined;
    const current = fingerprint(name, resources);
    if (hash !== null && hash !== current) {
      return { status: 301, headers: { location: `${path}?hash=${current}`, etag: `"${current}"` }, body: null };
    }
    const control = hash === null ? "no-cache, private" : "public, immutable";
    return taggedDocument(await this.#document(resources, current), current, {
      ...TYPE,
      "cache-control": control,
    }, ifNoneMatch);
  }

  #refresh(): void {
    if (this.#generation === this.#catalog.generation) return;
    this.#generation = this.#catalog.generation;
    this.#groups = Map.groupBy(this.#catalog.all(), (resource) => {
      return `${resource.group === "" ? "api" : "apis"}/${formatApiVersion(resource)}`;
    });
    const entries = [...this.#groups].sort(([a], [b]) => a < b ? -1 : 1).map(([path, resources]) => {
      return [path, { serverRelativeURL: `${ROOT}/${path}?hash=${fingerprint(path, resources)}` }];
    });
    this.#index = JSON.stringify({ paths: Object.fromEntries(entries) });
    this.#swagger = undefined;
  }

  async #makeSwagger(): Promise<string> {
    const texts = [...this.#groups].map(([path, resources]) => this.#document(resources, fingerprint(path, resources)));
    const documents = (await Promise.all(texts)).map((text) => JSON.parse(text) as DocumentV3);
    return JSON.stringify(swaggerOf(VERSION, documents));
  }

  #document(resources: readonly ServedResource[], hash: string): Promise<string> {
    const known = this.#documents.get(hash);
    if (known) return known;
    const document = makeDocument(resources);
    this.#documents.set(hash, document);
    return document;
  }
}

/** Identifies a document before it is made: those of built-in kinds differ only from version to version. */
function fingerprint(path: string, resources: readonly ServedResource[]): string {
  const parts = resources.map(({ plural, custom, served, schema, kind, listKind }) => {
    return [plural, kind, listKind, [...served.keys()], custom ? schema.schema : SERVER_VERSION];
  });
  return hashOf(JSON.stringify([path, parts]));
}

async function makeDocument(resources: readonly ServedResource[]): Promise<string> {
  const [{ group, version }] = resources as [ServedResource];
  const own: Record<string, Schema> = {};
  const custom = resources.filter(({ custom }) => custom);
  for (const resource of custom) Object.assign(own, customComponents(resource));
  if (custom.length < resources.length) Object.assign(own, await builtInComponents(group, version));
  const entries: [string, Paths[string]][] = [];
  for (const resource of resources) entries.push(...Object.entries(await describePaths(resource, own)));
  const paths = Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1));
  const schemas = await withReferences(own, referencesIn(paths), { group, version });
  return JSON.stringify({
    openapi: "3.0.0",
    info: custom.length > 0
      ? { title: "Kubernetes CRD Swagger", version: "v0.1.0" }
      : { title: "Kubernetes", version: VERSION },
    paths,
    components: {
      schemas,
      securitySchemes: {
        BearerToken: {
          type: "apiKey",
          description: "Bearer Token authentication",
          name: "authorization",
          in: "header",
        },
      },
    },
  });
}

async function describePaths(resource: ServedResource, own: Components): Promise<Paths> {
  const kinds = [...resource.served.values()].flatMap(({ kind }) => kind ? [formatApiVersion(kind)] : []);
  const others = await Promise.all([...new Set(kinds)].map(async (apiVersion) => {
    const { group, version } = parseApiVersion(apiVersion);
    return await builtInComponents(group, version);
  }));
  const known: Components = Object.assign({}, ...others, own);
  const ofKind = (gvk: GroupVersionKind) => nameOf(known, gvk);
  const object = ofKind(resource);
  const list = ofKind({ ...resource, kind: resource.listKind }) ?? object;
  return object === undefined || list === undefined ? {} : pathsOf(resource, { object, list, ofKind });
}

function nameOf(components: Components, { group, version, kind }: GroupVersionKind): string | undefined {
  const custom = customName({ group, version, kind });
  if (Object.hasOwn(components, custom)) return custom;
  return Object.keys(components).find((name) =>
    name.endsWith(`.${kind}`) &&
    components[name]!["x-kubernetes-group-version-kind"]?.some((gvk) =>
      gvk.kind === kind && gvk.group === group && gvk.version === version
    )
  );
}
