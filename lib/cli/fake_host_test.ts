/**
 * A process for tests: it remembers what was written, and time stands still until the test moves it.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Change } from "../plan/change.ts";
import type { Host } from "./host.ts";
import type { Invocation } from "./invocation.ts";

/** What a fake process is like. */
export interface FakeHostOptions {
  /** Whether its streams are a terminal of this width. */
  readonly columns?: number;
  /** What a person enters when asked; nobody answers by default. */
  readonly answer?: string;
}

/** A fake process. */
export interface FakeHost extends Host {
  /** What it wrote to standard output so far. */
  readonly out: () => string;
  /** What it wrote to standard error so far. */
  readonly err: () => string;
  /** The exit code, once it was ended. */
  readonly exited: () => number | undefined;
  /** Presses Ctrl-C, or sends another signal. */
  readonly interrupt: (signal?: "SIGINT" | "SIGTERM") => void;
  /** Throws an error that nobody catches. */
  readonly throw: (error: unknown) => void;
  /** Lets time pass. */
  readonly pass: (ms: number) => void;
}

/** Makes a fake process. */
export function fakeHost({ columns, answer }: FakeHostOptions = {}): FakeHost {
  const written = { out: "", err: "" };
  const listeners = new Set<(signal: "SIGINT" | "SIGTERM") => void>();
  const catchers: ((error: unknown) => void)[] = [];
  let nowMs = 0;
  let code: number | undefined;
  const isTerminal = columns !== undefined;
  const stream = (name: "out" | "err") => ({
    isTerminal,
    columns,
    write: (text: string) => void (written[name] += text),
  });
  return {
    stdout: stream("out"),
    stderr: stream("err"),
    stdin: {
      isTerminal,
      readText: () => Promise.resolve("kind: List\n"),
      readLine: () => answer === undefined ? new Promise(() => {}) : Promise.resolve(answer),
    },
    noColor: true,
    clock: { monotonic: () => nowMs } as Clock,
    onInterrupt(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    onUncaught: (callback) => void catchers.push(callback),
    exit(exitCode) {
      code ??= exitCode;
      return undefined as never;
    },
    out: () => written.out,
    err: () => written.err,
    exited: () => code,
    interrupt: (signal = "SIGINT") => listeners.forEach((listener) => listener(signal)),
    throw: (error) => catchers.forEach((callback) => callback(error)),
    pass: (ms) => void (nowMs += ms),
  };
}

/** Makes an invocation as it is without any flags. */
export function fakeInvocation<F>(host: Host, flags: F): Invocation<F & typeof DEFAULT_FLAGS> {
  return {
    host,
    subject: "shop.ts",
    named: [],
    flags: { ...DEFAULT_FLAGS, ...flags },
    signal: new AbortController().signal,
  };
}

const DEFAULT_FLAGS = {
  output: "text" as "text" | "json",
  color: "auto" as const,
  concurrency: 16,
  requestTimeout: 30_000,
  wait: true,
  timeout: 300_000,
};

/** Makes a change of an object named like `Deployment/shop/web`. */
export function change(action: Change["action"], name: string, rest: Partial<Change> = {}): Change {
  const [kind = "", ...path] = name.split("/");
  const [namespace, object = ""] = path.length === 1 ? [undefined, ...path] : path;
  const group = kind === "Deployment" ? "apps" : "";
  return {
    action,
    apiVersion: group ? `${group}/v1` : "v1",
    ref: { group, kind, namespace, name: object },
    fields: [],
    ...rest,
  };
}
