/**
 * The contexts of the kubeconfig.
 *
 * @module
 */

import { ConfigError } from "../config_error.ts";
import { readEnv } from "./env.ts";
import { type Env, loadKubeconfig } from "./kubeconfig.ts";

/**
 * Lists contexts.
 *
 * @param pattern Which of them: a name in which `*` stands for any characters and `?` for one.
 * @param options The kubeconfig and the environment, as of `resolveConfig`.
 * @returns Their names, in the order of the files.
 * @throws {ConfigError} If a kubeconfig cannot be read, or no context is of that name.
 */
export async function listContexts(
  pattern: string,
  options: { readonly kubeconfig?: string | undefined; readonly env?: Env } = {},
): Promise<string[]> {
  const { contexts, missing } = await loadKubeconfig({ file: options.kubeconfig, env: options.env ?? readEnv });
  const source = [...pattern].map((char) => char === "*" ? ".*" : char === "?" ? "." : RegExp.escape(char)).join("");
  const matcher = new RegExp(`^${source}$`, "su");
  const names = [...contexts.keys()].filter((name) => matcher.test(name));
  if (names.length > 0) return names;
  const why = missing.length > 0 ? `: ${missing.join("; ")}` : "";
  throw new ConfigError(`Cannot find a context "${pattern}"${why}`, {
    hint: contexts.size === 0
      ? "Pass --kubeconfig FILE or set KUBECONFIG"
      : `The contexts are: ${[...contexts.keys()].join(", ")}`,
  });
}
