/**
 * The flags of the commands that serve an API, with what their help says.
 *
 * @module
 */

import type { Aliases } from "@stricli/core";
import { DEFAULT_FILTER, parsePatterns } from "../client/api_proxy/request_filter.ts";
import { flag, type Specs, text, textOr } from "./flag_specs.ts";
import { parseCount, parsePort } from "./flag_values.ts";
import { COMMON_FLAGS, type CommonFlags } from "./flags.ts";

/** Flags of `proxy`. */
export interface ProxyFlags
  extends Pick<CommonFlags, "context" | "kubeconfig" | "as" | "asGroup" | "asUid" | "color" | "verbose"> {
  /** The port. */
  readonly port?: number;
  /** The address of this machine. */
  readonly address: string;
  /** The Unix socket. */
  readonly unixSocket?: string;
  /** The path of the API. */
  readonly apiPrefix: string;
  /** The folder of files. */
  readonly www?: string;
  /** The path of the files. */
  readonly wwwPrefix: string;
  /** The names under which the proxy may be asked. */
  readonly acceptHosts?: readonly RegExp[];
  /** The paths that are passed on. */
  readonly acceptPaths: readonly RegExp[];
  /** The paths that are not. */
  readonly rejectPaths: readonly RegExp[];
  /** The methods that are not. */
  readonly rejectMethods: readonly RegExp[];
  /** Whether everything is passed on. */
  readonly disableFilter?: boolean;
}

/** Flags of `sandbox`. */
export interface SandboxFlags extends Pick<CommonFlags, "color" | "verbose"> {
  /** The port. */
  readonly port?: number;
  /** The kubeconfig to write. */
  readonly kubeconfig?: string;
  /** How many Nodes there are. */
  readonly nodes: number;
  /** The folder that keeps the objects. */
  readonly dataDir?: string;
  /** Whether roles count. */
  readonly rbac?: boolean;
  /** Whether to serve HTTPS. */
  readonly tls: boolean;
}

/** One-letter names of the flags of `proxy`, as kubectl has them. */
export const PROXY_ALIASES: Aliases<keyof ProxyFlags> = {
  p: "port",
  u: "unixSocket",
  w: "www",
  P: "wwwPrefix",
  v: "verbose",
};

const { context, kubeconfig, as, asGroup, asUid, color } = COMMON_FLAGS;

/** The flags of `proxy`. */
export const PROXY_FLAGS: Specs<ProxyFlags> = {
  port: {
    kind: "parsed",
    parse: parsePort,
    optional: true,
    placeholder: "NUMBER",
    brief: "Port to listen on; by default 8001, 0 for any that is free",
  },
  address: textOr("127.0.0.1", "IP", "Address of this machine to listen on"),
  unixSocket: text("PATH", "Unix socket to listen on instead"),
  apiPrefix: textOr("/", "PATH", "Path under which the API is found"),
  www: text("FOLDER", "Serve the files of this folder, too"),
  wwwPrefix: textOr("/static/", "PATH", "Path under which the files are found"),
  acceptHosts: {
    ...patterns("Hosts as which it may be asked, and whose pages may ask; by default this one"),
    optional: true,
  },
  acceptPaths: { ...patterns("Paths of the API that are passed on"), default: DEFAULT_FILTER.acceptPaths },
  rejectPaths: { ...patterns("Paths that are not, even so"), default: DEFAULT_FILTER.rejectPaths },
  rejectMethods: { ...patterns("Methods that are not, such as DELETE,PATCH"), default: DEFAULT_FILTER.rejectMethods },
  disableFilter: flag("Pass everything on, for anybody who can connect"),
  context,
  kubeconfig,
  as,
  asGroup,
  asUid,
  color,
  verbose: flag("Show every request, and where errors arise"),
};

/** The flags of `sandbox`. */
export const SANDBOX_FLAGS: Specs<SandboxFlags> = {
  port: {
    kind: "parsed",
    parse: parsePort,
    optional: true,
    placeholder: "NUMBER",
    brief: "Port of 127.0.0.1 to listen on; by default any that is free",
  },
  kubeconfig: text("FILE", "Kubeconfig to write, and to remove in the end; by default a temporary one"),
  nodes: { kind: "parsed", parse: parseCount, default: "1", placeholder: "NUMBER", brief: "How many Nodes there are" },
  dataDir: text("FOLDER", "Keep all objects and keys here, from one run to the next"),
  rbac: flag("Let users do what roles allow; only admin may do everything"),
  tls: { kind: "boolean", default: true, brief: "Serve HTTPS, where clients have to show who they are" },
  color,
  verbose: flag("Show where errors arise"),
};

function patterns(brief: string) {
  return { kind: "parsed", parse: parsePatterns, placeholder: "REGEXP,…", brief } as const;
}
