/**
 * The error of everything that happens before the first request: kubeconfig, service account, credentials.
 *
 * @module
 */

import { KubescriptError } from "../kube/error.ts";

/** The configuration of the client is missing or wrong; the message names the file and the field. */
export class ConfigError extends KubescriptError {}
