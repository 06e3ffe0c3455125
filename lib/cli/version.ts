/**
 * The versions of kubescript and of what it runs on.
 *
 * @module
 */

import project from "../../deno.json" with { type: "json" };
import { versionDocument } from "./format/json.ts";

/**
 * Tells the versions of kubescript, Deno and TypeScript.
 *
 * @param output The form of the answer.
 * @returns The answer, with a line feed.
 */
export function formatVersion(output: "text" | "json"): string {
  const versions = { kubescript: project.version, deno: Deno.version.deno, typescript: Deno.version.typescript };
  if (output === "json") return versionDocument(versions);
  return `kubescript ${versions.kubescript} (deno ${versions.deno}, typescript ${versions.typescript})\n`;
}
