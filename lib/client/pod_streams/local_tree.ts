/**
 * A file or folder of this machine that an archive is unpacked to. Nothing is written outside of it, whatever the archive
 * says, and no link is followed on the way.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";

/** What can be unpacked. */
export interface TreeEntry {
  /** The names that lead to it; none for the tree itself. */
  readonly place: readonly string[];
  /** The permissions. */
  readonly mode: number;
}

const PERMISSIONS = 0o777;
const isWindows = Deno.build.os === "windows";

/** A tree that grows entry by entry. */
export class LocalTree {
  readonly #root: string;
  readonly #folders = new Set<string>();
  readonly #modes: { readonly path: string; readonly mode: number }[] = [];
  readonly #links: { readonly path: string; readonly target: string }[] = [];

  /**
   * Names a tree.
   *
   * @param root Its path, which need not exist; its parent has to.
   */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Adds a folder; it may exist.
   *
   * @param entry The folder.
   */
  async addFolder({ place, mode }: TreeEntry): Promise<void> {
    // In the end, as it may forbid to add to it.
    this.#modes.push({ path: await this.#folder(place), mode });
  }

  /**
   * Adds a file. It is there as a whole or not at all; one of that name is replaced.
   *
   * @param entry The file.
   * @param write Writes the content to a new file.
   */
  async addFile({ place, mode }: TreeEntry, write: (file: Deno.FsFile) => Promise<void>): Promise<void> {
    const path = await this.#pathOf(place);
    const draft = await Deno.makeTempFile({ dir: path.replace(/[^/\\]*$/, "") || ".", prefix: ".copy-" });
    try {
      using file = await Deno.open(draft, { write: true });
      await write(file);
      await setMode(draft, mode);
      await Deno.rename(draft, path);
    } catch (error) {
      await Deno.remove(draft).catch(() => {});
      throw error;
    }
  }

  /**
   * Adds a file that is the same as another one of the tree.
   *
   * @param entry The file.
   * @param original The names that lead to the other one.
   */
  async addCopy(entry: TreeEntry, original: readonly string[]): Promise<void> {
    using source = await Deno.open(await this.#pathOf(original, (info) => info?.isFile === true));
    await this.addFile(entry, (file) => source.readable.pipeTo(file.writable));
  }

  /**
   * Adds a symbolic link when all else is there, so that nothing is ever written through it.
   *
   * @param place The names that lead to it.
   * @param target What it says.
   * @returns Whether it stays within the tree; else it is not added.
   */
  async addLink(place: readonly string[], target: string): Promise<boolean> {
    const path = await this.#pathOf(place);
    const staysInside = leadsInside(place, target);
    if (staysInside) this.#links.push({ path, target });
    return staysInside;
  }

  /** Makes the links, and sets the permissions of folders. */
  async finish(): Promise<void> {
    for (const { path, target } of this.#links) {
      if ((await look(path))?.isSymlink) await Deno.remove(path);
      await Deno.symlink(target, path);
    }
    for (const { path, mode } of this.#modes.reverse()) await setMode(path, mode);
  }

  async #pathOf(
    place: readonly string[],
    isExpected: (info: Deno.FileInfo | undefined) => boolean = (info) => !info?.isDirectory,
  ): Promise<string> {
    const name = place.at(-1);
    const path = name === undefined ? this.#root : `${await this.#folder(place.slice(0, -1))}/${name}`;
    if (name !== undefined) checkName(name);
    if (!isExpected(await look(path))) throw new KubescriptError(`Cannot write "${path}": something else is there`);
    return path;
  }

  // The tree itself is named by the caller, and may be a link.
  async #folder(place: readonly string[]): Promise<string> {
    const path = [this.#root, ...place].join("/");
    if (this.#folders.has(path)) return path;
    if (place.length > 0) await this.#folder(place.slice(0, -1));
    place.slice(-1).forEach(checkName);
    const info = place.length === 0 ? await Deno.stat(path).catch(ifMissing) : await look(path);
    if (!info) await Deno.mkdir(path);
    else if (!info.isDirectory) throw new KubescriptError(`Cannot write into "${path}": it is not a folder`);
    this.#folders.add(path);
    return path;
  }
}

/**
 * Tells whether a link of a tree leads to something in the tree. It must not go up after it has gone down: what it goes
 * down to may be a link as well, and up from there may be elsewhere.
 *
 * @param place The names that lead to the link.
 * @param target What it says.
 * @returns Whether it stays inside.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * ok(leadsInside(["lib", "a.so"], "../b.so"));
 * ok(!leadsInside(["lib", "a.so"], "../../b.so"));
 * ok(!leadsInside(["a"], "b/.."));
 * ```
 */
export function leadsInside(place: readonly string[], target: string): boolean {
  const segments = target.split("/").filter((segment) => segment !== "" && segment !== ".");
  const firstDown = segments.findIndex((segment) => segment !== "..");
  const ups = firstDown < 0 ? segments.length : firstDown;
  const goesUpAgain = segments.slice(ups).includes("..");
  return place.length > 0 && !target.startsWith("/") && !goesUpAgain && ups < place.length;
}

// To Windows, such a name is a path.
function checkName(name: string): void {
  if (isWindows && /[\\:]/.test(name)) throw new KubescriptError(`Cannot write "${name}": Windows has no such names`);
}

async function setMode(path: string, mode: number): Promise<void> {
  if (!isWindows) await Deno.chmod(path, mode & PERMISSIONS);
}

function look(path: string): Promise<Deno.FileInfo | undefined> {
  return Deno.lstat(path).catch(ifMissing);
}

function ifMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
