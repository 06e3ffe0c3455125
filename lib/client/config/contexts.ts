/**
 * The contexts of the kubeconfig.
 *
 * @module
 */

import { readEnv } from "./env.ts";
import { type Env, loadKubeconfig } from "./kubeconfig.ts";

/**
 * Lists contexts.
 *
 * @param pattern Which of them: a name in which `*` stands for any characters and `?` for one.
 * @param options The kubeconfig and the environment, as of `resolveConfig`.
 * @returns Their names, in the order of the files.
 * @throws {ConfigError} If a kubeconfig cannot be read.
 */
export async function listContexts(
  pattern: string,
  options: { readonly kubeconfig?: string | undefined; readonly env?: Env } = {},
): Promise<string[]> {
  const { contexts } = await loadKubeconfig({ file: options.kubeconfig, env: options.env ?? readEnv });
  const source = [...pattern].map((char) => char === "*" ? ".*" : char === "?" ? "." : RegExp.escape(char)).join("");
  const matcher = new RegExp(`^${source}$`, "s");
  return [...contexts.keys()].filter((name) => matcher.test(name));
}
