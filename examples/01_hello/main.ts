/**
 * A small web application: a Namespace, a ConfigMap, a Secret, a Deployment and a Service.
 *
 * @module
 */

import { initial, main, param, script } from "@kubescript/kubescript";
import { ConfigMap, Deployment, Namespace, Secret, Service } from "@kubescript/kubescript/kinds";

const namespace = "hello";
const labels = { app: "web" };

const hello = script("hello", {
  namespace,
  params: {
    image: param.string({ default: "nginx:1.28", help: "The image of the web server" }),
    greeting: param.string({ default: "Hello, world", help: "What the page says" }),
  },
  resources: ({ params }) => [
    Namespace({ metadata: { name: namespace } }),
    ConfigMap({ metadata: { name: "page" }, data: { "index.html": `<h1>${params.greeting}</h1>\n` } }),
    Secret({ metadata: { name: "login" }, stringData: { user: "admin", password: "s3cret" } }),
    Deployment({
      metadata: { name: "web", labels },
      spec: {
        replicas: initial(2), // an autoscaler may take over
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{
              name: "web",
              image: params.image,
              ports: [{ containerPort: 80 }],
              envFrom: [{ secretRef: { name: "login" } }],
              resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { memory: "64Mi" } },
              volumeMounts: [{ name: "page", mountPath: "/usr/share/nginx/html" }],
            }],
            volumes: [{ name: "page", configMap: { name: "page" } }],
          },
        },
      },
    }),
    Service({ metadata: { name: "web" }, spec: { selector: labels, ports: [{ port: 80 }] } }),
  ],
});

export default hello;
if (import.meta.main) await main(hello);
