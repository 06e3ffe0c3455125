import { deepStrictEqual } from "node:assert/strict";
import { findKnownMistakes } from "./known_mistakes.ts";

type Fields = Readonly<Record<string, unknown>>;

function mistakesIn(apiVersion: string, kind: string, fields: Fields): string[] {
  const object = { metadata: { name: "a" }, ...fields, apiVersion, kind };
  return findKnownMistakes(object).map(({ path, message, incomplete }) => {
    return `${path.join(".")} ${message}${incomplete ? " (incomplete)" : ""}`;
  });
}

function template(spec: Fields, labels: unknown = { app: "web" }): Fields {
  return { metadata: { labels }, spec };
}

const CONTAINER = { name: "web", image: "web:1" };

const CASES: readonly [what: string, kind: readonly [string, string], fields: Fields, mistakes: string[]][] = [
  ["a name", ["v1", "ConfigMap"], { metadata: { name: "a.b-1" } }, []],
  ["a name with other letters", ["v1", "ConfigMap"], { metadata: { name: "A_b" } }, [
    'metadata.name is "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, ' +
    "'-' or '.', and must start and end with an alphanumeric character",
  ]],
  ["a name of a custom resource", ["example.com/v1", "Event"], { metadata: { name: "a:b" } }, [
    'metadata.name is "a:b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, ' +
    "'-' or '.', and must start and end with an alphanumeric character",
  ]],
  ["a Service with dots", ["v1", "Service"], { metadata: { name: "a.b" } }, [
    'metadata.name is "a.b": must not contain dots',
  ]],
  ["a role", ["rbac.authorization.k8s.io/v1", "ClusterRole"], { metadata: { name: "system:a" } }, []],
  ["a request for a certificate", ["certificates.k8s.io/v1", "CertificateSigningRequest"], {
    metadata: { name: "a:b" },
  }, []],
  ["an event", ["v1", "Event"], { metadata: { name: "A_b" } }, []],
  ["labels", ["v1", "ConfigMap"], { metadata: { name: "a", labels: { "a b": "x", a: "x y", b: "" } } }, [
    "metadata.labels.a b is \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must " +
    "start and end with an alphanumeric character",
    "metadata.labels.a is \"x y\": a valid label must be an empty string or consist of alphanumeric characters, '-', " +
    "'_' or '.', and must start and end with an alphanumeric character",
  ]],
  ["annotations", ["v1", "ConfigMap"], {
    metadata: { name: "a", annotations: { "Example.COM/a": "x y", "a/b/c": "" } },
  }, [
    "metadata.annotations.a/b/c is \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or " +
    "'.', and must start and end with an alphanumeric character",
  ]],
  ["keys of data", ["v1", "Secret"], { data: { "a/b": "" }, stringData: { "..": "" } }, [
    "data.a/b is \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    "stringData... is \"..\": must not be '..'",
  ]],
  ["ports", ["v1", "Service"], { spec: { ports: [{ port: 80, targetPort: 8080 }] } }, []],
  ["ports without names", ["v1", "Service"], { spec: { ports: [{ port: 80 }, { port: 81, name: "b" }] } }, [
    "spec.ports.0.name is missing, as there are several ports (incomplete)",
  ]],
  ["ports of one name", ["v1", "Service"], { spec: { ports: [{ name: "a", port: 1 }, { name: "a", port: 2 }] } }, [
    'spec.ports.1.name is "a", as that of another one',
  ]],
  ["a target port in quotes", ["v1", "Service"], { spec: { ports: [{ port: 80, targetPort: "8080" }] } }, [
    'spec.ports.0.targetPort is "8080": must contain at least one letter (a-z)',
  ]],
  ["paths of an Ingress", ["networking.k8s.io/v1", "Ingress"], {
    spec: {
      rules: [{ http: { paths: [{ path: "a", pathType: "Prefix" }, { pathType: "Exact" }, { pathType: "X" }] } }],
    },
  }, [
    'spec.rules.0.http.paths.0.path must begin with "/", is "a"',
    "spec.rules.0.http.paths.1.path is missing",
  ]],
  ["the name of a definition", ["apiextensions.k8s.io/v1", "CustomResourceDefinition"], {
    spec: { group: "example.com", names: { plural: "things" } },
  }, ['metadata.name must be "things.example.com", is "a"']],
  ["a selector that matches", ["apps/v1", "Deployment"], {
    spec: { selector: { matchLabels: { app: "web" } }, template: template({ containers: [CONTAINER] }) },
  }, []],
  ["a selector that does not match", ["apps/v1", "Deployment"], {
    spec: { selector: { matchLabels: { app: "wob", tier: "x" } }, template: template({ containers: [CONTAINER] }) },
  }, [
    'spec.template.metadata.labels.app is "web", while spec.selector demands "wob"',
    'spec.template.metadata.labels.tier is missing, and spec.selector demands "x" (incomplete)',
  ]],
  ["an empty selector", ["apps/v1", "DaemonSet"], {
    spec: { selector: {}, template: template({ containers: [CONTAINER] }) },
  }, ["spec.selector is empty"]],
  ["a selector of expressions", ["apps/v1", "DaemonSet"], {
    spec: { selector: { matchExpressions: [{ key: "a", operator: "Exists" }] }, template: template({}) },
  }, []],
  ["the labels of a template", ["apps/v1", "Deployment"], { spec: { template: template({}, { a: "x y" }) } }, [
    'spec.template.metadata.labels.a is "x y": a valid label must be an empty string or consist of alphanumeric ' +
    "characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ]],
  [
    "a Job that would run for ever",
    ["batch/v1", "Job"],
    { spec: { template: template({ restartPolicy: "Always" }) } },
    [
      'spec.template.spec.restartPolicy must be "OnFailure" or "Never", is "Always"',
    ],
  ],
  ["a CronJob without a policy", ["batch/v1", "CronJob"], {
    spec: { jobTemplate: { spec: { template: template({}) } } },
  }, [
    'spec.jobTemplate.spec.template.spec.restartPolicy is missing: write "OnFailure" or "Never" (incomplete)',
  ]],
  ["a Deployment that would end", ["apps/v1", "Deployment"], {
    spec: { template: template({ restartPolicy: "Never" }) },
  }, [
    'spec.template.spec.restartPolicy must be "Always", is "Never"',
  ]],
  ["a Pod that ends", ["v1", "Pod"], { spec: { restartPolicy: "Never", containers: [CONTAINER] } }, []],
  ["containers", ["v1", "Pod"], { spec: { containers: [{ name: "a_b" }, { name: "c", image: "" }] } }, [
    'spec.containers.0.name is "a_b": a lowercase RFC 1123 label must consist of lower case alphanumeric characters ' +
    "or '-', and must start and end with an alphanumeric character",
    "spec.containers.0.image is missing (incomplete)",
    "spec.containers.1.image is empty",
  ]],
  ["a container of an init container's name", ["v1", "Pod"], {
    spec: { initContainers: [CONTAINER], containers: [CONTAINER] },
  }, ['spec.containers.0.name is "web", as that of an init container']],
  ["ports of a container", ["v1", "Pod"], {
    spec: { containers: [{ ...CONTAINER, ports: [{ name: "http" }, { name: "http" }, { name: "HTTP" }] }] },
  }, [
    'spec.containers.0.ports.2.name is "HTTP": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    'spec.containers.0.ports.2.name is "HTTP": must contain at least one letter (a-z)',
    'spec.containers.0.ports.1.name is "http", as that of another one',
  ]],
  ["volumes", ["v1", "Pod"], {
    spec: {
      volumes: [{ name: "data" }],
      containers: [{ ...CONTAINER, volumeMounts: [{ name: "data" }, { name: "dta" }] }],
    },
  }, [
    'spec.containers.0.volumeMounts.1.name is "dta", and there is no such volume: did you mean "data"? (incomplete)',
  ]],
  ["volumes that are claimed", ["apps/v1", "StatefulSet"], {
    spec: {
      template: template({ containers: [{ ...CONTAINER, volumeMounts: [{ name: "data" }] }] }),
      volumeClaimTemplates: [{ metadata: { name: "data" } }],
    },
  }, []],
  ["requests", ["v1", "Pod"], {
    spec: {
      containers: [{
        ...CONTAINER,
        resources: {
          requests: { cpu: 2, memory: "1Gi", storage: "x" },
          limits: { cpu: "1500m", memory: "1024Mi", storage: 1 },
        },
      }],
    },
  }, ['spec.containers.0.resources.requests.cpu is 2, which is more than the limit of "1500m"']],
  ["what is not of its type", ["apps/v1", "Deployment"], {
    metadata: { name: 5, labels: "x" },
    spec: { selector: [], template: { spec: { containers: "x", volumes: 1 }, metadata: null } },
  }, ["spec.selector is empty"]],
  ["no spec", ["apps/v1", "Deployment"], { spec: null }, []],
];

Deno.test("findKnownMistakes() tells what no schema tells", () => {
  for (const [what, [apiVersion, kind], fields, mistakes] of CASES) {
    deepStrictEqual(mistakesIn(apiVersion, kind, fields), mistakes, what);
  }
});
