/**
 * What `/metrics` tells: how many requests there were, and how many objects are stored.
 *
 * @see {@link https://kubernetes.io/docs/reference/instrumentation/metrics/ | Kubernetes metrics reference}
 * @module
 */

import type { Registry } from "../registry/registry.ts";
import type { RequestInfo } from "./request_info.ts";

const TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
/** The verbs whose names are not those in large letters. */
const VERBS: Readonly<Record<string, string>> = { create: "POST", update: "PUT", deletecollection: "DELETE" };

/** Counts requests. */
export class RequestMetrics {
  readonly #requests = new Map<string, number>();

  /**
   * Counts a request.
   *
   * @param info What it was about.
   * @param code The status code of its answer; 0 for a connection that went on in another protocol.
   * @param isDryRun Whether nothing was to be stored.
   */
  count({ verb, path, name, namespace, isResource, ...info }: RequestInfo, code: number, isDryRun: boolean): void {
    const { group, version, resource, subresource } = info;
    const labels = {
      code: String(code),
      component: isResource ? "apiserver" : "",
      dry_run: isDryRun ? "All" : "",
      group,
      resource,
      scope: !isResource ? "" : name !== "" ? "resource" : namespace !== "" ? "namespace" : "cluster",
      subresource: isResource ? subresource : path,
      verb: VERBS[verb] ?? verb.toUpperCase(),
      version,
    };
    const key = formatLabels(labels);
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
  }

  /**
   * Tells what was counted.
   *
   * @param registry The objects, which are counted as well.
   * @returns The answer, in the text format of Prometheus.
   */
  answer({ resources, storage }: Registry): Response {
    const stored = resources.all().filter((resource) => resources.findStored(resource.storedAs) === resource);
    const objects = stored.map(({ group, plural, storedAs }): Sample => {
      return [formatLabels({ group, resource: plural }), storage.count(storedAs)];
    });
    const text = formatMetric("apiserver_request_total", "counter", REQUESTS, [...this.#requests]) +
      formatMetric("apiserver_resource_objects", "gauge", OBJECTS, objects);
    return new Response(text, { headers: { "content-type": TYPE } });
  }
}

const REQUESTS = "[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, " +
  "resource, scope, component, and HTTP response code.";
const OBJECTS =
  "[ALPHA] Number of stored objects at the time of last check split by kind. In case of a fetching error, " +
  "the value will be -1.";

type Sample = readonly [labels: string, value: number];

function formatMetric(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`).sort();
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

/** Writes labels; what clients send in paths is escaped. */
function formatLabels(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}}`;
}
