/**
 * Containers of the sandbox as processes of this machine, each in a working folder of its own.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { ContainerBehavior, ProcessContext } from "../../lib/sandbox/pods/script.ts";

/**
 * Makes containers that really run: their commands as processes, their ports as those of this machine.
 *
 * @param folder Where the working folders are.
 * @returns What containers do.
 */
export function processContainers(folder: string): ContainerBehavior {
  return {
    run: (context) => runProcess(folder, context),
    exec: (context) => runProcess(folder, context),
    port: (port) => ({ hostname: "127.0.0.1", port }),
  };
}

async function runProcess(folder: string, context: ProcessContext): Promise<number> {
  const { pod, container, args, env, signal, tty } = context;
  const cwd = join(folder, pod.metadata.uid, container.name);
  await Deno.mkdir(cwd, { recursive: true });
  const [name = "sleep", ...rest] = args.length > 0 ? args : ["sleep", "infinity"];
  const path = (env.PATH ?? Deno.env.get("PATH")!).split(delimiter).map((dir) => isAbsolute(dir) ? dir : join(cwd, dir))
    .join(delimiter);
  const program = name.includes("/") ? name : await findProgram(name, path);
  const command = tty ? terminalCommand([program, ...rest]) : ["setsid", "--wait", program, ...rest];
  // The container's own PATH may have none of this.
  const child = new Deno.Command(await findProgram(command[0]!, Deno.env.get("PATH")!), {
    args: command.slice(1),
    cwd,
    clearEnv: true,
    env: { HOME: cwd, HOSTNAME: pod.metadata.name, TERM: "xterm", ...env, PATH: path },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const onAbort = () => void killTree(child.pid);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  const input = context.stdin.pipeTo(child.stdin).catch(() => {});
  const terminal = Promise.withResolvers<string>();
  if (tty) void followSizes(context, terminal.promise);
  await Promise.all([
    copy(tty ? terminalOutput(child.stdout, terminal.resolve) : child.stdout, context.stdout),
    copy(child.stderr, context.stderr),
  ]);
  const { code, signal: killedBy } = await child.status;
  signal.removeEventListener("abort", onAbort);
  void input;
  return killedBy ? 137 : code;
}

/**
 * Tells which of the programs that such containers are made of this machine lacks.
 *
 * @returns Their names.
 */
export function missingPrograms(): string[] {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  return ["sh", "setsid", "script", "stty", "ps", "tar"].filter((name) => {
    return !folders.some((folder) => existsSync(join(folder, name)));
  });
}

async function findProgram(name: string, path: string): Promise<string> {
  for (const dir of path.split(delimiter)) {
    const file = join(dir, name);
    const isFile = await Deno.stat(file).then(({ isFile }) => isFile, () => false);
    if (isFile) return file;
  }
  throw new Error(`exec: "${name}": executable file not found in $PATH`);
}

async function copy(from: AsyncIterable<Uint8Array>, to: ProcessContext["stdout"]): Promise<void> {
  for await (const data of from) await to.write(data).catch(() => {});
}

/** A command on a terminal of its own, whose name it tells in its first line. */
function terminalCommand(command: readonly string[]): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return ["script", "-qec", `stty -onlcr; tty; stty onlcr; exec ${quoted}`, "/dev/null"];
}

async function* terminalOutput(
  stdout: ReadableStream<Uint8Array>,
  tellName: (name: string) => void,
): AsyncGenerator<Uint8Array> {
  let head: string | undefined = "";
  for await (const data of stdout) {
    if (head === undefined) {
      yield data;
      continue;
    }
    head += new TextDecoder().decode(data);
    const end = head.indexOf("\n");
    if (end < 0) continue;
    tellName(head.slice(0, end).trim());
    const rest = head.slice(end + 1);
    head = undefined;
    if (rest !== "") yield new TextEncoder().encode(rest);
  }
}

async function followSizes({ sizes }: ProcessContext, terminal: Promise<string>): Promise<void> {
  const name = await terminal;
  for await (const { width, height } of sizes) {
    await new Deno.Command("stty", { args: ["-F", name, "rows", `${height}`, "cols", `${width}`] }).output();
  }
}

/** Ends a process with all that it started, in whatever session. */
async function killTree(pid: number): Promise<void> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid="] }).output();
  const parents = new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
    line.trim().split(/\s+/).map(Number)
  );
  const doomed = [pid];
  for (const parent of doomed) doomed.push(...parents.filter(([, ppid]) => ppid === parent).map(([child]) => child!));
  for (const one of doomed.toReversed()) {
    try {
      Deno.kill(one, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
