import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { withFiles } from "./_with_files_test.ts";
import { readParamsFile } from "./params_file.ts";

Deno.test("readParamsFile() reads YAML and JSON", async () => {
  const cases: Record<string, Record<string, unknown>> = {
    "replicas: 3\nhosts: [a, b]\n": { replicas: 3, hosts: ["a", "b"] },
    '{"replicas": 3}': { replicas: 3 },
    "# nothing yet\n": {},
  };
  for (const [text, params] of Object.entries(cases)) {
    await withFiles({ "params.yaml": text }, async (folder) => {
      deepStrictEqual(await readParamsFile(`${folder}/params.yaml`), params);
    });
  }
});

Deno.test("readParamsFile() says what is wrong", async () => {
  const cases: Record<string, string> = {
    "- a\n": "it does not hold an object that gives each param by its name",
    "a: 1\n---\nb: 2\n": "it has 2 documents: write one object",
    "a: 1\na: 2\n": "line 2, column 1: duplicated mapping key",
  };
  for (const [text, problem] of Object.entries(cases)) {
    await withFiles({ "params.yaml": text }, async (folder) => {
      const path = `${folder}/params.yaml`;
      await rejects(readParamsFile(path), { message: `Cannot read params file "${path}": ${problem}` });
    });
  }
});

Deno.test("readParamsFile() says which file was perhaps meant", async () => {
  await withFiles({ "prod.yaml": "" }, async (folder) => {
    await rejects(readParamsFile(`${folder}/prod.yml`), (error: Error & { hint?: string }) => {
      strictEqual(error.message, `Cannot read params file "${folder}/prod.yml": it does not exist`);
      strictEqual(error.hint, `Did you mean "${folder}/prod.yaml"?`);
      return true;
    });
  });
});
