import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Storage } from "./storage.ts";
import { openSqliteLog } from "./sqlite_log.ts";

Deno.test("openSqliteLog() keeps what was written, also if the process is killed", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  const script = `
    import { Storage } from ${JSON.stringify(import.meta.resolve("./storage.ts"))};
    import { openSqliteLog } from ${JSON.stringify(import.meta.resolve("./sqlite_log.ts"))};
    const storage = new Storage({ log: openSqliteLog(${JSON.stringify(path)}) });
    for (const name of ["a", "b", "c"]) storage.put("/x", name, { apiVersion: "v1", kind: "X", metadata: { name }, big: 9007199254740993n });
    storage.delete("/x", "b");
    console.log(storage.revision);
    Deno.kill(Deno.pid, "SIGKILL");
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--ext=ts", script],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  const revision = Number(new TextDecoder().decode(stdout));
  using log = openSqliteLog(path);
  const storage = new Storage({ log });
  strictEqual(storage.revision, revision);
  deepStrictEqual([...storage.entries("/x")].map(([key, object]) => [key, object.big]), [
    ["a", 9007199254740993n],
    ["c", 9007199254740993n],
  ]);
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(path + suffix).catch(() => {});
});

Deno.test("openSqliteLog() lets nobody else write meanwhile", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  {
    using _ = openSqliteLog(path);
    throws(() => openSqliteLog(path), {
      name: "KubescriptError",
      message: `Cannot open "${path}": another sandbox uses it`,
    });
  }
  openSqliteLog(path)[Symbol.dispose]();
  await Deno.remove(path);
});
