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
  /** By all that is told of them. */
  readonly #requests = new Map<string, { readonly labels: () => string; count: number }>();

  /**
   * Counts a request.
   *
   * @param info What it was about.
   * @param code The status code of its answer; 0 for a connection that went on in another protocol.
   * @param isDryRun Whether nothing was to be stored.
   */
  count({ verb, path, name, namespace, isResource, ...info }: RequestInfo, code: number, isDryRun: boolean): void {
    const { group, version, resource } = info;
    const scope = !isResource ? "" : name !== "" ? "resource" : namespace !== "" ? "namespace" : "cluster";
    const subresource = isResource ? info.subresource : path;
    const key = `${code} ${isResource} ${isDryRun} ${group}/${version}/${resource} ${scope} ${verb} ${subresource}`;
    const requests = this.#requests.get(key);
    if (requests) return void requests.count++;
    const labels = () =>
      formatLabels({
        code: String(code),
        component: isResource ? "apiserver" : "",
        dry_run: isDryRun ? "All" : "",
        group,
        resource,
        scope,
        subresource,
        verb: VERBS[verb] ?? verb.toUpperCase(),
        version,
      });
    this.#requests.set(key, { labels, count: 1 });
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
    const requests = [...this.#requests.values()].map(({ labels, count }): Sample => [labels(), count]);
    const text = formatMetric("apiserver_request_total", "counter", REQUESTS, requests) +
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
