/**
 * Endpoints and EndpointSlices: the Pods behind a Service.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { EndpointAddress, Pod, Service, ServicePort } from "../../kinds/core/v1.ts";
import type { Endpoint, EndpointSlice } from "../../kinds/discovery/v1.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import {
  type Controller,
  type ControllerContext,
  timestamp,
  type Watch,
  watchAround,
  watchControlled,
  watchSelf,
} from "./controller.ts";
import { ENDPOINT_SLICES, ENDPOINTS, PODS, SERVICES } from "./kinds.ts";
import { controllerReference, hasEnded, isReady } from "./pods.ts";
import { matchesMap } from "./selectors.ts";
import type { Writer } from "./writer.ts";
import type { Cache } from "./cache.ts";
import type { Clock } from "../../base/clock.ts";

const CHANGED_AT = "endpoints.kubernetes.io/last-change-trigger-time";
const MAX_PER_SLICE = 100;

/** A port of a Service with the number that its Pods have for it. */
interface TargetPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/**
 * Makes the controllers of Endpoints and EndpointSlices.
 *
 * @param context What they work with.
 * @returns The controller.
 */
export function endpointsController(context: ControllerContext): Controller {
  return new EndpointsController(context);
}

class EndpointsController implements Controller {
  readonly name = "endpoints";
  readonly watches: readonly Watch[];
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #slicer: Writer;

  constructor(context: ControllerContext) {
    const { cache, clock } = context;
    const writer = context.writer("endpoint-controller");
    const slicer = context.writer("endpointslice-controller");
    this.watches = [
      watchSelf(SERVICES),
      watchSelf(ENDPOINTS),
      watchAround(cache, PODS, SERVICES),
      watchControlled(cache, ENDPOINT_SLICES, SERVICES),
    ];
    this.#cache = cache;
    this.#clock = clock;
    this.#writer = writer;
    this.#slicer = slicer;
  }

  reconcile(key: string): number | undefined {
    const service = this.#cache.byKey(SERVICES, key);
    if (!service) {
      const left = this.#cache.byKey(ENDPOINTS, key);
      if (left && left.metadata.labels?.["endpoints.kubernetes.io/managed-by"]) this.#writer.delete(left);
      return undefined;
    }
    const { selector, type } = service.spec ?? {};
    if (!selector || type === "ExternalName" || isTerminating(service)) return undefined;
    const pods = this.#cache.list(PODS, service.metadata.namespace)
      .filter((pod) => matchesMap(selector, pod.metadata.labels) && !hasEnded(pod) && pod.status?.podIP)
      .toSorted((a, b) => a.status!.podIP! < b.status!.podIP! ? -1 : 1);
    this.#publishEndpoints(service, pods);
    this.#publishSlices(service, pods);
    return undefined;
  }

