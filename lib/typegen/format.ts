/**
 * Formats generated code.
 *
 * @module
 */

/**
 * Formats TypeScript as the project in a folder does.
 *
 * @param text The source.
 * @param folder A folder; its nearest `deno.json` says how code is formatted.
 * @returns The source, formatted; unchanged if this Deno may not start another, or if that fails.
 */
export async function formatTypeScript(text: string, folder: string | URL): Promise<string> {
  try {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", "--ext=ts", "-"],
      cwd: folder,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const input = new Blob([text]).stream().pipeTo(process.stdin);
    const [{ success, stdout }] = await Promise.all([process.output(), input]);
    return success ? new TextDecoder().decode(stdout) : text;
  } catch {
    return text;
  }
}
