/**
 * Services: their defaults, addresses and rules.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import { validateDns1123Label, validateDns1123Subdomain, validatePortName } from "../../kube/names.ts";
import type { StrategyContext } from "../registry/strategy.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkLabels, checkOneOf, checkPort } from "./checks.ts";
import type { KindRules } from "./kind_rules.ts";

const CLUSTER_PREFIX = "10.0.";
const CLUSTER_RANGE = "10.0.0.0/16";
const FIRST_NODE_PORT = 30000;
const NODE_PORTS = 2768;
const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
const IP_ADDRESS = /^(\d{1,3}\.){3}\d{1,3}$|^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/;

/** The rules of the kind. */
export const SERVICE: KindRules = {
  nameFaults: validateDns1123Label,
  selectable: { "spec.clusterIP": true, "spec.type": true },
  prepareForCreate: allocate,
  prepareForUpdate: keepAllocations,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  warnings: warningsAbout,
};

/**
 * Fills in the defaults of a Service.
 *
 * @param service The Service.
 */
export function setServiceDefaults({ spec }: Part): void {
  spec.sessionAffinity ||= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP") spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: 10800 } };
  spec.type ||= "ClusterIP";
  for (const port of spec.ports ?? []) {
    port.protocol ||= "TCP";
    port.targetPort ||= port.port;
  }
  if (isExternal(spec)) spec.externalTrafficPolicy ||= "Cluster";
  if (TYPES.includes(spec.type) && spec.type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
  if (spec.type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
}

function isExternal({ type, externalIPs }: Part): boolean {
  return type === "LoadBalancer" || type === "NodePort" || (type === "ClusterIP" && externalIPs?.length > 0);
}

function allocate({ spec }: Part, context: StrategyContext): void {
  if (spec.type === "ExternalName" || !TYPES.includes(spec.type)) return;
  if (!spec.clusterIP && spec.clusterIPs?.length) spec.clusterIP = spec.clusterIPs[0];
  spec.clusterIP ||= freeAddress(context);
  spec.clusterIPs ??= [spec.clusterIP];
  const isFree = makesOwnEndpoints(spec);
  spec.ipFamilyPolicy ??= isFree ? "RequireDualStack" : "SingleStack";
  spec.ipFamilies ??= [spec.clusterIP.includes(":") ? "IPv6" : "IPv4"];
  if (isFree && spec.ipFamilyPolicy !== "SingleStack" && spec.ipFamilies.length === 1) {
    spec.ipFamilies = [...spec.ipFamilies, spec.ipFamilies[0] === "IPv4" ? "IPv6" : "IPv4"];
  }
  if (spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts)) {
    allocateNodePorts(spec.ports ?? [], context);
  }
}

/** Whether whoever makes its endpoints may use all families of addresses, whatever the cluster has. */
function makesOwnEndpoints({ clusterIP, selector }: Part): boolean {
  return clusterIP === "None" && !selector;
}

function freeAddress(context: StrategyContext): string {
  const taken = new Set(Array.from(context.list("/services"), ({ spec }) => (spec as Part).clusterIP));
  // The first addresses are left to those who choose theirs, such as the DNS server.
  for (let number = 256 + Math.floor(context.random() * 60000);; number = (number + 1) % 65535) {
    const address = `${CLUSTER_PREFIX}${number >> 8}.${number & 255}`;
    if ((number & 255) !== 0 && !taken.has(address)) return address;
  }
}

function allocateNodePorts(ports: readonly Part[], context: StrategyContext): void {
  const missing = ports.filter(({ nodePort }) => !nodePort);
  if (missing.length === 0) return;
  const services = Array.from(
    context.list("/services"),
    ({ spec }) => (spec as Part).ports as Part[] | undefined ?? [],
  );
  const taken = new Set([...services, ports].flat().map(({ nodePort }) => nodePort));
  for (const port of missing) {
    let number = Math.floor(context.random() * NODE_PORTS);
    while (taken.has(FIRST_NODE_PORT + number)) number = (number + 1) % NODE_PORTS;
    taken.add(port.nodePort = FIRST_NODE_PORT + number);
  }
}

function keepAllocations(draft: Part, old: Part, context: StrategyContext): void {
  const { spec } = draft;
  settleAddresses(spec, old.spec);
  const wasInside = old.spec.type !== "ExternalName";
  if (spec.type === "ExternalName") {
    for (const field of wasInside ? [...INSIDE_FIELDS, "internalTrafficPolicy"] : []) {
      if (jsonEquals(spec[field], old.spec[field])) delete spec[field];
    }
    return;
  }
  if (wasInside) { for (const field of INSIDE_FIELDS) spec[field] ??= old.spec[field]; }
  const hasNodePorts = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const oldPorts: readonly Part[] = old.spec.ports ?? [];
  for (const port of spec.ports ?? []) {
    const before = oldPorts.find((one) => one.port === port.port && one.protocol === port.protocol);
    if (hasNodePorts) port.nodePort ??= before?.nodePort;
    // Who turns a NodePort into a ClusterIP need not clear what the server once chose.
    else if (old.spec.type !== spec.type && port.nodePort === before?.nodePort) delete port.nodePort;
    if (port.nodePort === undefined) delete port.nodePort;
  }
  if (!isExternal(spec) && isExternal(old.spec)) delete spec.externalTrafficPolicy;
  if (spec.type !== "LoadBalancer") delete spec.allocateLoadBalancerNodePorts;
  allocate(draft, context);
}

/** Old clients know `clusterIP` alone. */
function settleAddresses(spec: Part, { clusterIP, clusterIPs }: Part): void {
  if (spec.clusterIP === clusterIP || !jsonEquals(spec.clusterIPs, clusterIPs)) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

const INSIDE_FIELDS = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];

function validateService(
  { spec }: Part,
  errors: FieldErrors,
  context: StrategyContext,
  old: Part | undefined,
): void {
  const ports: readonly Part[] = spec.ports ?? [];
  if (ports.length === 0 && spec.clusterIP !== "None" && spec.type !== "ExternalName") errors.required("spec.ports");
  validatePorts(spec, ports, errors);
  checkLabels(errors, "spec.selector", spec.selector);
  if (!["ClientIP", "None"].includes(spec.sessionAffinity)) {
    errors.notSupported("spec.sessionAffinity", spec.sessionAffinity, ["ClientIP", "None"]);
  }
  if (spec.type === "ExternalName") {
    if (!spec.externalName) errors.required("spec.externalName");
    else {
      const name = spec.externalName.replace(/\.$/, "");
      errors.invalid("spec.externalName", name, ...validateDns1123Subdomain(name));
    }
  } else {
    if (!makesOwnEndpoints(spec)) validateFamilies(spec, errors);
    // An address is taken when the Service is made; later it only must not change.
    if (!old) validateAddress(spec, errors, context);
  }
  checkOneOf(errors, "spec.type", spec.type, TYPES);
  if (spec.type !== "LoadBalancer" && spec.loadBalancerSourceRanges?.length > 0) {
    errors.forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'");
  }
  if (spec.type !== "LoadBalancer" && spec.loadBalancerClass !== undefined) {
    errors.forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
  }
  if (spec.externalTrafficPolicy && !isExternal(spec)) {
    errors.invalid(
      "spec.externalTrafficPolicy",
      spec.externalTrafficPolicy,
      "may only be set for externally-accessible services",
    );
  }
}

/** Judges the families by what the cluster has, which is IPv4. */
function validateFamilies({ ipFamilyPolicy, ipFamilies = [] }: Part, errors: FieldErrors): void {
  if (ipFamilyPolicy === "RequireDualStack") {
    errors.invalid("spec.ipFamilyPolicy", ipFamilyPolicy, "this cluster is not configured for dual-stack services");
  }
  for (const [i, family] of ipFamilies.entries()) {
    if (family === "IPv6") errors.invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster");
  }
}

function validateAddress(spec: Part, errors: FieldErrors, context: StrategyContext): void {
  const address = spec.clusterIP;
  if (address === undefined || address === "None" || spec.ipFamilies?.[0] === "IPv6") return;
  if (!IP_ADDRESS.test(address)) {
    errors.invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  } else if (!address.startsWith(CLUSTER_PREFIX)) {
    const detail = `failed to allocate IP ${address}: the provided IP (${address}) is not in the valid range. ` +
      `The range of valid IPs is ${CLUSTER_RANGE}`;
    errors.invalid("spec.clusterIPs", spec.clusterIPs, detail);
  } else {
    for (const other of context.list("/services")) {
      if ((other.spec as Part).clusterIP === address) {
        errors.invalid(
          "spec.clusterIPs",
          spec.clusterIPs,
          `failed to allocate IP ${address}: provided IP is already allocated`,
        );
      }
    }
  }
}

function validatePorts({ type }: Part, ports: readonly Part[], errors: FieldErrors): void {
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    if (!port.name) {
      if (ports.length > 1) errors.required(`${path}.name`);
    } else {
      errors.invalid(`${path}.name`, port.name, ...validateDns1123Label(port.name));
      if (names.has(port.name)) errors.duplicate(`${path}.name`, port.name);
      names.add(port.name);
    }
    checkPort(errors, `${path}.port`, port.port);
    checkOneOf(errors, `${path}.protocol`, port.protocol, ["SCTP", "TCP", "UDP"]);
    if (typeof port.targetPort === "string") {
      errors.invalid(`${path}.targetPort`, port.targetPort, ...validatePortName(port.targetPort));
    } else checkPort(errors, `${path}.targetPort`, port.targetPort);
    if (port.nodePort && (type === "ClusterIP" || type === "ExternalName")) {
      errors.forbidden(`${path}.nodePort`, `may not be used when \`type\` is '${type}'`);
    } else if (port.nodePort && (port.nodePort < FIRST_NODE_PORT || port.nodePort >= FIRST_NODE_PORT + NODE_PORTS)) {
      const detail = `provided port is not in the valid range. The range of valid ports is ${FIRST_NODE_PORT}-32767`;
      errors.invalid(`${path}.nodePort`, port.nodePort, detail);
    }
    const number = `${port.port}/${port.protocol}`;
    if (numbers.has(number)) {
      errors.duplicate(path, {
        Name: "",
        Protocol: port.protocol,
        AppProtocol: null,
        Port: port.port,
        TargetPort: 0,
        NodePort: 0,
      });
    }
    numbers.add(number);
  }
}

