/**
 * What tables show of Services, of what is behind them, and of what leads to them.
 *
 * @module
 */

import type { Endpoints, Service } from "../../kinds/core/v1.ts";
import type { EndpointSlice } from "../../kinds/discovery/v1.ts";
import type { Ingress, IngressClass, IPAddress, NetworkPolicy } from "../../kinds/networking/v1.ts";
import { type Cells, cellsOf, field, joined, labelsText, selectorText, shortList } from "./cells.ts";

/** The cells by group and kind. */
export const NETWORK_CELLS: Readonly<Record<string, Cells>> = {
  "/Endpoints": cellsOf<Endpoints>({ Endpoints: endpointsText }),
  "/Service": {
    Type: field("spec.type"),
    ...cellsOf<Service>({
      "Cluster-IP": ({ spec }) => spec?.clusterIPs?.[0] ?? "<none>",
      "External-IP": externalIps,
      "Port(s)": ({ spec }) =>
        (spec?.ports ?? []).map(({ port, nodePort, protocol = "TCP" }) => {
          return `${port}${nodePort ? `:${nodePort}` : ""}/${protocol}`;
        }).join(",") || "<none>",
      Selector: ({ spec }) => labelsText(spec?.selector),
    }),
  },
  "discovery.k8s.io/EndpointSlice": {
    AddressType: field("addressType"),
    ...cellsOf<EndpointSlice>({
      Ports: ({ ports }) => shortList((ports ?? []).map(({ port, name }) => String(port ?? name ?? "*"))) || "<unset>",
      Endpoints: ({ endpoints }) => shortList((endpoints ?? []).flatMap(({ addresses }) => addresses)) || "<unset>",
    }),
  },
  "networking.k8s.io/IPAddress": cellsOf<IPAddress>({
    ParentRef: ({ spec }) => {
      const { group, resource = "", namespace, name } = spec?.parentRef ?? {};
      if (name === undefined) return "<none>";
      const type = `${resource}${group ? `.${group}` : ""}`.toLowerCase();
      return [type, ...namespace ? [namespace] : [], name].join("/");
    },
  }),
  "networking.k8s.io/Ingress": {
    Class: field("spec.ingressClassName", "<none>"),
    ...cellsOf<Ingress>({
      Hosts: hostsText,
      Address: ({ status }) => balancerText(status?.loadBalancer?.ingress),
      Ports: ({ spec }) => spec?.tls?.length ? "80, 443" : "80",
    }),
  },
  "networking.k8s.io/IngressClass": {
    Controller: field("spec.controller"),
    ...cellsOf<IngressClass>({
      Name: ({ metadata }) => {
        const isDefault = metadata?.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true";
        return `${metadata?.name}${isDefault ? " (default)" : ""}`;
      },
      Parameters: ({ spec }) => {
        const { kind, apiGroup, name } = spec?.parameters ?? {};
        return kind === undefined ? "<none>" : `${kind}${apiGroup === undefined ? "" : `.${apiGroup}`}/${name}`;
      },
    }),
  },
  "networking.k8s.io/NetworkPolicy": cellsOf<NetworkPolicy>({
    "Pod-Selector": ({ spec }) => selectorText(spec?.podSelector) || "<none>",
  }),
  "networking.k8s.io/ServiceCIDR": { CIDRs: joined("spec.cidrs") },
};

function endpointsText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return "<none>";
  return shortList(subsets.flatMap(({ addresses = [], ports = [] }) => {
    if (ports.length === 0) return addresses.map(({ ip }) => ip);
    const host = (ip: string) => ip.includes(":") ? `[${ip}]` : ip;
    return ports.flatMap(({ port }) => addresses.map(({ ip }) => `${host(ip)}:${port}`));
  }));
}

function externalIps({ spec, status }: Service): string {
  const ips = (spec?.externalIPs ?? []).join(",");
  switch (spec?.type) {
    case "ClusterIP":
    case "NodePort":
      return ips || "<none>";
    case "LoadBalancer":
      return [balancerText(status?.loadBalancer?.ingress), ips].filter(Boolean).join(",") || "<pending>";
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return "<unknown>";
  }
}

function balancerText(ingress: readonly { readonly ip?: string; readonly hostname?: string }[] = []): string {
  return [...new Set(ingress.map(({ ip, hostname }) => ip || hostname || ""))].filter(Boolean).sort().join(",");
}

function hostsText({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const hosts: string[] = [];
  for (const { host } of rules) {
    if (hosts.length === 3) return `${hosts.join(",")} + ${rules.length - 3} more...`;
    if (host) hosts.push(host);
  }
  return hosts.join(",") || "*";
}
