import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type CheckpointLine, checkpointLine, formatLine, replay } from "./checkpoint_log.ts";
import { MemoryCheckpoints } from "./memory_checkpoints.ts";

function replayed(...texts: string[]): MemoryCheckpoints {
  const checkpoints = new MemoryCheckpoints();
  for (const text of texts) replay(text, checkpoints);
  return checkpoints;
}

Deno.test("replay() gives back any checkpoint as it was written", () => {
  const text = fc.string({ unit: "grapheme" });
  const checkpoint = fc.record({
    uid: text.filter((uid) => uid !== ""),
    namespace: fc.option(text.filter((name) => name !== ""), { nil: undefined }),
    name: text,
    value: text,
    hashed: fc.boolean(),
  });
  fc.assert(fc.property(text, checkpoint, (rule, { namespace, hashed, ...rest }) => {
    const written = { ...rest, ...(namespace !== undefined && { namespace }), ...(hashed && { hashed }) };
    deepStrictEqual([...replayed(formatLine(checkpointLine(rule, written))).list(rule)], [written]);
  }));
});

Deno.test("replay() lets later lines override earlier ones", () => {
  const set = (uid: string, value: string): CheckpointLine => checkpointLine("images", { uid, name: "web", value });
  const lines: CheckpointLine[] = [["empty"], set("1", "a"), set("2", "b"), ["images", "1"], set("2", "c")];
  const checkpoints = replayed(lines.map(formatLine).join("\n"));
  deepStrictEqual([...checkpoints.list("images")], [{ uid: "2", name: "web", value: "c" }]);
  deepStrictEqual([checkpoints.has("empty"), checkpoints.has("images"), checkpoints.has("other")], [true, true, false]);
});

Deno.test("replay() says the same, however often it reads a text, and takes an empty one", () => {
  const text = formatLine(checkpointLine("images", { uid: "1", name: "web", value: "a" }));
  deepStrictEqual([...replayed(text, "", text, text).list("images")], [{ uid: "1", name: "web", value: "a" }]);
});