  #publishEndpoints(service: Live<Service>, pods: readonly Live<Pod>[]): void {
    const publishes = service.spec?.publishNotReadyAddresses ?? false;
    const groups = Map.groupBy(
      pods.filter((pod) => !isTerminating(pod)),
      (pod) => JSON.stringify(portsOf(service, pod)),
    );
    const subsets = [...groups].map(([ports, members]) => {
      const ready = members.filter((pod) => publishes || isReady(pod)).map(addressOf);
      const others = members.filter((pod) => !publishes && !isReady(pod)).map(addressOf);
      return {
        ...(ready.length > 0 && { addresses: ready }),
        ...(others.length > 0 && { notReadyAddresses: others }),
        ports: (JSON.parse(ports) as TargetPort[]).map(({ name, ...port }) => name === "" ? port : { name, ...port }),
      };
    });
    const before = this.#cache.get(ENDPOINTS, service.metadata.namespace, service.metadata.name);
    const labels = {
      ...service.metadata.labels,
      "endpoints.kubernetes.io/managed-by": "endpoint-controller",
      ...(service.spec?.clusterIP === "None" && { "service.kubernetes.io/headless": "" }),
    };
    const content = subsets.length > 0 ? { subsets } : {};
    if (before) {
      const unchanged = JSON.stringify(before.subsets ?? []) === JSON.stringify(subsets);
      if (!unchanged) {
        this.#writer.update(before, {
          ...content,
          ...(subsets.length === 0 && { subsets: [] }),
          metadata: { ...before.metadata, labels, annotations: this.#stamp() },
        });
      }
      return;
    }
    const { name, namespace } = service.metadata;
    this.#writer.create(
      ENDPOINTS,
      { metadata: { name, namespace, labels, annotations: this.#stamp() }, ...content } as never,
    );
  }

  #publishSlices(service: Live<Service>, pods: readonly Live<Pod>[]): void {
    const groups = Map.groupBy(pods, (pod) => JSON.stringify(portsOf(service, pod)));
    const wanted = [...groups].flatMap(([ports, members]) =>
      chunks(members.map((pod) => endpointOf(service, pod))).map((endpoints) => ({
        ports: JSON.parse(ports) as TargetPort[],
        endpoints,
      }))
    );
    // A Service without Pods has an empty slice.
    if (wanted.length === 0) wanted.push({ ports: [], endpoints: [] });
    const slices = this.#cache.controlledBy(ENDPOINT_SLICES, service);
    for (const [i, { ports, endpoints }] of wanted.entries()) {
      const slice = slices[i];
      if (!slice) this.#createSlice(service, ports, endpoints);
      else if (JSON.stringify([slice.ports ?? [], slice.endpoints ?? []]) !== JSON.stringify([ports, endpoints])) {
        const metadata = { ...slice.metadata, annotations: this.#stamp() };
        this.#slicer.update(slice, { ports, endpoints, metadata });
      }
    }
    for (const slice of slices.slice(wanted.length)) this.#slicer.delete(slice);
  }

  #createSlice(
    service: Live<Service>,
    ports: readonly TargetPort[],
    endpoints: readonly DeepReadonly<Endpoint>[],
  ): void {
    const { name, namespace, labels } = service.metadata;
    this.#slicer.create(ENDPOINT_SLICES, {
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: {
          ...labels,
          "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
          "kubernetes.io/service-name": name,
          ...(service.spec?.clusterIP === "None" && { "service.kubernetes.io/headless": "" }),
        },
        annotations: this.#stamp(),
        ownerReferences: [controllerReference(service)],
      },
      addressType: "IPv4",
      endpoints,
      ports: ports as DeepReadonly<EndpointSlice["ports"]>,
    } as never);
  }

  #stamp(): Readonly<Record<string, string>> {
    return { [CHANGED_AT]: timestamp(this.#clock) };
  }
}

function portsOf(service: Live<Service>, pod: Live<Pod>): TargetPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetOf(port, pod);
    const { name = "", protocol = "TCP", appProtocol } = port;
    return number === undefined ? [] : [{ name, port: number, protocol, ...(appProtocol && { appProtocol }) }];
  });
}

function targetOf({ port, targetPort = port }: DeepReadonly<ServicePort>, { spec }: Live<Pod>): number | undefined {
  if (typeof targetPort === "number") return targetPort;
  return spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort)?.containerPort;
}

function targetRef(
  { metadata: { name, namespace, uid } }: Live<Pod>,
): { kind: string; name: string; namespace: string; uid: string } {
  return { kind: "Pod", name, namespace, uid };
}

function addressOf(pod: Live<Pod>): DeepReadonly<EndpointAddress> {
  const { nodeName, hostname, subdomain } = pod.spec!;
  return {
    ...(hostname && subdomain && { hostname }),
    ip: pod.status!.podIP!,
    ...(nodeName && { nodeName }),
    targetRef: targetRef(pod),
  };
}

function endpointOf(service: Live<Service>, pod: Live<Pod>): DeepReadonly<Endpoint> {
  const { nodeName, hostname, subdomain } = pod.spec!;
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec?.publishNotReadyAddresses || serving && !terminating;
  return {
    addresses: [pod.status!.podIP!],
    conditions: { ready, serving, terminating },
    ...(hostname && subdomain === service.metadata.name && { hostname }),
    ...(nodeName && { nodeName }),
    targetRef: targetRef(pod),
  };
}

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from(
    { length: Math.ceil(items.length / MAX_PER_SLICE) },
    (_, i) => items.slice(i * MAX_PER_SLICE, (i + 1) * MAX_PER_SLICE),
  );
}