function validateServiceUpdate({ spec }: Part, { spec: old }: Part, errors: FieldErrors): void {
  const isInside = spec.type !== "ExternalName" && old.type !== "ExternalName" && old.clusterIP;
  if (isInside && !jsonEquals(spec.clusterIPs?.[0] ?? null, old.clusterIPs?.[0] ?? null)) {
    errors.invalid("spec.clusterIPs[0]", spec.clusterIPs, "may not change once set");
  }
}

function warningsAbout({ metadata, spec }: Part): string[] {
  const { type, clusterIP, externalIPs = [], externalName, loadBalancerIP, sessionAffinity, trafficDistribution } =
    spec;
  const isHeadless = type === "ClusterIP" && clusterIP === "None";
  const isName = type === "ExternalName";
  const hasAddresses = externalIPs.length > 0;
  const warnings: readonly (readonly [unknown, string])[] = [
    [
      metadata.annotations?.[TOPOLOGY_HINTS] !== undefined,
      `annotation ${TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    ],
    [isHeadless && loadBalancerIP, "spec.loadBalancerIP is ignored for headless services"],
    [isHeadless && hasAddresses, "spec.externalIPs is ignored for headless services"],
    [isHeadless && sessionAffinity !== "None", "spec.SessionAffinity is ignored for headless services"],
    [
      hasAddresses && !isHeadless && !isName,
      "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    ],
    [hasAddresses && isName, 'spec.externalIPs is ignored when spec.type is "ExternalName"'],
    [externalName && !isName, 'spec.externalName is ignored when spec.type is not "ExternalName"'],
    [
      trafficDistribution === "PreferClose",
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ],
  ];
  return warnings.flatMap(([applies, message]) => applies ? [message] : []);
}
