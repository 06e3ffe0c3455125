/**
 * One of the servers that the differential test compares: it fills in placeholders, and makes answers comparable.
 *
 * @module
 */
import { canonicalJson, isJsonObject } from "../../../lib/base/json.ts";
import { parseYamlDocuments } from "../../../lib/base/yaml.ts";
import type { RequestTemplate } from "./requests.ts";

/** What is compared of an answer. */
export interface ComparableAnswer {
  /** The HTTP status code. */
  readonly code: number;
  /** The warnings. */
  readonly warnings: readonly string[];
  /** The body, without what differs between servers. */
  readonly body: unknown;
}

/** How to reach a server. */
export interface ServerLocation {
  /** Its address. */
  readonly server: string;
  /** The token of a user who may do everything. */
  readonly token: string;
  /** How to connect. */
  readonly client?: Deno.HttpClient;
}

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A sequence of requests to a server. */
export class Session {
  readonly #location: ServerLocation;
  readonly #namespace: string;
  readonly #unique: string;
  readonly #versions = new Map<string, string[]>();
  readonly #uids = new Map<string, string>();
  readonly #seenUids: string[] = [];
  #listVersion = "1";
  #continue = "none";

  /**
   * Starts a sequence.
   *
   * @param location The server.
   * @param namespace Its namespace.
   * @param unique What names begin with that are of no namespace.
   */
  constructor(location: ServerLocation, namespace: string, unique: string) {
    this.#location = location;
    this.#namespace = namespace;
    this.#unique = unique;
  }

