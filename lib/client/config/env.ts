/**
 * The environment of the process.
 *
 * @module
 */

/**
 * Reads an environment variable.
 *
 * @param name Its name.
 * @returns Its value; `undefined` if it is not set, or must not be seen.
 */
export function readEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    // A variable that the program may not see is as good as not set.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/**
 * Reads an environment variable without ever asking for the permission.
 *
 * @param name Its name.
 * @returns Its value; `undefined` if it is not set, or the program has no permission yet.
 */
export function readPermittedEnv(name: string): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? Deno.env.get(name)
    : undefined;
}
