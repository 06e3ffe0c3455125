import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { isScript, script } from "../../script/script.ts";
import { ScriptError } from "../../script/script_error.ts";
import { withFiles } from "./_with_files_test.ts";
import { type LoadedScript, loadScript, type LoadScriptOptions } from "./script.ts";

const LIBRARY = new URL("../../script/script.ts", import.meta.url).href;

function load(file: string, name?: string, options?: LoadScriptOptions): Promise<LoadedScript> {
  return loadScript({ file, name, readStdin: () => Promise.resolve("kind: A\n---\nkind: B\n") }, options);
}

async function failureOf(file: string, name?: string): Promise<{ message: string; hint: string | undefined }> {
  try {
    await load(file, name);
  } catch (error) {
    if (error instanceof ScriptError) return { message: error.message, hint: error.hint };
    throw error;
  }
  return { message: "no error", hint: undefined };
}

Deno.test("loadScript() gives back a script that is given as a value", async () => {
  const source = { script: script("shop", {}), file: "shop.ts" };
  deepStrictEqual(await loadScript(source), source);
});

Deno.test("loadScript() imports the default export of a file", async () => {
  const text = `import { script } from "${LIBRARY}";\nexport default script("shop", {});\n`;
  await withFiles({ "a b/50%#.ts": text, "shop.mjs": text }, async (folder) => {
    for (const file of [`${folder}/a b/50%#.ts`, `${folder}/shop.mjs`, `file://${folder}/shop.mjs`]) {
      const loaded = await load(file);
      strictEqual(isScript(loaded.script), true);
      deepStrictEqual(loaded, { script: loaded.script, file });
    }
  });
});

const EXPORT_HINT = 'Write export default script("name", { … })';

const BAD_SCRIPTS: Record<string, { text: string; message: string; hint?: string }> = {
  "syntax.ts": {
    text: "const a = 1;\nexport default a b;\n",
    message: "syntax.ts:2:18: SyntaxError: Expected ';', got 'b'",
  },
  "twice.js": {
    text: "const a = 1;\nconst a = 2;\n",
    message: "twice.js:2:7: SyntaxError: Identifier 'a' has already been declared",
  },
  "throws.ts": {
    text: "interface A { b: string }\n\nconst a = undefined as unknown as A;\nexport default a.b;\n",
    message: "throws.ts:4:18: TypeError: Cannot read properties of undefined (reading 'b')",
  },
  "throws_text.ts": { text: 'throw "a text";\n', message: 'it threw "a text"' },
  "fails_below.ts": { text: 'import "./below/helper.ts";\n', message: "below/helper.ts:1:7: no luck" },
  "wrong.ts": {
    text: `import { script } from "${LIBRARY}";\nexport default script("shop", { drift: "no" as "repair" });\n`,
    message: 'wrong.ts:2:16: Cannot define script "shop": option "drift" must be "repair" or "report"',
  },
  "missing_module.ts": {
    text: 'import a from "./nowhere.ts";\nexport default a;\n',
    message: 'missing_module.ts:1:15: Module not found "nowhere.ts"',
  },
  "missing_package.ts": {
    text: 'import a from "nowhere";\nexport default a;\n',
    message: 'missing_package.ts:1:15: Import "nowhere" not a dependency',
    hint: 'Write "npm:nowhere", or map the name in the imports of deno.json',
  },
  "missing_export.ts": {
    text: 'import { a } from "./number.ts";\nexport default a;\n',
    message:
      "missing_export.ts:1:10: SyntaxError: The requested module './number.ts' does not provide an export named 'a'",
  },
  "missing_remote.ts": {
    text: 'import "http://127.0.0.1:1/a.ts";\n',
    message: "missing_remote.ts:1:8: Import 'http://127.0.0.1:1/a.ts' failed: Connection refused (os error 111)",
  },
  "no_default.ts": { text: "export const shop = 1;\n", message: "it has no default export", hint: EXPORT_HINT },
  "number.ts": {
    text: "export default 1;\n",
    message: "the default export is a number, not a script",
    hint: EXPORT_HINT,
  },
  "list.ts": {
    text: "export default [];\n",
    message: "the default export is an array, not a script",
    hint: EXPORT_HINT,
  },
  "function.ts": {
    text: "export default () => {};\n",
    message: "the default export is a function, not a script",
    hint: EXPORT_HINT,
  },
};

Deno.test("loadScript() says what is wrong with a script", async () => {
  const files = Object.fromEntries(Object.entries(BAD_SCRIPTS).map(([name, { text }]) => [name, text]));
  const helper = { "below/helper.ts": 'throw new Error("no luck");\n' };
  await withFiles({ ...files, ...helper }, async (folder) => {
    for (const [name, { message, hint }] of Object.entries(BAD_SCRIPTS)) {
      const failure = await failureOf(`${folder}/${name}`);
      deepStrictEqual({ ...failure, message: failure.message.replaceAll(`${folder}/`, "") }, {
        message: `Cannot load script "${name}": ${message}`,
        hint,
      });
    }
  });
});

