/**
 * A log in a SQLite database, which outlives the process however it ends.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { parseJson, stringifyJson } from "../../base/json.ts";
import { KubescriptError } from "../../kube/error.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { LogEntry, StorageLog } from "./storage_log.ts";

// With a write-ahead log each write is in the hands of the operating system when it returns: a process that is killed
// loses nothing, and only a power failure can undo the last writes.
const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS revision (only INTEGER PRIMARY KEY CHECK (only = 0), value INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS object (
    stored_as TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (stored_as, key)
  ) WITHOUT ROWID;
`;

/**
 * Opens a log.
 *
 * @param path The file, which is made if it is not there.
 * @returns The log.
 * @throws {KubescriptError} If another process has it open, or it cannot be used.
 */
export function openSqliteLog(path: string): StorageLog {
  const database = openDatabase(path);
  const begin = database.prepare("BEGIN");
  const commit = database.prepare("COMMIT");
  const count = database.prepare("INSERT OR REPLACE INTO revision VALUES (0, ?)");
  const put = database.prepare("INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?)");
  const remove = database.prepare("DELETE FROM object WHERE stored_as = ? AND key = ?");
  return {
    load() {
      const last = database.prepare("SELECT value FROM revision").get() as { value: number } | undefined;
      return { revision: last?.value ?? 0, entries: readEntries(database) };
    },
    append({ revision, storedAs, key, object }) {
      begin.run();
      count.run(revision);
      if (object === undefined) remove.run(storedAs, key);
      else put.run(storedAs, key, revision, stringifyJson(object));
      commit.run();
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    // There are Secrets in it.
    Deno.writeTextFileSync(path, "", { mode: 0o600, append: true });
    database = new DatabaseSync(path);
    database.exec(SCHEMA);
    return database;
  } catch (cause) {
    database?.close();
    const { message } = cause as Error;
    const reason = message === "database is locked" ? "another sandbox uses it" : message;
    throw new KubescriptError(`Cannot open "${path}": ${reason}`, { cause });
  }
}

function* readEntries(database: DatabaseSync): Generator<LogEntry> {
  for (const row of database.prepare("SELECT stored_as, key, revision, json FROM object").iterate()) {
    const { stored_as: storedAs, key, revision, json } = row as Record<string, string> & { revision: number };
    yield { storedAs: storedAs!, key: key!, revision, object: parseJson(json!) as StoredObject };
  }
}
