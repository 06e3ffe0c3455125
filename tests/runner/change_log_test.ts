import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { findWrongChanges, type ToldChange } from "./change_log.ts";

const histories = new Map([["a", { values: [1, 2, 3], deleted: false }], ["b", { values: [1], deleted: true }]]);

function told(text: string): ToldChange[] {
  return text.split(", ").map((line) => {
    const [by, uid, event, old, now] = line.split(" ") as [string, string, string, string, string];
    return { by, uid, event, old: old === "-" ? null : Number(old), now: now === "-" ? null : Number(now) };
  });
}

const right = [
  "p a appeared - 1, p a changed 1 3, p b appeared - 1, p b deleted 1 -",
  "p a appeared - 3",
  "p a appeared - 1, p a changed 1 2, q a changed 1 2, q a changed 2 3",
  "p a appeared - 1, q a appeared - 3",
];

const wrong: [text: string, why: RegExp][] = [
  ["p a appeared - 1, p a changed 1 2", /last, but it is 3/],
  ["p a appeared - 1, p a changed 2 3", /after "appeared to 1"/],
  ["p a appeared - 1, p a changed 1 3, p a changed 1 3", /after "changed to 3"/],
  ["p a appeared - 1, q a changed 2 3", /after "appeared to 1"/],
  ["p a appeared - 1, p a appeared - 3", /after "appeared to 1"/],
  ["p a appeared - 3, p b appeared - 1", /but it was deleted/],
  ["p a appeared - 4, p a changed 4 3", /which never was/],
  ["p a appeared - 3, p c appeared - 1", /nobody made it/],
];

Deno.test("findWrongChanges() accepts what is told at least once and in order", () => {
  for (const text of right) deepStrictEqual(findWrongChanges(told(text), histories), [], text);
});

Deno.test("findWrongChanges() finds what is missing, doubled or out of order", () => {
  for (const [text, why] of wrong) {
    const found = findWrongChanges(told(text), histories);
    strictEqual(found.length > 0, true, text);
    match(found.join("\n"), why);
  }
});
