import { strictEqual } from "node:assert/strict";
import { parseYamlDocuments } from "./yaml.ts";
import { YamlLines } from "./yaml_lines.ts";

const TEXT = `# The first.
---
kind: Deployment
base: &base
  image: web:1
spec:
  "replicas": "3"
  template: { spec: { containers: [
    { name: a },
    { name: b, ports: [80,
      81] }
] } }
  list:
  - one
  -
    - nested
  - <<: *base
    text: |
      several
      lines
    after: 1
  other: *base
  8080: port
---
---
kind: Second
`;

Deno.test("YamlLines finds the lines of values", () => {
  const lines = new YamlLines(TEXT);
  const cases: [path: (string | number)[], line: number][] = [
    [[], 3],
    [["kind"], 3],
    [["spec", "replicas"], 7],
    [["spec", "template", "spec", "containers", 1, "name"], 10],
    [["spec", "template", "spec", "containers", 1, "ports", 1], 11],
    [["spec", "list", 0], 14],
    [["spec", "list", 1, 0], 16],
    [["spec", "list", 2, "after"], 21],
    [["spec", "8080"], 23],
    // What is written elsewhere, or nowhere.
    [["spec", "list", 2, "image"], 17],
    [["spec", "other", "image"], 22],
    [["spec", "missing", "field"], 6],
    [["spec", "list", 5], 13],
    [["spec", "list", "name"], 13],
    [["spec", "replicas", 0], 7],
  ];
  for (const [path, line] of cases) strictEqual(lines.find(3, path), line, path.join("."));
  strictEqual(lines.find(26, ["kind"]), 26);
});

Deno.test("YamlLines agrees with parseYamlDocuments() on where documents begin", () => {
  for (const text of [TEXT, "\n\n{}", "- a\r\n---\r\n# b\r\n- c\r\n", '{\n  "a": [\n 1\n]}']) {
    for (const { line } of parseYamlDocuments(text)) strictEqual(new YamlLines(text).find(line, []), line, text);
  }
});
