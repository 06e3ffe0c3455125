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