Deno.test("loadScript() says which file was perhaps meant", async () => {
  await withFiles({ "shop.ts": "", "base.yaml": "" }, async (folder) => {
    deepStrictEqual(await failureOf(`${folder}/shpo.ts`), {
      message: `Cannot load script "${folder}/shpo.ts": it does not exist`,
      hint: `Did you mean "${folder}/shop.ts"?`,
    });
    deepStrictEqual(await failureOf(`${folder}/bsae.yaml`), {
      message: `Cannot read manifests "${folder}/bsae.yaml": it does not exist`,
      hint: `Did you mean "${folder}/base.yaml"?`,
    });
    deepStrictEqual(await failureOf(`${folder}/none/x.ts`), {
      message: `Cannot load script "${folder}/none/x.ts": it does not exist`,
      hint: undefined,
    });
  });
});

Deno.test({
  name: "loadScript() names the permission that is missing",
  permissions: { read: false },
  async fn() {
    for (const [file, action] of [["/shop.ts", "load script"], ["/base", "read manifests"]] as const) {
      deepStrictEqual(await failureOf(file), {
        message: `Cannot ${action} "${file}": it requires read access to "${file}"`,
        hint: "Run again with --allow-read",
      });
    }
  },
});

Deno.test("loadScript() stops waiting for an import by its signal", async () => {
  const text = [
    "const finish = Promise.withResolvers();",
    'addEventListener("finish", finish.resolve, { once: true });',
    'dispatchEvent(new Event("importing"));',
    "await finish.promise;",
  ].join("\n");
  await withFiles({ "slow.ts": text }, async (folder) => {
    const controller = new AbortController();
    const reason = new DOMException("stopped", "AbortError");
    addEventListener("importing", () => controller.abort(reason), { once: true });
    await rejects(load(`${folder}/slow.ts`, undefined, { signal: controller.signal }), reason);
    await rejects(load(`${folder}/slow.ts`, undefined, { signal: controller.signal }), reason);
    dispatchEvent(new Event("finish"));
  });
});

Deno.test("loadScript() tells the address of a script before it imports it", async () => {
  const headers = { "content-type": "application/typescript" };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("export default 1", { headers }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/shop.ts`;
  const told: string[] = [];
  await rejects(load(`${url}?token=s3cret`, undefined, { onRemote: (address) => told.push(address) }), {
    message: `Cannot load script "${url}": the default export is a number, not a script`,
  });
  deepStrictEqual(told, [url]);
  strictEqual(
    (await failureOf("http://example.com/shop.ts")).message,
    'Cannot load script "http://example.com/shop.ts": it is not an https address',
  );
});

Deno.test("loadScript() reads manifests from files, folders, standard input and addresses", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("kind: R\n"));
  const url = `http://127.0.0.1:${server.addr.port}/install`;
  await withFiles({ "My_App.v2.yaml": "kind: A\n", "base/b.json": '{"kind":"B"}' }, async (folder) => {
    const cases: [file: string, name: string | undefined, scriptName: string, documents: [unknown, string][]][] = [
      [`${folder}/My_App.v2.yaml`, undefined, "my-app-v2", [[{ kind: "A" }, `${folder}/My_App.v2.yaml`]]],
      [`${folder}/My_App.v2.yaml`, "shop", "shop", [[{ kind: "A" }, `${folder}/My_App.v2.yaml`]]],
      [`${folder}/base/`, undefined, "base", [[{ kind: "B" }, `${folder}/base/b.json`]]],
      [`${folder}/base/.`, undefined, "base", [[{ kind: "B" }, `${folder}/base/./b.json`]]],
      ["-", "piped", "piped", [[{ kind: "A" }, "stdin"], [{ kind: "B" }, "stdin"]]],
      [url, "remote", "remote", [[{ kind: "R" }, url]]],
    ];
    for (const [file, name, scriptName, documents] of cases) {
      const loaded = await load(file, name);
      strictEqual(loaded.script.name, scriptName);
      strictEqual(loaded.file, file);
      deepStrictEqual(loaded.documents?.map(({ value, origin }) => [value, origin.file]), documents);
    }
  });
});

Deno.test("loadScript() wants a name where the source gives none, and only there", async () => {
  const hint = "Give a name with --name";
  const rule =
    "the name must have at most 53 lower-case letters, digits and hyphens, and begin and end with a letter or digit";
  const long = `${"a".repeat(54)}.yaml`;
  const cases: [file: string, name: string | undefined, message: string, hint: string | undefined][] = [
    ["-", undefined, "Cannot name the manifests: standard input has no name", hint],
    [
      "https://me:pw@example.com/all.yaml?token=x",
      undefined,
      'Cannot name the manifests of "https://example.com/all.yaml": an address has no name',
      hint,
    ],
    ["/", undefined, `Cannot name the manifests after "/": ${rule}`, hint],
    [long, undefined, `Cannot name the manifests after "${long}": ${rule}`, hint],
    ["-", "My App", `Cannot define script "My App": ${rule}`, undefined],
    ["shop.ts", "shop", 'Cannot load script "shop.ts": it has a name of its own', "Leave out --name"],
  ];
  for (const [file, name, message, hint] of cases) deepStrictEqual(await failureOf(file, name), { message, hint });
});
