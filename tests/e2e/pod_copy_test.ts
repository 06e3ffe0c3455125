import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Pod } from "../../lib/kinds/mod.ts";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import type { PodClient } from "../../lib/client/pod_client.ts";
import { mostHeldBytes } from "../support/memory.ts";
import { connectTo, startPod } from "./pods.ts";

const cluster = testCluster();

/** A folder that lasts as long as its variable. */
async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "kubescript-copy-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Lists what a folder holds: permissions, names, and content or target. */
async function listTree(root: string, place: string = ""): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${root}/${place}`));
  const lines = await Promise.all(entries.map(async ({ name }) => {
    const path = `${place}${name}`;
    const { isDirectory, isSymlink, mode } = await Deno.lstat(`${root}/${path}`);
    const permissions = (mode! & 0o777).toString(8);
    if (isSymlink) return [`${path} -> ${await Deno.readLink(`${root}/${path}`)}`];
    if (isDirectory) return [`${permissions} ${path}/`, ...await listTree(root, `${path}/`)];
    return [`${permissions} ${path} ${await Deno.readTextFile(`${root}/${path}`)}`];
  }));
  return lines.flat().sort();
}

async function run(k: PodClient, script: string, stdin: string = ""): Promise<string> {
  const { exitCode, stdout, stderr } = await k.exec(Pod, "web", ["sh", "-c", script], { stdin });
  strictEqual(exitCode, 0, stderr);
  return stdout;
}

const LONG_NAME = `${"n".repeat(120)}/${"m".repeat(150)}.txt`;
const TREE = [
  "-> a b",
  "555 read only/",
  "600 secret s",
  "644 a b a",
  "700 run.sh r",
  "755 empty/",
  `644 ${LONG_NAME} l`,
  `755 ${LONG_NAME.split("/")[0]}/`,
  "444 read only/file f",
  "644 ünïcode ü",
  "read only/up -> ../a b",
].filter((line) => !line.startsWith("->")).concat("link -> a b").sort();

const MAKE_TREE = `mkdir -p tree/empty "tree/read only" tree/${LONG_NAME.split("/")[0]} && cd tree && umask 022 &&
  printf a > "a b" && printf s > secret && chmod 600 secret && printf r > run.sh && chmod 700 run.sh &&
  printf l > ${LONG_NAME} && printf f > "read only/file" && chmod 444 "read only/file" && printf ü > ünïcode &&
  ln -s "a b" link && ln -s "../a b" "read only/up" && chmod 555 "read only"`;

Deno.test("D5: copyFrom() and copyTo() keep names, permissions, empty folders and links", async () => {
  await using namespace = await cluster.namespace("copy");
  await using folder = await temporaryFolder();
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  await run(k, MAKE_TREE);
  const local = `${folder.path}/copy`;
  deepStrictEqual(await k.copyFrom(Pod, "web", "tree", local), { files: 6, bytes: 7, skipped: [] });
  deepStrictEqual(await listTree(local), TREE);

  await Deno.mkdir(`${folder.path}/back`);
  deepStrictEqual(await k.copyTo(Pod, "web", local, "some/where/else"), { files: 6, bytes: 7, skipped: [] });
  await k.copyFrom(Pod, "web", "./some/where/else/", `${folder.path}/back`);
  deepStrictEqual(await listTree(`${folder.path}/back`), TREE);
});

Deno.test("D5: copyFrom() and copyTo() copy single files, to the name that is given", async () => {
  await using namespace = await cluster.namespace("copy");
  await using folder = await temporaryFolder();
  using k = await connectTo(namespace);
  await startPod(namespace, "web", [{ name: "app" }, { name: "side" }]);
  await Deno.writeTextFile(`${folder.path}/a.txt`, "one");
  await k.copyTo(Pod, "web", `${folder.path}/a.txt`, "etc/app/b.txt", { container: "side" });
  await k.copyFrom(Pod, "web", "etc/app/b.txt", `${folder.path}/c.txt`, { container: "side" });
  await k.copyFrom(Pod, "web", "etc/app/b.txt", `${folder.path}/a.txt`, { container: "side" });
  deepStrictEqual(await listTree(folder.path), ["644 a.txt one", "644 c.txt one"]);
  const absolute = `${(await k.exec(Pod, "web", ["pwd"], { container: "side" })).stdout.trim()}/etc/app`;
  await k.copyFrom(Pod, "web", absolute, `${folder.path}/app`, { container: "side" });
  deepStrictEqual(await listTree(`${folder.path}/app`), ["644 b.txt one"]);
});

Deno.test("D5: copyFrom() and copyTo() carry 200 MB as they are, without holding them", async () => {
  await using namespace = await cluster.namespace("copy");
  await using folder = await temporaryFolder();
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  await run(k, "head -c 200000000 /dev/urandom > big");
  const mostBytes = await mostHeldBytes(async () => {
    await k.copyFrom(Pod, "web", "big", `${folder.path}/big`);
    await k.copyTo(Pod, "web", `${folder.path}/big`, "back");
  });
  ok(mostBytes < 50_000_000, `${mostBytes} bytes were held`);
  await run(k, "cmp big back");
});

Deno.test("D5: copyFrom() follows no link that leads out, and leaves out what is no file", async () => {
  await using namespace = await cluster.namespace("copy");
  await using folder = await temporaryFolder();
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  await run(
    k,
    "mkdir -p t/sub && cd t && ln -s /etc/passwd abs && ln -s ../../x sub/up && ln -s sub/.. tricky && mkfifo pipe && echo > f && ln f hard",
  );
  const { skipped } = await k.copyFrom(Pod, "web", "t", `${folder.path}/t`);
  deepStrictEqual([...skipped].sort(), ["./t/abs", "./t/pipe", "./t/sub/up", "./t/tricky"]);
  deepStrictEqual(await listTree(`${folder.path}/t`), ["644 f \n", "644 hard \n", "755 sub/"]);
});

/** Starts a Pod whose tar sends what the test wants: entries of the real tar under other names. */
async function startEvilPod(namespace: TestNamespace, k: PodClient, transform: string): Promise<void> {
  const env = [{ name: "PATH", value: `bin:${Deno.env.get("PATH")}` }];
  await startPod(namespace, "web", [{ name: "app", env }]);
  await run(k, "mkdir -p bin t && echo evil > t/f && cat > bin/tar && chmod +x bin/tar", transform);
}

const evilArchives = [
  { name: "climbs out", script: `exec /bin/tar cPf - --transform 's,^t/f,t/../../evil,' t` },
  { name: "names an absolute path", script: `exec /bin/tar cPf - --transform 's,^t/f,/tmp/kubescript-evil,' t` },
  { name: "is of something else", script: `exec /bin/tar cPf - --transform 's,^t,u,' t` },
];
for (const { name, script } of evilArchives) {
  Deno.test(`D5: copyFrom() refuses an archive that ${name}`, async () => {
    await using namespace = await cluster.namespace("copy");
    await using folder = await temporaryFolder();
    using k = await connectTo(namespace);
    await startEvilPod(namespace, k, `#!/bin/sh\n${script}\n`);
    await rejects(k.copyFrom(Pod, "web", "t", `${folder.path}/t`), {
      name: "KubescriptError",
      message: /^Cannot copy "t" from Pod\/.*\/web: the archive holds ".*", which is not part of it$/,
    });
    const left = await listTree(folder.path);
    strictEqual(left.some((line) => line.includes("evil")), false, left.join());
  });
}

