/**
 * The error of a command line that is wrong.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";

/** The command line of a script is wrong. If nobody catches it, the process ends with exit code 64. */
export class UsageError extends KubescriptError {}
