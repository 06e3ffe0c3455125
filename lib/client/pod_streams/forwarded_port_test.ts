import { deepStrictEqual, throws } from "node:assert/strict";
import type { LiveObject } from "../../kube/object.ts";
import { findPort, parsePort, type PortArgument } from "./forwarded_port.ts";
import type { Pod } from "./pods.ts";

const ports: [PortArgument, ReturnType<typeof parsePort>][] = [
  [80, { local: undefined, remote: 80 }],
  ["80", { local: undefined, remote: 80 }],
  ["http", { local: undefined, remote: "http" }],
  ["8080:80", { local: 8080, remote: 80 }],
  ["0:http", { local: 0, remote: "http" }],
  [":http", { local: 0, remote: "http" }],
];
for (const [port, parsed] of ports) {
  Deno.test(`parsePort() reads ${port}`, () => deepStrictEqual(parsePort(port), parsed));
}
for (const port of ["", ":", "80:", "a:80", "1:2:3", "HTTP", 0, 65_536, "65536:80", "80:0", -1]) {
  Deno.test(`parsePort() refuses "${port}"`, () => {
    throws(() => parsePort(port), { name: "RangeError", message: new RegExp(`^Cannot forward port "${port}": `) });
  });
}

const metadata = { namespace: "shop", name: "web", uid: "1", resourceVersion: "1" };
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: {
    containers: [{ name: "app", ports: [{ name: "http", containerPort: 8080 }] }, { name: "side" }],
    initContainers: [{ name: "proxy", ports: [{ name: "admin", containerPort: 9000 }] }],
  },
};
function service(spec: object): LiveObject {
  return { apiVersion: "v1", kind: "Service", metadata, spec };
}

const deployment: LiveObject = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: {} };
const servicePorts = [{ name: "a", port: 80, targetPort: "http" }, { port: 81, targetPort: 8081 }, { port: 82 }];

const found: [string, LiveObject, number | string, { own: number; target: number }][] = [
  ["a number", pod, 1234, { own: 1234, target: 1234 }],
  ["a name", pod, "http", { own: 8080, target: 8080 }],
  ["a name of an init container", deployment, "admin", { own: 9000, target: 9000 }],
  ["a Service's port with a named target", service({ ports: servicePorts }), 80, { own: 80, target: 8080 }],
  ["a Service's port by name", service({ ports: servicePorts }), "a", { own: 80, target: 8080 }],
  ["a Service's port with a number as target", service({ ports: servicePorts }), 81, { own: 81, target: 8081 }],
  ["a Service's port without target", service({ ports: servicePorts }), 82, { own: 82, target: 82 }],
  ["a headless Service's port", service({ ports: servicePorts, clusterIP: "None" }), 81, { own: 81, target: 81 }],
];
for (const [name, object, wanted, port] of found) {
  Deno.test(`findPort() finds ${name}`, () => deepStrictEqual(findPort(object, pod, wanted), port));
}

const missing: [LiveObject, number | string, string, string][] = [
  [pod, "none", 'Cannot forward port "none" of Pod/shop/web: there is no such port', '"http", "admin"'],
  [
    service({ ports: servicePorts }),
    8080,
    "Cannot forward port 8080 of Service/shop/web: there is no such port",
    '80 ("a"), 81, 82',
  ],
];
for (const [object, wanted, message, known] of missing) {
  Deno.test(`findPort() names the ports there are instead of ${wanted}`, () => {
    throws(() => findPort(object, pod, wanted), { message, hint: `Name one of its ports: it has ${known}` });
  });
}
