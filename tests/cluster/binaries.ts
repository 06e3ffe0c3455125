/**
 * Finds the programs of the test control plane, or builds them.
 *
 * They come from the folder that `KUBEBUILDER_ASSETS` names, else from a cache folder, else they are built with `go`
 * into that cache folder, whose name is a hash of what they were built from. The stand-in for a kubelet is no program
 * that anybody else has, so it is always built.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the programs of the control plane are. */
export interface Binaries {
  /** The folder that holds etcd, kubectl, kube-apiserver, kube-controller-manager and kube-scheduler. */
  readonly dir: string;
  /** The kwok program. */
  readonly kwok: string;
  /** The program that stands in for a kubelet. */
  readonly kubelet: string;
}

const kubernetesPrograms = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"];

/**
 * Finds the programs, and builds those that are nowhere to be found.
 *
 * @returns Where they are.
 * @throws {Error} If `KUBEBUILDER_ASSETS` names a folder that lacks some of them, or if they have to be built and
 * that fails.
 */
export async function findBinaries(): Promise<Binaries> {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS");
  if (!assets) {
    // The others last, as they are made of the same packages, which are then compiled.
    return { dir: await buildKubernetes(), kwok: await buildKwok(), kubelet: await buildKubelet() };
  }
  const present = new Set(await readdir(assets).catch(() => []));
  const missing = ["etcd", ...kubernetesPrograms].filter((program) => !present.has(program));
  if (missing.length > 0) {
    throw new Error(
      `Cannot use the programs in "${assets}", named by KUBEBUILDER_ASSETS: missing ${missing.join(", ")}; ` +
        "add them, or unset KUBEBUILDER_ASSETS to have all of them built",
    );
  }
  const kwok = present.has("kwok") ? join(assets, "kwok") : await buildKwok();
  return { dir: assets, kwok, kubelet: await buildKubelet() };
}

/**
 * The folder in which the test control plane keeps what outlives a command.
 *
 * @returns Its path; it need not exist.
 */
export function cacheDir(): string {
  return join(Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache"), "kubescript-test");
}

function buildKubernetes(): Promise<string> {
  return cached("controlplane", "k8s.io/kubernetes", async (module, dir) => {
    const { version } = module;
    const [major, minor] = version.slice(1).split(".");
    const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
    const settings = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
    const flags = packages.flatMap((name) =>
      Object.entries(settings).map(([key, value]) => `-X ${name}.${key}=${value}`)
    );
    await build(module, { from: "./etcd", to: join(dir, "etcd") });
    await build(module, { from: "./kube", to: join(dir, "kube"), linkerFlags: flags });
    for (const program of kubernetesPrograms) await Deno.symlink("kube", join(dir, program));
  });
}

async function buildKwok(): Promise<string> {
  const dir = await cached("kwok", "sigs.k8s.io/kwok", (module, dir) => {
    return build(module, { from: "sigs.k8s.io/kwok/cmd/kwok", to: join(dir, "kwok") });
  });
  return join(dir, "kwok");
}

async function buildKubelet(): Promise<string> {
  const dir = await cached("kubelet", "k8s.io/cri-streaming", (module, dir) => {
    return build(module, { from: ".", to: join(dir, "kubelet") });
  });
  return join(dir, "kubelet");
}

/** A Go module of this folder. */
interface GoModule {
  /** Its folder. */
  readonly path: string;
  /** The version of what it builds. */
  readonly version: string;
}

/** Returns the folder with what a Go module builds, and has it filled first if need be. */
async function cached(
  name: string,
  dependency: string,
  fill: (module: GoModule, dir: string) => Promise<void>,
): Promise<string> {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const goMod = await Deno.readTextFile(join(path, "go.mod"));
  const version = new RegExp(`^\\s*${dependency} (v\\S+)`, "m").exec(goMod)?.[1];
  if (!version) throw new Error(`Cannot tell the version of ${dependency}: "${path}/go.mod" does not require it`);
  const dir = join(cacheDir(), `${name}-${version}-${await hashSources(path)}`);
  if (await exists(dir)) return dir;

  await requireGo(path);
  await Deno.mkdir(cacheDir(), { recursive: true });
  // Filled aside and renamed, so that a build that breaks off or runs twice at once never leaves half a folder.
  const draft = await Deno.makeTempDir({ dir: cacheDir(), prefix: "building-" });
  try {
    await fill({ path, version }, draft);
    await Deno.chmod(draft, 0o755);
    await Deno.rename(draft, dir);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    if (!await exists(dir)) throw error;
  }
  return dir;
}

async function hashSources(path: string): Promise<string> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => /^go\.(mod|sum)$|\.go$/.test(entry.name))
    .map((entry) => relative(path, join(entry.parentPath, entry.name))).sort();
  const hash = createHash("sha256").update(Deno.build.target);
  for (const file of files) hash.update(file).update(await Deno.readFile(join(path, file)));
  return hash.digest("hex").slice(0, 12);
}

/** Makes sure that there is a Go that the module accepts, before anybody waits for anything. */
async function requireGo(path: string): Promise<void> {
  try {
    const { success, stderr } = await new Deno.Command("go", { args: ["list", "-m"], cwd: path }).output();
    if (!success) throw new Error(`Cannot build the test control plane: ${new TextDecoder().decode(stderr).trim()}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      'Cannot build the test control plane: there is no "go" on the PATH; install Go (https://go.dev/dl), ' +
        "or set KUBEBUILDER_ASSETS to a folder with the built programs",
    );
  }
}

async function build(
  module: GoModule,
  { from, to, linkerFlags = [] }: { from: string; to: string; linkerFlags?: string[] },
): Promise<void> {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const program = basename(to);
  console.error(`Building ${program} for the test control plane with go, which takes minutes the first time`);
  const progress = setInterval(() => console.error(`Still building ${program}, ${seconds()} s so far`), 20_000);
  try {
    const { code } = await new Deno.Command("go", {
      args: ["build", "-trimpath", "-ldflags", ["-s -w", ...linkerFlags].join(" "), "-o", to, from],
      cwd: module.path,
      env: { CGO_ENABLED: "0" },
      stdin: "null",
      stdout: "null",
    }).spawn().status;
    if (code !== 0) throw new Error(`Cannot build "${from}" in "${module.path}": go exited with code ${code}`);
    console.error(`Built ${program} in ${seconds()} s`);
  } finally {
    clearInterval(progress);
  }
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
