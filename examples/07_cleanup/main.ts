#!/usr/bin/env -S deno run -A
/**
 * A clean-up that runs in the cluster every night, with no more permissions than it needs.
 *
 * The script that cleans up goes into a ConfigMap as one file, with all of the library that it uses: the Pod needs
 * nothing but the image of Deno, and loads nothing from elsewhere.
 */
import { formatDuration, KubescriptError, main, param, script } from "@kubescript/kubescript";
import { ConfigMap, CronJob, Namespace, Role, RoleBinding, ServiceAccount } from "@kubescript/kubescript/kinds";

const home = "cleanup";
const metadata = { name: "cleanup" };
const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const apiServer = "$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)"; // the kubelet fills them in

const cleanup = script("cleanup", {
  namespace: home,
  params: {
    namespaces: param.list({ help: "The namespaces to clean up" }),
    age: param.duration({ default: "24h", help: "How old things must be to go" }),
    schedule: param.string({ default: "0 3 * * *", help: "When to clean up" }),
    image: param.string({ default: "denoland/deno:2.9.6", help: "The image of Deno" }),
  },
  resources: async ({ params: { namespaces, age, schedule, image } }) => [
    Namespace({ metadata: { name: home } }),
    ServiceAccount({ metadata }),
    namespaces.map((namespace) => [
      Role({
        metadata: { ...metadata, namespace },
        rules: [
          { apiGroups: ["batch"], resources: ["jobs"], verbs: ["list", "delete"] },
          { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] },
        ],
      }),
      RoleBinding({
        metadata: { ...metadata, namespace },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", ...metadata },
        subjects: [{ kind: "ServiceAccount", namespace: home, ...metadata }],
      }),
    ]),
    ConfigMap({ metadata, data: { "cleanup.js": await bundle("cleanup.ts") } }),
    CronJob({
      metadata,
      spec: {
        schedule,
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 1,
        jobTemplate: {
          spec: {
            backoffLimit: 1,
            activeDeadlineSeconds: 3_600,
            template: {
              spec: {
                serviceAccountName: "cleanup",
                restartPolicy: "Never",
                securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
                containers: [{
                  name: "cleanup",
                  image,
                  command: ["deno", "run", "--no-prompt", "--cached-only", `--allow-net=${apiServer}`],
                  args: [
                    `--allow-read=${account}`,
                    "--allow-env=KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT",
                    "/script/cleanup.js",
                    formatDuration(age),
                    ...namespaces,
                  ],
                  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                  },
                  volumeMounts: [{ name: "script", mountPath: "/script", readOnly: true }],
                }],
                volumes: [{ name: "script", configMap: metadata }],
              },
            },
          },
        },
      },
    }),
  ],
});

/** Makes one file of a script and all that it imports. */
async function bundle(name: string): Promise<string> {
  const args = ["bundle", "--quiet", new URL(name, import.meta.url).pathname];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new KubescriptError(`Cannot bundle "${name}": ${new TextDecoder().decode(stderr)}`);
}

export default cleanup;
if (import.meta.main) await main(cleanup);
