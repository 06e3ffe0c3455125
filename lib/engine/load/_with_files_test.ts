/**
 * Folders of files for the tests here.
 *
 * @module
 */

/**
 * Makes a folder with files while the work lasts.
 *
 * @param files The texts of the files by path; a text like `-> target` makes a symbolic link.
 * @param work What to do with the folder.
 */
export async function withFiles(files: Record<string, string>, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.replace(/[^/]*$/, ""), { recursive: true });
      if (text.startsWith("-> ")) await Deno.symlink(text.slice(3), path);
      else await Deno.writeTextFile(path, text);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