Deno.test("D5: copyFrom() writes through no link, whether it is in the archive or was there before", async () => {
  await using namespace = await cluster.namespace("copy");
  await using folder = await temporaryFolder();
  using k = await connectTo(namespace);
  // First a link "t/sub" that leads out, then a file "t/sub/f".
  const script =
    `ln -sfn ${folder.path} x/sub && { /bin/tar cf - --transform 's,^x,t,' x | head -c 1024; /bin/tar cf - --transform 's,^t,t/sub,' t/f; }`;
  await startEvilPod(namespace, k, `#!/bin/sh\nmkdir -p x\n${script}\n`);
  await k.copyFrom(Pod, "web", "t", `${folder.path}/t`);
  deepStrictEqual(await listTree(`${folder.path}/t`), ["644 sub/f evil\n", "755 sub/"]);

  await Deno.mkdir(`${folder.path}/dest`);
  await Deno.mkdir(`${folder.path}/outside`);
  await Deno.symlink("../outside", `${folder.path}/dest/sub`);
  await rejects(k.copyFrom(Pod, "web", "t", `${folder.path}/dest`), { message: /dest\/sub": it is not a folder/ });
  deepStrictEqual(await listTree(`${folder.path}/outside`), []);
});

Deno.test("D5: an interrupted copyFrom() leaves no part of a file", async () => {
  await using namespace = await cluster.namespace("copy");
  await using folder = await temporaryFolder();
  using k = await connectTo(namespace);
  // A tar that stops in the middle of the file.
  await startEvilPod(
    namespace,
    k,
    "#!/bin/sh\nhead -c 3000000 /dev/zero > t/f; /bin/tar cf - t | head -c 2000000; sleep 60\n",
  );
  await Deno.mkdir(`${folder.path}/t`);
  await Deno.writeTextFile(`${folder.path}/t/f`, "before");
  const controller = new AbortController();
  const copying = k.copyFrom(Pod, "web", "t", `${folder.path}/t`, { signal: controller.signal });
  const isUnderWay = async () => (await Array.fromAsync(Deno.readDir(`${folder.path}/t`))).length > 1;
  while (!await isUnderWay()) await new Promise((resolve) => setTimeout(resolve, 20));
  const reason = new DOMException("stopped", "AbortError");
  controller.abort(reason);
  await rejects(copying, reason);
  deepStrictEqual(await listTree(`${folder.path}/t`), ["644 f before"]);
});

Deno.test("D5: copyFrom() and copyTo() say what is wrong", async () => {
  await using namespace = await cluster.namespace("copy");
  await using folder = await temporaryFolder();
  using k = await connectTo(namespace);
  const env = [{ name: "PATH", value: "nowhere" }];
  await startPod(namespace, "web", [{ name: "app", command: ["/bin/sleep", "infinity"] }, {
    name: "bare",
    env,
    command: ["/bin/sleep", "infinity"],
  }]);
  await rejects(k.copyFrom(Pod, "web", "none", `${folder.path}/x`), {
    message: /^Cannot copy "none" from Pod\/.*\/web: tar ended with exit code \d: .*none.*No such file/,
  });
  await rejects(k.copyFrom(Pod, "web", "none", `${folder.path}/x`, { container: "bare" }), {
    message: /the container has no program "tar"$/,
  });
  await rejects(k.copyTo(Pod, "web", `${folder.path}/none`, "x"), Deno.errors.NotFound);
  await rejects(k.copyFrom(Pod, "web", "..", `${folder.path}/x`), TypeError);
  deepStrictEqual(await listTree(folder.path), []);
});
