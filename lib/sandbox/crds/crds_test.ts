import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { StoredObject } from "../registry/served_resource.ts";
import { CelRules } from "./cel_rules.ts";
import type { CustomSchema, Definition } from "./definition.ts";
import { definitionStatus } from "./definition_status.ts";
import { jsonPath } from "./json_path.ts";
import { printerColumns } from "./printer_columns.ts";
import { regExpOf, validateValue } from "./validate_value.ts";

const NOW = "2026-01-01T00:00:00Z";

Deno.test("CelRules has the functions of Kubernetes", () => {
  const rules = (rule: string): CustomSchema => ({ type: "object", "x-kubernetes-validations": [{ rule }] });
  const cases: [rule: string, holds: boolean][] = [
    ["quantity('1Gi').isGreaterThan(quantity('1G'))", true],
    ["isQuantity('one')", false],
    ["[1, 2, 3].isSorted() && [1, 2].sum() == 3", true],
    ["['b', 'a'].min() == 'a' && [1, 2].max() == 2", true],
    ["['a', 'b'].indexOf('b') == 1", true],
    ["'a1b22'.findAll('[0-9]+') == ['1', '22']", true],
    ["'a1'.find('[0-9]') == '1'", true],
    ["url('https://a.example.com:80/x').getHostname() == 'a.example.com'", true],
    ["isURL('nothing')", false],
    ["isIP('::1') && ip('192.0.2.1').family() == 4", true],
    ["isCIDR('10.0.0.0/33')", false],
    ["'aXbX'.replace('X', 'y', 1) == 'aybX'", true],
  ];
  for (const [rule, holds] of cases) strictEqual(new CelRules(rules(rule)).validate({}).length === 0, holds, rule);
});

Deno.test("CelRules names fields as Kubernetes does, and compares with what was", () => {
  const schema: CustomSchema = {
    type: "object",
    properties: {
      "x-y": { type: "integer" },
      since: { type: "string", format: "date-time" },
      wait: { type: "string", format: "duration" },
      list: { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], items: ITEM },
    },
    "x-kubernetes-validations": [
      { rule: "!has(self.x__dash__y) || self.x__dash__y > 0", message: "positive" },
      { rule: "!has(self.since) || self.since < timestamp('2027-01-01T00:00:00Z')", message: "soon" },
      { rule: "!has(self.wait) || self.wait <= duration('1h')", message: "short" },
      { rule: "oldSelf.hasValue() || !has(self.list)", optionalOldSelf: true, message: "later" },
    ],
  };
  const rules = new CelRules(schema);
  const faults = (value: unknown, old?: unknown) =>
    rules.validate(value, old).map(({ field, message }) => `${field} ${message}`);
  deepStrictEqual(faults({ "x-y": 1, since: NOW, wait: "5m" }), []);
  deepStrictEqual(faults({ "x-y": 0, since: "2028-01-01T00:00:00Z", wait: "2h" }), [
    "<nil> Invalid value: positive",
    "<nil> Invalid value: soon",
    "<nil> Invalid value: short",
  ]);
  deepStrictEqual(faults({ list: [] }), ["<nil> Invalid value: later"]);
  const [before, after] = [{ list: [{ k: "a", v: 1 }] }, { list: [{ k: "b", v: 0 }, { k: "a", v: 2 }] }];
  deepStrictEqual(faults(after, before), ["list[1].v Invalid value: 2: failed rule: self == oldSelf"]);
});

const ITEM: CustomSchema = {
  type: "object",
  properties: {
    k: { type: "string" },
    v: { type: "integer", "x-kubernetes-validations": [{ rule: "self == oldSelf" }] },
  },
};

Deno.test("validateValue() does not judge again what did not change", () => {
  const schema: CustomSchema = { type: "object", properties: { a: { type: "string" }, b: { type: "string" } } };
  deepStrictEqual(validateValue({ a: 1, b: 2 }, schema, "", { a: 1 }).map(({ field }) => field), ["b"]);
});

Deno.test("regExpOf() reads expressions of Go", () => {
  ok(regExpOf("^(?i)(abort|warn)?$").test("WARN"));
  ok(regExpOf("(?P<a>x)\\z").test("x"));
  throws(() => regExpOf("["), SyntaxError);
});

Deno.test("jsonPath() finds what columns show", () => {
  const object = { a: { "b.c": [{ n: 1, t: "x" }, { n: 2, t: "y" }] } };
  const cases: [path: string, found: unknown[]][] = [
    [".a.b\\.c[1].n", [2]],
    [".a['b.c'][*].n", [1, 2]],
    [".a.b\\.c[?(@.t=='y')].n", [2]],
    [".a.b\\.c[-1].t", ["y"]],
    [".a.nothing.n", []],
    [".", [object]],
  ];
  for (const [path, found] of cases) deepStrictEqual(jsonPath(path)(object), found, path);
  throws(() => jsonPath(".a[?(@.b=~1)]"), SyntaxError);
});

Deno.test("printerColumns() shows values as their columns say", () => {
  const types = ["string", "integer", "number", "boolean", "date"];
  const columns = printerColumns(types.map((type) => ({ name: type, type, jsonPath: ".value" })));
  const cells = (value: unknown) =>
    columns.slice(1).map(({ cell }) => cell({ value } as unknown as StoredObject, Date.UTC(2026, 0, 2)));
  deepStrictEqual(cells("2026-01-01T00:00:00Z"), ["2026-01-01T00:00:00Z", null, null, null, "24h"]);
  deepStrictEqual(cells(1.5), ["1.5", 1, 1.5, null, null]);
  deepStrictEqual(cells(true), ["true", null, null, true, null]);
  deepStrictEqual(cells(undefined), [null, null, null, null, null]);
  strictEqual(printerColumns([{ name: "a", type: "string", jsonPath: "..a" }])[1]!.cell({} as StoredObject, 0), null);
  deepStrictEqual(printerColumns().map(({ name }) => name), ["Name", "Age"]);
});

Deno.test("definitionStatus() accepts names that nobody has", () => {
  const definition = (plural: string, kind: string) =>
    ({
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: "example.com",
        names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [V1],
      },
    }) as unknown as Definition;
  const first = definition("widgets", "Widget");
  const status = definitionStatus(first, [], NOW);
  deepStrictEqual(status.conditions?.map(({ type, status }) => `${type} ${status}`), [
    "NamesAccepted True",
    "Established True",
  ]);
  deepStrictEqual(status.storedVersions, ["v1"]);
  strictEqual(definitionStatus({ ...first, status }, [], "later"), status);
  const second = definitionStatus(definition("things", "Widget"), [{ ...first, status }], NOW);
  deepStrictEqual(second.conditions?.map(({ status, reason }) => `${status} ${reason}`), [
    "False ListKindConflict",
    "False NotAccepted",
  ]);
  strictEqual(second.acceptedNames.kind, "");
});

const V1 = { name: "v1", served: true, storage: true };
