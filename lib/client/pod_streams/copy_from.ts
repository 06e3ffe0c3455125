/**
 * Copies files and folders out of a container.
 *
 * @module
 */

import type { ParsedTarEntry } from "modern-tar";
import { KubescriptError } from "../../kube/error.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import type { Ref } from "../../kube/ref.ts";
import type { KindArgument } from "../kind_finder.ts";
import type { Sender } from "../sender.ts";
import { LocalTree } from "./local_tree.ts";
import { findPod, type PodAccess } from "./pods.ts";
import { parseRemotePath, placeOf } from "./remote_path.ts";
import { type CopyCount, type CopyOptions, type CopyResult, runTar } from "./tar.ts";

/**
 * Copies a file or a folder out of a container, which needs the program `tar`.
 *
 * Whatever the container sends, nothing is written outside of the copy. A file is there as a whole or not at all.
 *
 * @param access Reads objects, carries the streams.
 * @param kind The kind: Pods, or anything that has Pods, of which the best is taken.
 * @param ref Which object.
 * @param remote The path in the container.
 * @param local The path of the copy itself, whose parent has to exist. Into a folder that exists, a folder is merged.
 * @param options The container, the signal.
 * @returns What was copied.
 * @throws {KubescriptError} If tar is missing or fails, or sends something that does not belong to the copy.
 * @throws {ApiError} If the server refuses.
 */
export async function copyFrom(
  access: PodAccess,
  kind: KindArgument,
  ref: Ref,
  remote: string,
  local: string,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const { folder, name } = parseRemotePath(remote);
  const { sender } = access;
  const { pod } = await findPod(access, kind, ref, options);
  const what = `copy "${remote}" from ${formatRef(refOf(pod))}`;
  const { createTarDecoder } = await import("modern-tar");
  const decoder = createTarDecoder({ strict: true });
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const unpacking = unpack(decoder.readable, name, new LocalTree(local), what);
  unpacking.catch((error) => failed.abort(error));
  // Nothing is changed by it, so that a dry run does it, too.
  const connect: Sender["connect"] = (request, ...rest) => sender.connect({ ...request, verb: "get" }, ...rest);
  try {
    const args = ["cf", "-", "-C", folder, `./${name}`];
    await runTar({ connect }, pod, args, { ...options, signal, stdout: decoder.writable }, what);
    await decoder.writable.close();
    return await unpacking;
  } catch (error) {
    const first = failed.signal.aborted ? failed.signal.reason : error;
    await decoder.writable.abort(first).catch(() => {});
    await unpacking.catch(() => {});
    throw first;
  }
}

async function unpack(
  entries: ReadableStream<ParsedTarEntry>,
  root: string,
  tree: LocalTree,
  what: string,
): Promise<CopyResult> {
  const count: CopyCount = { files: 0, bytes: 0, skipped: [] };
  for await (const { header, body } of entries) {
    const place = placeIn(header.name, root, what);
    const entry = { place, mode: header.mode ?? 0o644 };
    if (header.type === "file") {
      await tree.addFile(entry, (file) => body.pipeTo(file.writable));
      count.bytes += header.size;
      count.files++;
      continue;
    }
    await body.cancel();
    if (header.type === "directory") await tree.addFolder(entry);
    else if (header.type === "link") {
      await tree.addCopy(entry, placeIn(header.linkname ?? "", root, what));
      count.files++;
    } else if (header.type !== "symlink" || !await tree.addLink(place, header.linkname ?? "")) {
      count.skipped.push(header.name);
    }
  }
  await tree.finish();
  return count;
}

function placeIn(name: string, root: string, what: string): string[] {
  const place = placeOf(name, root);
  if (place) return place;
  throw new KubescriptError(`Cannot ${what}: the archive holds "${name}", which is not part of it`, {
    hint: "Do not trust this container: tar does not send such names by itself",
  });
}
