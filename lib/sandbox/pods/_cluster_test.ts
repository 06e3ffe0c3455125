import { type Clock, systemClock } from "../../base/clock.ts";
import { serveHttp } from "../../client/transport/http_server.ts";
import { admissionHooks } from "../admission/hooks.ts";
import { apiHandler, type SubresourceHandler } from "../api/api_server.ts";
import { builtInResources } from "../builtin/resources.ts";
import { ControllerManager } from "../controllers/controller_manager.ts";
import { standardControllers } from "../controllers/standard.ts";
import { Discovery } from "../discovery/discovery.ts";
import { Registry } from "../registry/registry.ts";
import { ResourceList } from "../registry/resource_list.ts";
import { objectKey, Storage } from "../storage/storage.ts";
import { attachHandler, execHandler } from "./exec_handler.ts";
import { Kubelet, type KubeletOptions } from "./kubelet.ts";
import { logHandler } from "./log_handler.ts";
import { portForwardHandler } from "./port_forward_handler.ts";

/** Starts an API server with all built-in kinds, controllers and a kubelet. */
export async function startCluster(options: KubeletOptions = {}, clock: Clock = systemClock) {
  const storage = new Storage();
  const resources = new ResourceList(await builtInResources());
  const admission = admissionHooks({
    find: (storedAs, namespace, name) => storage.get(storedAs, objectKey(namespace, name)),
    *list(storedAs, namespace) {
      for (const [, object] of storage.entries(storedAs, namespace === undefined ? "" : `${namespace}/`)) yield object;
    },
    random: () => clock.random(),
  });
  const registry = new Registry({ storage, resources, clock, admission });
  const namespaces = resources.findKind("v1", "Namespace")!;
  for (const name of ["default", "kube-system", "kube-public", "kube-node-lease"]) {
    registry.create(namespaces, "", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  let kubelet!: Kubelet;
  const errors: unknown[] = [];
  const manager = new ControllerManager(registry, {
    controllers: [
      ...standardControllers({ ca: "none", nodes: { version: "v1.37.1" } }),
      (context) => kubelet = new Kubelet(context, options),
    ],
    onError: (error, name) => void errors.push([name, error]),
  });
  manager.settle();
  const handlers = new Map<string, SubresourceHandler>([
    ["pods/log", logHandler(kubelet)],
    ["pods/exec", execHandler(kubelet)],
    ["pods/attach", attachHandler(kubelet)],
    ["pods/portforward", portForwardHandler(kubelet)],
  ]);
  const discovery = new Discovery(resources);
  const server = await serveHttp(
    { hostname: "127.0.0.1", port: 0 },
    apiHandler({
      registry,
      handlers,
      paths({ info, headers }) {
        const answer = discovery.answer({
          path: info.path.replace(/\/$/, ""),
          accept: headers.get("accept"),
          ifNoneMatch: headers.get("if-none-match"),
          host: "127.0.0.1",
        });
        return answer && new Response(answer.body, answer);
      },
    }),
  );
  return {
    registry,
    manager,
    kubelet,
    errors,
    server: `http://${server.address}`,
    async [Symbol.asyncDispose]() {
      manager[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
