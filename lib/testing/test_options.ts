/**
 * What tests can say about a sandbox, and about the commands that they run in it.
 *
 * @module
 */

import type { Script } from "../script/script.ts";
import type { SandboxOptions } from "../sandbox/sandbox.ts";

/** How the sandbox of a test is set up. */
export interface TestSandboxOptions extends Omit<SandboxOptions, "clock" | "wrap" | "onError"> {
  /** The time at which it starts, RFC 3339. @default {"2030-01-01T00:00:00Z"} */
  readonly now?: string | undefined;
  /** What chance begins with: uids and generated names are the same in every run. @default {1} */
  readonly seed?: number | undefined;
}

/** A script as a value, or a file, folder or https URL with a script or with manifests. */
export type TestedScript = Script | string;

/** How a script is planned. */
export interface TestPlanOptions {
  /** Values of its params. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** The name of one of its presets. */
  readonly preset?: string | undefined;
  /** The home namespace of scripts that name none. @default {"default"} */
  readonly namespace?: string | undefined;
  /** The user who runs it. @default {"admin"} */
  readonly user?: string | undefined;
}

/** How a script is applied or deleted. */
export interface TestApplyOptions extends TestPlanOptions {
  /** What may be deleted beyond the rails, as `--allow-delete` takes it. */
  readonly allowDelete?: readonly string[] | undefined;
  /** Whether a script without any object may delete the whole set. @default {false} */
  readonly allowEmpty?: boolean | undefined;
  /** Whether fields that others own are taken over. @default {false} */
  readonly forceConflicts?: boolean | undefined;
  /** Whether to wait until objects are ready, or gone; time passes meanwhile. @default {true} */
  readonly wait?: boolean | undefined;
  /** How long to wait for that. @default {"10m"} */
  readonly timeout?: string | undefined;
}

/** How a script is run. */
export interface TestRunOptions extends TestApplyOptions {
  /** The rules to run; all rules, and the resources, if there are none. */
  readonly rules?: readonly string[] | undefined;
  /** Whether everything is done once. @default {false} */
  readonly once?: boolean | undefined;
}

/** Who does something, besides the script. */
export interface TestUser {
  /** The groups; by default it may do everything. @default {["system:masters"]} */
  readonly groups?: readonly string[] | undefined;
  /** In whose name fields are owned. @default {the user's name} */
  readonly fieldManager?: string | undefined;
}
