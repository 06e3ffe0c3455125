/**
 * Namespaces: what is in each from its beginning, and how one goes.
 *
 * @module
 */

import type { Namespace, NamespaceCondition } from "../../kinds/core/v1.ts";
import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import type { CachedObject } from "./cache.ts";
import {
  type Controller,
  type ControllerContext,
  setCondition,
  timestamp,
  type Watch,
  watchSelf,
} from "./controller.ts";
import { CONFIG_MAPS, EVENTS, type KindKey, NAMESPACES, PODS, SERVICE_ACCOUNTS } from "./kinds.ts";
import type { AnyLive } from "./writer.ts";
import type { Writer } from "./writer.ts";
import type { Cache } from "./cache.ts";
import type { Clock } from "../../base/clock.ts";

const ROOT_CA = "kube-root-ca.crt";
const FINALIZER = "kubernetes";
const ABOUT_CA =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such " +
  "as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of " +
  "Kubernetes clusters.";

/**
 * Makes what puts the default ServiceAccount and the cluster's authority into every namespace.
 *
 * @param context What it works with.
 * @param ca The authority, as PEM.
 * @returns The controller.
 */
export function namespaceDefaults(context: ControllerContext, ca: string): Controller {
  const { cache } = context;
  const accounts = context.writer("service-account-controller");
  const publisher = context.writer("root-ca-cert-publisher");
  const ofNamespace = (kind: KindKey<never>, name: string) => ({
    storedAs: kind.storedAs,
    keys: ({ metadata }: { metadata: { name?: string; namespace?: string } }) =>
      metadata.name === name ? [`/${metadata.namespace}`] : [],
  });
  return {
    name: "namespace-defaults",
    watches: [
      watchSelf(NAMESPACES),
      ofNamespace(SERVICE_ACCOUNTS as KindKey<never>, "default"),
      ofNamespace(CONFIG_MAPS as KindKey<never>, ROOT_CA),
    ],
    reconcile(key) {
      const found = cache.byKey(NAMESPACES, key);
      if (!found || isTerminating(found)) return undefined;
      const namespace = found.metadata.name;
      if (!cache.get(SERVICE_ACCOUNTS, namespace, "default")) {
        accounts.create(SERVICE_ACCOUNTS, { metadata: { name: "default", namespace } });
      }
      const data = { "ca.crt": ca };
      const bundle = cache.get(CONFIG_MAPS, namespace, ROOT_CA);
      if (bundle) publisher.update(bundle, { data });
      else {
        const annotations = { "kubernetes.io/description": ABOUT_CA };
        publisher.create(CONFIG_MAPS, { metadata: { name: ROOT_CA, namespace, annotations }, data });
      }
      return undefined;
    },
  };
}

/**
 * Makes what empties namespaces that were deleted.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function namespaceController(context: ControllerContext): Controller {
  return new NamespaceController(context);
}

class NamespaceController implements Controller {
  readonly name = "namespace";
  readonly watches: readonly Watch[];
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #writer: Writer;

  constructor(context: ControllerContext) {
    const { cache, clock } = context;
    const writer = context.writer("namespace-controller");
    this.watches = [watchSelf(NAMESPACES), {
      storedAs: "*",
      keys({ metadata: { namespace } }) {
        const found = namespace === undefined ? undefined : cache.get(NAMESPACES, "", namespace);
        return found && isTerminating(found) ? [`/${namespace}`] : [];
      },
    }];
    this.#cache = cache;
    this.#clock = clock;
    this.#writer = writer;
  }

  reconcile(key: string): number | undefined {
    const namespace = this.#cache.byKey(NAMESPACES, key);
    if (!namespace || !isTerminating(namespace) || !namespace.spec?.finalizers?.includes(FINALIZER)) return undefined;
    for (const { object } of this.#contents(namespace)) {
      if (!isTerminating(object)) {
        this.#writer.delete(object as unknown as AnyLive, { propagationPolicy: "Background" });
      }
    }
    const left = this.#contents(namespace);
    const current = this.#cache.byKey(NAMESPACES, key)!;
    this.#writer.updateStatus(current, { ...current.status, conditions: this.#conditionsOf(current, left) });
    if (left.length > 0) return undefined;
    const emptied = this.#cache.byKey(NAMESPACES, key)!;
    const finalizers = emptied.spec?.finalizers?.filter((name) => name !== FINALIZER) ?? [];
    this.#writer.update(emptied, { spec: { ...emptied.spec, finalizers } }, "finalize");
    return undefined;
  }

  // What tells about the others goes last, and Pods before what they may need.
  #contents({ metadata }: Live<Namespace>): CachedObject[] {
    const rank = ({ storedAs }: CachedObject) =>
      storedAs === PODS.storedAs ? 0 : storedAs.endsWith(EVENTS.storedAs) ? 2 : 1;
    return this.#cache.contents(metadata.name).toSorted((a, b) => rank(a) - rank(b));
  }

  #conditionsOf(namespace: Live<Namespace>, left: readonly CachedObject[]): DeepReadonly<NamespaceCondition>[] {
    const kinds = Map.groupBy(left, ({ storedAs }) => resourceName(storedAs));
    const remaining = [...kinds].map(([name, all]) => `${name} has ${all.length} resource instances`).sort();
    const finalizers = Map.groupBy(left.flatMap(({ object }) => object.metadata.finalizers ?? []), (name) => name);
    const blocking = [...finalizers].map(([name, all]) => `${name} in ${all.length} resource instances`).sort();
    const quiet = (type: string, reason: string, message: string) => ({
      type,
      status: "False" as const,
      reason,
      message,
    });
    const conditions = [
      quiet("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
      quiet(
        "NamespaceDeletionGroupVersionParsingFailure",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
      ),
      quiet(
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
      ),
      remaining.length > 0
        ? {
          type: "NamespaceContentRemaining",
          status: "True" as const,
          reason: "SomeResourcesRemain",
          message: `Some resources are remaining: ${remaining.join(", ")}`,
        }
        : quiet("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
      blocking.length > 0
        ? {
          type: "NamespaceFinalizersRemaining",
          status: "True" as const,
          reason: "SomeFinalizersRemain",
          message: `Some content in the namespace has finalizers remaining: ${blocking.join(", ")}`,
        }
        : quiet("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
    ];
    const lastTransitionTime = timestamp(this.#clock);
    return conditions.reduce<readonly DeepReadonly<NamespaceCondition>[]>(
      (all, condition) => setCondition(all, { lastTransitionTime, ...condition }),
      namespace.status?.conditions ?? [],
    ) as DeepReadonly<NamespaceCondition>[];
  }
}

function resourceName(storedAs: string): string {
  const [group, plural] = storedAs.split("/");
  return `${plural}.${group}`;
}
