/**
 * The part of the client that a script may use while it declares its resources.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import { formatLabelSelector, parseLabelSelector } from "../kube/label_selector.ts";
import type { ScriptReader } from "../script/script_reader.ts";
import { parseRef } from "../kube/ref.ts";

/**
 * Makes a reader for scripts.
 *
 * @param client The client.
 * @param home The namespace of references and lists that name none.
 * @returns The reader.
 */
export function scriptReader(client: Client, home: string): ScriptReader {
  // The client knows objects as JSON; their types are what the script says that its kinds are.
  return {
    async get(kind, ref) {
      return await client.get(kind.type, { namespace: home, ...parseRef(ref) }) as never;
    },
    list(kind, { namespace = home, allNamespaces, labels, fields } = {}) {
      return client.list(kind.type, {
        namespace: allNamespaces ? undefined : namespace,
        labelSelector: labels === undefined ? undefined : formatLabelSelector(parseLabelSelector(labels)),
        fieldSelector: fields,
      }) as never;
    },
  };
}
