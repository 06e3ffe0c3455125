/**
 * The files of a folder as answers to requests.
 *
 * @module
 */

import { extname, isAbsolute, join, relative } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".gif": "image/gif",
  ".htm": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".xml": "text/xml; charset=utf-8",
};

/**
 * Answers a request for a file.
 *
 * @param folder The folder.
 * @param path The path below it, decoded; it begins with a slash, or is empty.
 * @param address The path by which the client asks for it.
 * @returns The file, the `index.html` of a folder, or the address where that is; `undefined` if there is none, or if it
 * is not in the folder, as a link may lead out of it.
 */
export async function readStaticFile(folder: string, path: string, address: string): Promise<Response | undefined> {
  try {
    const root = await Deno.realPath(folder);
    const file = await Deno.realPath(join(root, path));
    const inside = relative(root, file);
    if (inside.startsWith("..") || isAbsolute(inside)) return undefined;
    const { isDirectory, size } = await Deno.stat(file);
    if (isDirectory && path.endsWith("/")) return await readStaticFile(folder, `${path}index.html`, address);
    // So that the links in it are right.
    if (isDirectory) return new Response(null, { status: 301, headers: { location: `${address}/` } });
    const { readable } = await Deno.open(file);
    const type = TYPES[extname(file).toLowerCase()] ?? "application/octet-stream";
    return new Response(readable, { headers: { "content-type": type, "content-length": `${size}` } });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // What cannot be read is not there, such as a name that no file can have.
    return undefined;
  }
}
