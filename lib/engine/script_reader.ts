/**
 * The part of the client that a script may use while it declares its resources.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import type { ScriptReader } from "../script/script_reader.ts";

/**
 * Makes a reader for scripts.
 *
 * @param client The client.
 * @param home The namespace of references and lists that name none.
 * @returns The reader; it cannot write, whatever the script tries.
 */
export function scriptReader(client: Client, home: string): ScriptReader {
  const reader = client.inNamespace(home);
  return {
    get: (kind, ref) => reader.get(kind, ref),
    list: (kind, options) => reader.list(kind, options),
  };
}
