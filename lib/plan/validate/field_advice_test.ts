import { strictEqual } from "node:assert/strict";
import { type Schema, schemaFinder } from "../../kube/schema.ts";
import { adviceForField, type Level } from "./field_advice.ts";

const TEXT = { type: "string" };

function object(properties: Schema["properties"]): Schema {
  return { type: "object", properties: properties! };
}

const CONTAINER = object({ image: TEXT, env: { type: "array", items: object({ value: TEXT }) }, name: TEXT });
const POD = object({
  containers: { type: "array", items: { $ref: "#/components/schemas/Container" } },
  restartPolicy: TEXT,
  ...Object.fromEntries(
    ["a", "b", "c", "d", "e", "f", "g"].map((field) => [`${field}Volumes`, object({ path: TEXT })]),
  ),
});
const TEMPLATE = object({ metadata: object({ labels: TEXT }), spec: POD });
const SPEC = object({ replicas: { type: "integer" }, template: TEMPLATE });
const ROOT = object({ metadata: object({ labels: TEXT }), spec: SPEC, status: object({ phase: TEXT }) });

const AT = {
  root: [{ schema: ROOT, depth: 0 }],
  spec: [{ schema: ROOT, depth: 0 }, { schema: SPEC, depth: 1 }],
  pod: [
    { schema: ROOT, depth: 0 },
    { schema: SPEC, depth: 1 },
    { schema: TEMPLATE, depth: 2 },
    { schema: POD, depth: 3 },
  ],
} as const satisfies Record<string, readonly Level[]>;
const PATHS = { root: [], spec: ["spec"], pod: ["spec", "template", "spec"] };

Deno.test("adviceForField() tells what may be meant", () => {
  const cases: [at: keyof typeof AT, field: string, advice: string][] = [
    ["spec", "replica", ': did you mean "replicas"?'],
    ["pod", "RestartPolicy", ': did you mean "restartPolicy"?'],
    ["spec", "containers", " here: it belongs in spec.template.spec"],
    ["pod", "image", " here: it belongs in spec.template.spec.containers[]"],
    ["pod", "replicas", " here: it belongs in spec"],
    ["pod", "labels", " here: it belongs in spec.template.metadata"],
    ["spec", "labels", " here: it belongs in spec.template.metadata or in metadata"],
    ["root", "labels", " here: it belongs in metadata"],
    ["pod", "spec", " here: it belongs in spec.template"],
    ["pod", "status", " here: it belongs at the top level"],
    // Too many places are no advice, and neither is the status.
    ["pod", "path", ""],
    ["root", "phase", ': known are "metadata", "spec" and "status"'],
    ["spec", "constructor", ': known are "replicas" and "template"'],
  ];
  const find = schemaFinder({ Container: CONTAINER });
  for (const [at, field, advice] of cases) {
    strictEqual(adviceForField([...PATHS[at], field], AT[at], find), advice, field);
  }
});
