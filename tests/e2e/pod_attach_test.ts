import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { Pod } from "../../lib/kinds/mod.ts";
import { testCluster } from "../cluster/attach.ts";
import { connectTo, startPod } from "./pods.ts";

const cluster = testCluster();

Deno.test("D3: attach() reads and writes what the container's process does", async () => {
  await using namespace = await cluster.namespace("attach");
  using k = await connectTo(namespace);
  const echo = {
    stdin: true,
    stdinOnce: true,
    command: ["sh", "-c", 'while read -r line; do echo "got $line"; echo e >&2; done'],
  };
  const spec = { restartPolicy: "Never" };
  await startPod(namespace, "plain", [{ name: "app", ...echo }], { spec });
  deepStrictEqual(await k.attach(Pod, "plain", { stdin: "a\nb\n" }), { stdout: "got a\ngot b\n", stderr: "e\ne\n" });
  await rejects(k.attach(Pod, "plain"), { name: "ApiError", message: /not running|completed/ });
});

Deno.test("D3: attach() uses the container's terminal", async () => {
  await using namespace = await cluster.namespace("attach");
  using k = await connectTo(namespace);
  const command = ["sh", "-c", 'read -r line; until stty size | grep 30; do :; done; echo "got $line"; echo e >&2'];
  const spec = { restartPolicy: "Never" };
  await startPod(namespace, "terminal", [{ name: "app", stdin: true, tty: true, command }], { spec });
  async function* terminalSizes() {
    yield { width: 100, height: 30 };
  }
  const stdin = ReadableStream.from(["a\n"]).pipeThrough(new TextEncoderStream());
  const { stdout, stderr } = await k.attach(Pod, "terminal", { stdin, tty: true, terminalSizes: terminalSizes() });
  match(stdout, /a\r\n[^]*30 100\r\ngot a\r\ne\r\n$/);
  strictEqual(stderr, "");
});

Deno.test("D3: attach() without stdin listens until its signal", async () => {
  await using namespace = await cluster.namespace("attach");
  using k = await connectTo(namespace);
  const command = ["sh", "-c", "while :; do echo tick; sleep 0.05; done"];
  await startPod(namespace, "clock", [{ name: "app", command }]);
  const controller = new AbortController();
  const reason = new DOMException("enough", "AbortError");
  let output = "";
  const stdout = new WritableStream<Uint8Array>({
    write(data) {
      output += new TextDecoder().decode(data);
      if (output.length >= 10) controller.abort(reason);
    },
  });
  await rejects(k.attach(Pod, "clock", { stdout, signal: controller.signal }), reason);
  match(output, /^(tick\n)+$/);
});
