/**
 * Ingresses, network policies and endpoint slices.
 *
 * @module
 */

import { validateDns1123Label, validateDns1123Subdomain, validatePortName } from "../../kube/names.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkOneOf, checkPort, checkSelector } from "./checks.ts";
import type { RulesByKind } from "./kind_rules.ts";

const IPV4 = /^(\d{1,3}\.){3}\d{1,3}$/;
const CIDR = /^((\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)\/\d{1,3}$/;
const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];

/** The rules of the kinds. */
export const NETWORKING: RulesByKind = {
  "networking.k8s.io/Ingress": { generation: true, validate: ({ spec }, errors) => validateIngress(spec, errors) },
  "networking.k8s.io/IngressClass": {
    generation: true,
    validate({ spec }, errors) {
      if (!spec.controller) errors.required("spec.controller");
    },
    immutable: ["spec.controller"],
  },
  "networking.k8s.io/NetworkPolicy": { generation: true, validate: ({ spec }, errors) => validatePolicy(spec, errors) },
  "networking.k8s.io/ServiceCIDR": { immutable: ["spec.cidrs"] },
  "networking.k8s.io/IPAddress": { selectable: { "spec.parentRef.resource": true } },
  "discovery.k8s.io/EndpointSlice": { generation: true, validate: validateSlice, immutableByTag: ["addressType"] },
  "/Endpoints": {
    validate({ subsets = [] }, errors) {
      for (const [index, { addresses = [], notReadyAddresses = [] }] of subsets.entries()) {
        if (addresses.length + notReadyAddresses.length === 0) {
          errors.required(`subsets[${index}]`, "must specify `addresses` or `notReadyAddresses`");
        }
      }
    },
  },
};

function validateIngress(spec: Part, errors: FieldErrors): void {
  if (!spec.rules?.length && !spec.defaultBackend) {
    errors.invalid("spec", spec.rules ?? null, "either `defaultBackend` or `rules` must be specified");
  }
  if (spec.defaultBackend) validateBackend(spec.defaultBackend, "spec.defaultBackend", errors);
  for (const [index, { host, http }] of (spec.rules ?? []).entries()) {
    const path = `spec.rules[${index}]`;
    if (host) validateHost(host, `${path}.host`, errors);
    if (http === undefined) continue;
    if (!http.paths?.length) errors.required(`${path}.http.paths`);
    for (const [place, item] of (http.paths ?? []).entries()) {
      validatePath(item, `${path}.http.paths[${place}]`, errors);
    }
  }
  for (const [index, { hosts = [] }] of (spec.tls ?? []).entries()) {
    for (const [place, host] of hosts.entries()) validateHost(host, `spec.tls[${index}].hosts[${place}]`, errors);
  }
  if (spec.ingressClassName) {
    errors.invalid("spec.ingressClassName", spec.ingressClassName, ...validateDns1123Subdomain(spec.ingressClassName));
  }
}

function validateHost(host: string, path: string, errors: FieldErrors): void {
  if (IPV4.test(host)) errors.invalid(path, host, "must be a DNS name, not an IP address");
  else errors.invalid(path, host, ...validateDns1123Subdomain(host.replace(/^\*\./, "")));
}

function validatePath({ path: value, pathType, backend }: Part, path: string, errors: FieldErrors): void {
  if (!pathType) errors.required(`${path}.pathType`, "pathType must be specified");
  else if (!PATH_TYPES.includes(pathType)) errors.notSupported(`${path}.pathType`, pathType, PATH_TYPES);
  else if (pathType === "ImplementationSpecific" ? value && !value.startsWith("/") : !value?.startsWith("/")) {
    errors.invalid(`${path}.path`, value ?? "", "must be an absolute path");
  } else {
    for (const part of pathType === "ImplementationSpecific" ? [] : ["//", "/./", "/../", "%2f", "%2F"]) {
      if (value.includes(part)) errors.invalid(`${path}.path`, value, `must not contain '${part}'`);
    }
  }
  validateBackend(backend, `${path}.backend`, errors);
}

