/**
 * All of a sandbox but its HTTP server: objects, resources, controllers and Pods.
 *
 * @module
 */

import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { admissionHooks } from "./admission/hooks.ts";
import type { SubresourceHandler } from "./api/api_server.ts";
import { builtInResources } from "./builtin/resources.ts";
import { ControllerManager } from "./controllers/controller_manager.ts";
import { standardControllers } from "./controllers/standard.ts";
import { loadMetadata } from "./crds/custom_resource.ts";
import { CustomResources } from "./crds/custom_resources.ts";
import { definitionResource } from "./crds/definition_resource.ts";
import { Discovery } from "./discovery/discovery.ts";
import { versionInfo } from "./discovery/version.ts";
import { OpenApi } from "./openapi/openapi.ts";
import { attachHandler, execHandler } from "./pods/exec_handler.ts";
import { Kubelet } from "./pods/kubelet.ts";
import { logHandler } from "./pods/log_handler.ts";
import { portForwardHandler } from "./pods/port_forward_handler.ts";
import type { ContainerBehavior } from "./pods/script.ts";
import type { Admission } from "./registry/admission.ts";
import { Registry } from "./registry/registry.ts";
import { ResourceList } from "./registry/resource_list.ts";
import { Storage } from "./storage/storage.ts";
import type { StorageLog } from "./storage/storage_log.ts";

/** What a cluster is made of. */
export interface ClusterOptions {
  /** The clock. */
  readonly clock: Clock;
  /** The authority of the cluster, as PEM; empty without TLS, where there is nothing to prove. */
  readonly ca: string;
  /** How many Nodes there are. @default {1} */
  readonly nodes?: number | undefined;
  /** A folder in which all objects are kept. */
  readonly dataDir?: string | undefined;
  /** What containers do. */
  readonly containers?: readonly ContainerBehavior[] | undefined;
  /** How long a Pod takes to start, in milliseconds. @default {0} */
  readonly podStartMs?: number | undefined;
  /** How many changes of a kind watches can go back. */
  readonly historyLimit?: number | undefined;
  /** Told about faults of controllers. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A cluster. */
export interface Cluster extends Disposable {
  /** The verbs of the API. */
  readonly registry: Registry;
  /** What may change and refuse writes. */
  readonly admission: Admission;
  /** Tells which kinds there are. */
  readonly discovery: Discovery;
  /** Publishes their schemas. */
  readonly openApi: OpenApi;
  /** Handles the streams of Pods, by subresource. */
  readonly handlers: ReadonlyMap<string, SubresourceHandler>;
  /** Lets the controllers do now what they have to do. */
  settle(): void;
}

/**
 * Makes a cluster. Its controllers begin at once.
 *
 * @param options What it is made of.
 * @returns The cluster; dispose it in the end.
 */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const { clock, ca, nodes = 1, dataDir, containers, podStartMs, historyLimit, onError = () => {} } = options;
  const [builtIn, metadata, log] = await Promise.all([builtInResources(), loadMetadata(), openLog(dataDir)]);
  const storage = new Storage({ ...(historyLimit !== undefined && { historyLimit }), ...(log && { log }) });
  const resources = new ResourceList(
    builtIn.map((resource) =>
      resource.plural === "customresourcedefinitions" ? definitionResource(resource) : resource
    ),
  );
  const admission: Admission = { mutating: [], validating: [] };
  const registry = new Registry({ storage, resources, clock, admission });
  const hooks = admissionHooks(registry.context);
  admission.mutating.push(...hooks.mutating);
  admission.validating.push(...hooks.validating);
  const custom = new CustomResources({ registry, resources, metadata });
  let kubelet!: Kubelet;
  const manager = new ControllerManager(registry, {
    controllers: [
      ...standardControllers({ ca, nodes: { count: nodes, version: versionInfo().gitVersion! } }),
      (context) => kubelet = new Kubelet(context, { containers, startMs: podStartMs }),
    ],
    onError,
  });
  return {
    registry,
    admission,
    discovery: new Discovery(resources),
    openApi: new OpenApi(resources),
    handlers: new Map<string, SubresourceHandler>([
      ["pods/log", logHandler(kubelet)],
      ["pods/exec", execHandler(kubelet)],
      ["pods/attach", attachHandler(kubelet)],
      ["pods/portforward", portForwardHandler(kubelet)],
    ]),
    settle: () => manager.settle(),
    [Symbol.dispose]() {
      manager[Symbol.dispose]();
      custom[Symbol.dispose]();
      log?.[Symbol.dispose]();
    },
  };
}

async function openLog(dataDir: string | undefined): Promise<StorageLog | undefined> {
  if (dataDir === undefined) return undefined;
  const { openSqliteLog } = await import("./storage/sqlite_log.ts");
  return openSqliteLog(join(dataDir, "objects.sqlite"));
}
