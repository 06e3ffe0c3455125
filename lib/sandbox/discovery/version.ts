/**
 * What `/version` tells.
 *
 * @module
 */

import { SERVER_VERSION } from "../../kinds/openapi_files.ts";

/**
 * Tells the version of Kubernetes as which the sandbox behaves.
 *
 * @returns `version.Info`.
 *
 * @example Usage
 * ```ts
 * import { match } from "node:assert/strict";
 *
 * match(versionInfo().gitVersion!, /^v1\./);
 * ```
 */
export function versionInfo(): Readonly<Record<string, string>> {
  const [, major = "", minor = ""] = SERVER_VERSION.match(/^v(\d+)\.(\d+)/) ?? [];
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: SERVER_VERSION,
    gitCommit: "kubescript-sandbox",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "none",
    compiler: "none",
    platform: "deno",
  };
}