function validateBackend({ service, resource }: Part, path: string, errors: FieldErrors): void {
  if (service && resource) return errors.invalid(path, "", "cannot set both resource and service backends");
  if (resource) return;
  if (!service) return errors.invalid(path, "", "resource or service backend is required");
  if (!service.name) errors.required(`${path}.service.name`);
  else errors.invalid(`${path}.service.name`, service.name, ...validateDns1123Label(service.name));
  const { name, number } = service.port ?? {};
  if (name && number) errors.invalid(path, "", "cannot set both port name & port number");
  else if (name) errors.invalid(`${path}.service.port.name`, name, ...validatePortName(name));
  else if (number) checkPort(errors, `${path}.service.port.number`, number);
  else errors.required(path, "port name or number is required");
}

function validatePolicy(spec: Part, errors: FieldErrors): void {
  checkSelector(errors, "spec.podSelector", spec.podSelector);
  for (const [field, peers] of [["ingress", "from"], ["egress", "to"]] as const) {
    for (const [index, rule] of (spec[field] ?? []).entries()) {
      const path = `spec.${field}[${index}]`;
      for (const [place, port] of (rule.ports ?? []).entries()) {
        validatePolicyPort(port, `${path}.ports[${place}]`, errors);
      }
      for (const [place, peer] of (rule[peers] ?? []).entries()) {
        validatePeer(peer, `${path}.${peers}[${place}]`, errors);
      }
    }
  }
  for (const [index, type] of (spec.policyTypes ?? []).entries()) {
    checkOneOf(errors, `spec.policyTypes[${index}]`, type, ["Ingress", "Egress"]);
  }
}

function validatePolicyPort({ port, endPort, protocol }: Part, path: string, errors: FieldErrors): void {
  checkOneOf(errors, `${path}.protocol`, protocol, ["SCTP", "TCP", "UDP"]);
  if (typeof port === "string") errors.invalid(`${path}.port`, port, ...validatePortName(port));
  else if (port !== undefined) checkPort(errors, `${path}.port`, port);
  if (endPort === undefined) return;
  if (port === undefined) errors.required(`${path}.port`, "must be specified when `endPort` is specified");
  else if (typeof port === "string") {
    errors.invalid(`${path}.endPort`, port, "may not be specified when `port` is non-numeric");
  } else if (endPort < port) errors.invalid(`${path}.endPort`, endPort, "must be greater than or equal to `port`");
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: Part, path: string, errors: FieldErrors): void {
  checkSelector(errors, `${path}.podSelector`, podSelector);
  checkSelector(errors, `${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock && !CIDR.test(ipBlock.cidr)) {
    const detail = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    if (ipBlock.cidr) errors.invalid(`${path}.ipBlock.cidr`, ipBlock.cidr, detail);
    else errors.required(`${path}.ipBlock.cidr`);
  }
  if (!podSelector && !namespaceSelector && !ipBlock) errors.required(path, "must specify a peer");
  else if (ipBlock && (podSelector || namespaceSelector)) {
    errors.forbidden(path, "may not specify both ipBlock and another peer");
  }
}

function validateSlice({ addressType, endpoints }: Part, errors: FieldErrors): void {
  const types = ["FQDN", "IPv4", "IPv6"];
  if (!addressType) errors.required("addressType");
  else if (!types.includes(addressType)) errors.notSupported("addressType", addressType, types);
  for (const [index, { addresses = [] }] of (endpoints ?? []).entries()) {
    const path = `endpoints[${index}].addresses`;
    if (addresses?.length === 0) errors.required(path, "must contain at least 1 address");
    for (const [place, address] of (addresses ?? []).entries()) {
      if (addressType === "IPv4" && !IPV4.test(address)) {
        errors.invalid(`${path}[${place}]`, address, "must be a valid IPv4 address");
      } else if (address.startsWith("127.") || address === "::1") {
        errors.invalid(`${path}[${place}]`, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
      }
    }
  }
}
