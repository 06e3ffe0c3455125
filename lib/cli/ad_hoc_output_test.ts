import { strictEqual } from "node:assert/strict";
import type { ListProgress } from "../client/object_list.ts";
import { Journal } from "../engine/ad_hoc/journal.ts";
import { deleteRequest } from "../kube/write_request.ts";
import { AdHocOutput, type AdHocOutputOptions } from "./ad_hoc_output.ts";
import { type FakeHost, fakeHost } from "./fake_host_test.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const request = deleteRequest(pods, { namespace: "shop", name: "web" });
const ERASE = "\r\x1b[K";

interface Script {
  readonly host: FakeHost;
  readonly output: AdHocOutput;
  readonly journal: Journal;
}

function script(options: Partial<AdHocOutputOptions> & { readonly columns?: number } = {}): Script {
  const { columns, ...rest } = options;
  const host = fakeHost(columns === undefined ? {} : { columns });
  const settings = { verbose: false, color: "auto", dryRun: false, ...rest } as const;
  const { dryRun } = settings;
  const journal = new Journal({ dryRun, onEntry: (line, entry) => output.entry(line, entry) });
  const output = new AdHocOutput(host, journal, settings);
  return { host, output, journal };
}

function page(read: number, remaining: number | undefined, isLast = false): ListProgress {
  return { type: pods, read, remaining, isLast };
}

function yellow(text: string): string {
  return `\x1b[33m${text}\x1b[39m`;
}

const fields = [{ path: "data.a", from: "x".repeat(50), to: "y" }];

const cases: Record<string, [
  options: Parameters<typeof script>[0],
  act: (script: Script) => void,
  written: string,
]> = {
  "says nothing of writes": [{}, ({ journal }) => journal.note({ request }), ""],
  "tells every write with --verbose": [
    { verbose: true },
    ({ journal }) => journal.note({ request }),
    "deleted Pod/shop/web\n",
  ],
  "tells every write and its fields in a dry run": [
    { dryRun: true },
    ({ journal }) => journal.note({ request, fields }),
    `would delete Pod/shop/web\n    data.a: ${"x".repeat(50)} → y\n`,
  ],
  "keeps fields to the width of the terminal": [
    { dryRun: true, columns: 60 },
    ({ journal }) => journal.note({ request, fields }),
    `would delete Pod/shop/web\n    data.a: ${"x".repeat(43)}… → y\n`,
  ],
  "colours what is to be known": [
    { dryRun: true, color: "always" },
    ({ journal }) => journal.note({ request, note: "not permitted" }),
    `${yellow("would delete Pod/shop/web, not permitted")}\n`,
  ],
  "warns": [{ color: "always" }, ({ output }) => output.warn("old"), `${yellow("warning:")} old\n`],
  "sums up": [{}, ({ journal, output }) => {
    journal.note({ request });
    output.close("prod", false);
  }, 'In context "prod": deleted 1 Pod\n'],
  "sums up a dry run": [
    { dryRun: true },
    ({ output }) => output.close("prod", false),
    'Dry run in context "prod": would change nothing\n',
  ],
  "sums up what was interrupted": [
    {},
    ({ output }) => output.close("prod", true),
    'Interrupted in context "prod": changed nothing\n',
  ],
  "says nothing of a script that only reads": [{}, ({ output }) => output.close("prod", false), ""],
  "prints the sum in bold": [
    { dryRun: true, color: "always" },
    ({ output }) => output.close("prod", false),
    '\x1b[1mDry run in context "prod": would change nothing\x1b[22m\n',
  ],
  "tells how far it is every five seconds, where there is no terminal": [{}, ({ host, output, journal }) => {
    output.page(page(500, 1500));
    host.pass(5_000);
    output.page(page(1000, 1000));
    output.page(page(1500, 500));
    host.pass(4_999);
    journal.note({ request });
    host.pass(1);
    journal.note({ request });
    output.waiting(true);
  }, "read 1000 of 2000 pods\nread 1500 of 2000 pods, deleted 2 Pods\n"],
  "knows no end where the server knows none": [{}, ({ host, output }) => {
    host.pass(5_000);
    output.page(page(500, undefined));
    host.pass(5_000);
    output.page(page(600, undefined, true));
  }, "read 500 pods so far\nread 600 pods\n"],
  "draws a line on a terminal, as long as it waits": [{ columns: 80 }, ({ host, output, journal }) => {
    output.page(page(500, 1500));
    output.waiting(true);
    output.waiting(false);
    host.pass(1_000);
    output.waiting(true);
    output.waiting(false);
    journal.note({ request });
    output.waiting(true);
    output.waiting(false);
  }, `${ERASE}read 500 of 2000 pods${ERASE}${ERASE}read 500 of 2000 pods, deleted 1 Pod${ERASE}`],
  "draws no empty line": [{ columns: 80 }, ({ host, output }) => {
    host.pass(1_000);
    output.waiting(true);
    output.waiting(false);
  }, ""],
  "cuts the line to the width of the terminal": [{ columns: 10 }, ({ host, output }) => {
    host.pass(1_000);
    output.page(page(500, 1500));
    output.waiting(true);
  }, `${ERASE}read 500…`],
  "takes the line away before it writes": [{ columns: 80, verbose: true }, ({ host, output, journal }) => {
    host.pass(1_000);
    output.page(page(500, undefined, true));
    output.waiting(true);
    journal.note({ request });
    output.close("prod", false);
  }, `${ERASE}read 500 pods${ERASE}deleted Pod/shop/web\nIn context "prod": deleted 1 Pod\n`],
};
for (const [what, [options, act, written]] of Object.entries(cases)) {
  Deno.test(`AdHocOutput ${what}`, () => {
    const made = script(options);
    act(made);
    strictEqual(made.host.err(), written);
    strictEqual(made.host.out(), "");
  });
}
