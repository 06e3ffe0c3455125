import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { param } from "./param.ts";
import { type ParamSources, resolveParams } from "./params.ts";
import { script } from "./script.ts";
import { ParamsError } from "./script_error.ts";

const SHOP = script("shop", {
  params: {
    env: param.choice(["dev", "prod"], { default: "dev" }),
    image: param.string({ env: "IMAGE" }),
    replicas: param.integer({ default: 1 }),
    hosts: param.list({ default: [] }),
    wait: param.duration({ default: "5m" }),
  },
  presets: { production: { env: "prod", image: "shop:1", wait: "10m" } },
});

const VAULT = script("vault", {
  params: {
    password: param.secret({ env: "DB_PASSWORD", file: "/run/password" }),
    token: param.secret({ env: "TOKEN" }),
    key: param.secret(),
  },
});

function sources(
  given: Partial<ParamSources> & { vars?: Record<string, string>; files?: Record<string, string> },
): ParamSources {
  return {
    env: (name) => given.vars?.[name],
    readFile(path) {
      const text = given.files?.[path];
      return text === undefined ? Promise.reject(new Error("No such file")) : Promise.resolve(text);
    },
    ...given,
  };
}

Deno.test("resolveParams() takes the strongest source", async () => {
  const preset = "production";
  const vars = { IMAGE: "shop:2" };
  const file = { name: "p.yaml", content: { image: "shop:3" } };
  const flags = ["image=shop:4=x"];
  const cases: [Parameters<typeof sources>[0], image: string][] = [
    [{ preset }, "shop:1"],
    [{ preset, vars }, "shop:2"],
    [{ preset, vars, file }, "shop:3"],
    [{ preset, vars, file, flags }, "shop:4=x"],
  ];
  for (const [given, image] of cases) {
    deepStrictEqual(await resolveParams(SHOP, sources(given)), {
      env: "prod",
      image,
      replicas: 1,
      hosts: [],
      wait: 600_000,
    });
  }
});

Deno.test("resolveParams() joins lists that are given one by one", async () => {
  const values = await resolveParams(SHOP, sources({ flags: ["image=a", "hosts=x,y", "hosts=z"] }));
  deepStrictEqual(values.hosts, ["x", "y", "z"]);
});

Deno.test("resolveParams() names every mistake at once", async () => {
  const given = sources({
    flags: ["replicas=many", "imge=x", "secret", "env=dev", "env=prod"],
    file: { name: "p.yaml", content: { hosts: [1], waitt: "1m" } },
    preset: "prodction",
  });
  await rejects(resolveParams(SHOP, given), {
    name: "ParamsError",
    message: [
      'Cannot resolve the params of script "shop": 8 problems',
      '  - "imge" is unknown (from --param): did you mean "image"?',
      '  - a --param is not written as "name=value"',
      '  - "waitt" is unknown (from params file "p.yaml"): did you mean "wait"?',
      '  - preset "prodction" is unknown: did you mean "production"?',
      '  - "env" is given more than once (from --param)',
      '  - "image" is missing: give --param image=… or set IMAGE',
      '  - "replicas" must be an integer, is "many" (from --param)',
      '  - "hosts" must be a list of texts, is [1] (from params file "p.yaml")',
    ].join("\n"),
  });
});

Deno.test("resolveParams() refuses a params file that is no object", async () => {
  await rejects(resolveParams(SHOP, sources({ file: { name: "p.yaml", content: ["x"] }, flags: ["image=a"] })), {
    problems: ['params file "p.yaml" must hold an object that gives each param by its name'],
  });
});

Deno.test("resolveParams() reads secrets from the environment, files and flags", async () => {
  const given = sources({ vars: { TOKEN: "t" }, files: { "/run/password": "p\n" }, flags: ["key=k"] });
  deepStrictEqual(await resolveParams(VAULT, given), { password: "p", token: "t", key: "k" });
});

Deno.test("resolveParams() does not read a secret's file that is not needed", async () => {
  const given = sources({ flags: ["key=k", "password=p", "token=t"] });
  deepStrictEqual(await resolveParams(VAULT, given), { password: "p", token: "t", key: "k" });
});

Deno.test("resolveParams() says how to give a secret", async () => {
  await rejects(resolveParams(VAULT, sources({})), {
    problems: [
      '"password" cannot be read: No such file (from file "/run/password")',
      '"token" is missing: set TOKEN',
      '"key" is missing: give --param key=…',
    ],
  });
});

Deno.test("resolveParams() never shows a secret", async () => {
  const given = sources({
    flags: ["kye=hunter2", "hunter2", "key=hunter2", "key=hunter2", "=hunter2"],
    vars: { TOKEN: "" },
    file: { name: "p.yaml", content: { password: ["hunter2"] } },
  });
  await rejects(resolveParams(VAULT, given), (error) => {
    ok(error instanceof ParamsError);
    ok(!error.message.includes("hunter2"), error.message);
    deepStrictEqual(error.problems.length, 6);
    return true;
  });
});
