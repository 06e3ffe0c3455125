/**
 * The controllers of a whole cluster, as kube-controller-manager and kube-scheduler run them.
 *
 * @module
 */

import type { ControllerFactory } from "./controller_manager.ts";
import { cronJobController } from "./cron_job.ts";
import { daemonSetController } from "./daemon_set.ts";
import { deploymentController } from "./deployment.ts";
import { disruptionController } from "./disruption.ts";
import { endpointsController } from "./endpoints.ts";
import { garbageCollector } from "./garbage_collector.ts";
import { jobController } from "./job.ts";
import { namespaceController, namespaceDefaults } from "./namespaces.ts";
import { nodeController, type NodesOptions } from "./nodes.ts";
import { replicaSetController, replicationController } from "./replica_set.ts";
import { resourceQuotaController } from "./resource_quota.ts";
import { scheduler } from "./scheduler.ts";
import { statefulSetController } from "./stateful_set.ts";
import { volumeController } from "./volumes.ts";

/** Options of {@linkcode standardControllers}. */
export interface StandardControllersOptions {
  /** The cluster's authority, as PEM. */
  readonly ca: string;
  /** The Nodes. */
  readonly nodes: NodesOptions;
}

/**
 * Lists the controllers of a cluster. What runs Pods, the `Kubelet`, comes beside them.
 *
 * @param options What they need to know.
 * @returns The controllers.
 */
export function standardControllers({ ca, nodes }: StandardControllersOptions): ControllerFactory[] {
  return [
    (context) => namespaceDefaults(context, ca),
    namespaceController,
    (context) => nodeController(context, nodes),
    deploymentController,
    replicaSetController,
    replicationController,
    statefulSetController,
    daemonSetController,
    jobController,
    cronJobController,
    volumeController,
    disruptionController,
    resourceQuotaController,
    scheduler,
    garbageCollector,
    endpointsController,
  ];
}
