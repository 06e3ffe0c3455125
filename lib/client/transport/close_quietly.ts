/**
 * Closing what may have closed by itself: Deno closes a connection as soon as both of its streams have ended.
 *
 * @module
 */

/**
 * Closes a connection or a listener.
 *
 * @param resource What to close; nothing happens if it is closed.
 */
export function closeQuietly(resource: { close(): void }): void {
  try {
    resource.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
