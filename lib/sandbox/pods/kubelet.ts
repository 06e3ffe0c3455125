/**
 * The kubelets of all Nodes of the sandbox: they run what the scheduler gave them.
 *
 * @module
 */

import type { Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import { keyOf } from "../controllers/cache.ts";
import { type Controller, type ControllerContext, watchSelf } from "../controllers/controller.ts";
import { NODES, PODS } from "../controllers/kinds.ts";
import { hasEnded } from "../controllers/pods.ts";
import type { Writer } from "../controllers/writer.ts";
import { PodWorker } from "./pod_worker.ts";
import type { ContainerBehavior } from "./script.ts";

/** Options of {@linkcode Kubelet}. */
export interface KubeletOptions {
  /** What containers do; the first that fits counts. */
  readonly containers?: readonly ContainerBehavior[] | undefined;
  /** How long it takes to start a Pod, in milliseconds. @default {0} */
  readonly startMs?: number | undefined;
}

/** Runs Pods. */
export class Kubelet implements Controller {
  /** The name. */
  readonly name = "kubelet";
  /** What it hears of. */
  readonly watches = [watchSelf(PODS)];
  readonly #context: ControllerContext;
  readonly #options: KubeletOptions;
  readonly #workers = new Map<string, PodWorker>();
  readonly #writers = new Map<string, Writer>();
  #addresses = 0;

  /**
   * Makes the kubelets.
   *
   * @param context What they work with.
   * @param options What containers do.
   */
  constructor(context: ControllerContext, options: KubeletOptions = {}) {
    this.#context = context;
    this.#options = options;
  }

  /**
   * Finds a Pod that runs, or did as long as it is not deleted.
   *
   * @param namespace Its namespace.
   * @param name Its name.
   * @returns The Pod with its containers, if its Node has taken it over.
   */
  find(namespace: string, name: string): PodWorker | undefined {
    return this.#workers.get(`${namespace}/${name}`);
  }

  /** @inheritdoc */
  reconcile(key: string): number | undefined {
    const pod = this.#context.cache.byKey(PODS, key);
    const worker = this.#workers.get(key);
    if (worker && worker.uid !== pod?.metadata.uid) {
      worker.stop(0);
      this.#workers.delete(key);
    }
    if (!pod?.spec?.nodeName || !this.#context.cache.get(NODES, "", pod.spec.nodeName)) return undefined;
    return isTerminating(pod) ? this.#stop(pod, key) : this.#run(pod, key);
  }

  /** Ends all containers. */
  [Symbol.dispose](): void {
    for (const worker of this.#workers.values()) worker.stop(0);
    this.#workers.clear();
  }

  #run(pod: Live<Pod>, key: string): number | undefined {
    if (hasEnded(pod) && !this.#workers.has(key)) return undefined;
    const worker = this.#workers.get(key) ?? this.#start(pod, key);
    const againMs = hasEnded(pod) ? undefined : worker.advance();
    this.#writer(pod).updateStatus(pod, worker.status(pod));
    return againMs;
  }

  #stop(pod: Live<Pod>, key: string): number | undefined {
    const worker = this.#workers.get(key);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    // What was asked to go with less time than before has to go sooner.
    const graceMs = deletionGracePeriodSeconds === 0 ? 0 : Date.parse(deletionTimestamp!) - this.#context.clock.now();
    const leftMs = worker?.stop(Math.max(0, graceMs)) ?? 0;
    if (worker) this.#writer(pod).updateStatus(pod, worker.status(pod));
    if (leftMs > 0) return leftMs;
    this.#writer(pod).delete(pod, { gracePeriodSeconds: 0 });
    return undefined;
  }

  #start(pod: Live<Pod>, key: string): PodWorker {
    const { cache, clock, enqueue } = this.#context;
    const node = cache.get(NODES, "", pod.spec!.nodeName!)!;
    const hostIP = node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "127.0.0.1";
    const address = ++this.#addresses;
    const worker = new PodWorker({
      pod,
      behaviors: this.#options.containers ?? [],
      clock,
      startMs: this.#options.startMs ?? 0,
      hostIP,
      podIP: pod.spec!.hostNetwork ? hostIP : `10.244.${Math.floor(address / 254) % 256}.${address % 254 + 1}`,
      onChange: () => enqueue(this, keyOf(pod)),
      onEvent: (...event) => this.#writer(pod).event(pod, ...event),
    });
    this.#workers.set(key, worker);
    return worker;
  }

  #writer({ spec }: Live<Pod>): Writer {
    const node = spec!.nodeName!;
    let writer = this.#writers.get(node);
    if (!writer) this.#writers.set(node, writer = this.#context.writer(node, "kubelet"));
    return writer;
  }
}