  /**
   * Sends a request.
   *
   * @param template The request.
   * @returns The answer, to be compared.
   */
  async send(template: RequestTemplate): Promise<ComparableAnswer> {
    const answer = await this.fetch(template);
    const text = await answer.text();
    const warnings = (answer.headers.get("warning") ?? "").split(/,\s*(?=299 )/).filter((one) => one !== "");
    const body = this.#parse(text, answer.headers.get("content-type") ?? "");
    this.#learn(body);
    return {
      code: answer.status,
      warnings: warnings.map((warning) => this.#comparableText(warning)),
      body: this.#comparable(body, []),
    };
  }

  /**
   * Reads the events of a watch.
   *
   * @param path The collection.
   * @param since The resourceVersion to begin after.
   * @param count How many events are waited for.
   * @param idleMs How long to wait for each.
   * @returns The events, to be compared.
   */
  async watch(path: string, since: string, count: number, idleMs: number): Promise<unknown[]> {
    const abort = new AbortController();
    const template = { method: "GET", path: `${path}?watch=true&resourceVersion=${since}` };
    const answer = await this.fetch(template, abort.signal);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const events: unknown[] = [];
    let rest = "";
    // Which versions answers have shown in between depends on how fast the controllers are.
    this.#versions.clear();
    while (events.length < count) {
      const timer = setTimeout(() => abort.abort(), idleMs);
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      clearTimeout(timer);
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const event = JSON.parse(line);
        this.#learn(event.object);
        events.push({ type: event.type, object: this.#comparable(event.object, []) });
      }
    }
    abort.abort();
    await reader.cancel().catch(() => {});
    return events;
  }

  /** Sends a request as it is, but for its placeholders. */
  async fetch({ method, path, contentType, accept, body }: RequestTemplate, signal?: AbortSignal): Promise<Response> {
    const { server, token, client } = this.#location;
    return await fetch(server + this.#fill(path), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "user-agent": "differential/1",
        accept: accept ?? "application/json",
        ...contentType !== undefined && { "content-type": contentType },
      },
      ...body !== undefined && { body: new TextEncoder().encode(this.#fill(body)) },
      ...client && { client },
      ...signal && { signal },
    });
  }

  #fill(text: string): string {
    return text
      .replace(/\$(rv|old|uid):([a-z]+)/g, (_, what, name) => {
        const uid = this.#uids.get(name) ?? "none";
        if (what === "uid") return uid;
        const versions = this.#versions.get(uid) ?? ["1"];
        return what === "rv" ? versions.at(-1)! : versions[0]!;
      })
      .replaceAll("$list", this.#listVersion)
      .replaceAll("$continue", encodeURIComponent(this.#continue))
      .replaceAll("NAMESPACE", this.#namespace)
      .replaceAll("UNIQUE", this.#unique);
  }

  #parse(text: string, type: string): unknown {
    if (type.includes("json")) return JSON.parse(text);
    if (type.includes("yaml")) return parseYamlDocuments(text)[0]?.value;
    return text;
  }

  #learn(body: unknown): void {
    if (!isJsonObject(body)) return;
    const metadata = body.metadata as Record<string, string> | undefined;
    if (Array.isArray(body.items)) body.items.forEach((item) => this.#learn(item));
    else if (metadata?.uid && metadata.name && body.kind !== "Scale") {
      this.#learnVersion(metadata.uid, metadata.name, metadata.resourceVersion);
    }
    if (String(body.kind).endsWith("List")) {
      this.#listVersion = metadata?.resourceVersion ?? this.#listVersion;
      this.#continue = metadata?.continue ?? this.#continue;
    }
  }

  #learnVersion(uid: string, name: string, version: string | undefined): void {
    this.#uids.set(name.replace(`${this.#unique}-`, ""), uid);
    if (version === undefined) return;
    const versions = this.#versions.get(uid) ?? [];
    if (!versions.includes(version)) versions.push(version);
    this.#versions.set(uid, versions);
  }

  #comparable(value: unknown, path: readonly string[]): unknown {
    if (typeof value === "string") return this.#comparableString(value, path);
    if (typeof value === "number" && path.at(-1) === "nodePort" && value >= 30_000) return "PORT";
    if (Array.isArray(value)) {
      const items = value.map((item) => this.#comparable(item, path));
      // Their order depends on the second in which each was written.
      if (path.at(-1) === "managedFields") return items.sort((a, b) => canonicalJson(a) < canonicalJson(b) ? -1 : 1);
      // Of custom resources, some causes are told several times.
      return path.at(-1) === "causes" ? [...new Set(items.map((item) => JSON.stringify(item)))].sort() : items;
    }
    if (!isJsonObject(value)) return value;
    const result: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      // Empty lists are `null` if they come from etcd, and lists if they come from a cache.
      if ((name === "rows" || name === "items") && value[name] === null) result[name] = [];
      else if (name === "time" && path.includes("managedFields")) result.time = "TIME";
      else result[this.#comparableText(name)] = this.#comparable(value[name], [...path, name]);
    }
    const { metadata } = value;
    if (isJsonObject(metadata) && typeof metadata.resourceVersion === "string") {
      const versions = this.#versions.get(String(metadata.uid)) ?? [];
      // Controllers may write in one step or in several; a Scale does not tell whether they wrote.
      const isControlled = value.kind === "Scale" || metadata.deletionTimestamp !== undefined ||
        JSON.stringify(metadata.managedFields ?? []).includes("kube-controller-manager");
      const place = isControlled ? -1 : versions.indexOf(metadata.resourceVersion);
      (result.metadata as Record<string, unknown>).resourceVersion = place < 0 ? "VERSION" : `version ${place}`;
    }
    return result;
  }

  #comparableString(text: string, path: readonly string[]): string {
    if (TIME.test(text) && text > "2020") return "TIME";
    if (path.at(-1) === "continue" && text !== "") return "TOKEN";
    if (path.includes("cells") && /^(\d+[smhd]|<unknown>)+$/.test(text)) return "AGE";
    const comparable = this.#comparableText(text);
    // Go goes through maps in no order.
    return path.at(-1) === "message"
      ? comparable.replace(/( is invalid): \[.*\]$/s, "$1").split("\n").sort().join("\n")
      : comparable;
  }

  #comparableText(text: string): string {
    return text
      .replace(UUID, (uid) => {
        if (!this.#seenUids.includes(uid)) this.#seenUids.push(uid);
        return `uid ${this.#seenUids.indexOf(uid)}`;
      })
      .replaceAll(this.#namespace, "NAMESPACE")
      .replaceAll(this.#unique, "UNIQUE")
      // The keys in etcd are of older times than the groups.
      .replace(/Key: (\/registry)?\/[^,]*/g, "Key: $1/KEY")
      .replace(/-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----/s, "CERTIFICATE")
      .replace(/\b10\.\d+\.\d+\.\d+\b/g, "ADDRESS")
      .replace(/\bgen-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "gen-SUFFIX")
      .replaceAll(", application/vnd.kubernetes.protobuf", "")
      .replace(/(Invalid value: )"\{\\*".*\}"(?=: )/s, "$1JSON")
      .replace(/(patch: Invalid value: )"map\[.*\]"(?=: )/s, "$1MAP")
      // Inner structs have names of their own.
      .replace(/(Invalid value: )\{.*\}(?=: field is immutable)/s, "$1OBJECT")
      // What the Pod was and is, as text in two columns.
      .replace(/(if it was previously negative\))\n.*?(\]?)$/s, "$1$2")
      .replace(/kube-api-access-\w{5}/g, "kube-api-access-SUFFIX")
      .replace(/\b(resourceVersion|ResourceVersion)("?: ?"?| in (the )?(precondition|record) \()\d+/gi, "$1$2VERSION")
      .replace(/"time\\*":\\*"[^"]*"/g, '"time":TIME')
      .replace(/20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME");
  }
}
