/**
 * Copies files and folders into a container.
 *
 * @module
 */

import type { TarPackController } from "modern-tar";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import type { Ref } from "../../kube/ref.ts";
import type { KindArgument } from "../kind_finder.ts";
import { findPod, type PodAccess } from "./pods.ts";
import { parseRemotePath } from "./remote_path.ts";
import { type CopyCount, type CopyOptions, type CopyResult, runTar } from "./tar.ts";

/**
 * Copies a file or a folder into a container, which needs the program `tar`.
 *
 * Links are copied as links. A copy that is interrupted may leave a part of a file behind.
 *
 * @param access Reads objects, carries the streams.
 * @param kind The kind: Pods, or anything that has Pods, of which the best is taken.
 * @param ref Which object.
 * @param local The file or folder.
 * @param remote The path of the copy itself; folders on the way are made. Into a folder that exists, a folder is merged.
 * @param options The container, the signal.
 * @returns What was copied.
 * @throws {KubescriptError} If tar is missing or fails.
 * @throws {ApiError} If the server refuses.
 */
export async function copyTo(
  access: PodAccess,
  kind: KindArgument,
  ref: Ref,
  local: string,
  remote: string,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const { folder, name } = parseRemotePath(remote);
  // A link that the caller names is meant as what it leads to.
  const info = await Deno.stat(local);
  const { pod } = await findPod(access, kind, ref, options);
  const { createTarPacker } = await import("modern-tar");
  const { readable, controller } = createTarPacker();
  const count: CopyCount = { files: 0, bytes: 0, skipped: [] };
  // The whole path is in the archive, so that tar makes the folders on the way.
  const start = folder.startsWith("/") ? "/" : ".";
  const place = `${folder}/${name}`.replace(/^\/+/, "") || ".";
  const packing = pack(controller, local, place, info, count)
    .then(() => controller.finalize())
    .catch((error) => controller.error(error));
  const what = `copy "${local}" to ${formatRef(refOf(pod))}`;
  try {
    await runTar(access.sender, pod, ["xmof", "-", "-C", start], { ...options, stdin: readable }, what);
    return count;
  } catch (error) {
    // Nobody reads the archive any more, so that the file that is being packed has to be closed.
    controller.error(error);
    await packing;
    throw error;
  }
}

async function pack(
  controller: TarPackController,
  path: string,
  name: string,
  info: Deno.FileInfo,
  count: CopyCount,
): Promise<void> {
  const header = {
    name,
    ...(info.mtime && { mtime: info.mtime }),
    ...(info.mode !== null && { mode: info.mode & 0o7777 }),
  };
  if (info.isFile) {
    using file = await Deno.open(path);
    await file.readable.pipeTo(controller.add({ ...header, size: info.size, type: "file" }));
    count.bytes += info.size;
    count.files++;
  } else if (info.isSymlink) {
    await controller.add({ ...header, size: 0, type: "symlink", linkname: await Deno.readLink(path) }).close();
  } else if (info.isDirectory) {
    await controller.add({ ...header, name: `${name}/`, size: 0, type: "directory" }).close();
    const names = await Array.fromAsync(Deno.readDir(path), (entry) => entry.name);
    for (const child of names.sort()) {
      await pack(controller, `${path}/${child}`, `${name}/${child}`, await Deno.lstat(`${path}/${child}`), count);
    }
  } else count.skipped.push(path);
}
