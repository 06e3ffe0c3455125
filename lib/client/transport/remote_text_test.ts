import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Clock, systemClock } from "../../base/clock.ts";
import { fetchText, RemoteTextError } from "./remote_text.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** Serves on loopback while the work lasts. */
async function withServer(handler: Handler, work: (base: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  await work(`http://127.0.0.1:${server.addr.port}`);
}

async function messageOf(url: string): Promise<string> {
  try {
    return `no error but ${await fetchText(new URL(url))}`;
  } catch (error) {
    if (error instanceof RemoteTextError) return error.message;
    throw error;
  }
}

Deno.test("fetchText() reads a text and follows redirects", async () => {
  await withServer(
    ({ url }) => new URL(url).pathname === "/old" ? Response.redirect(new URL("/new", url)) : new Response("kind: ü\n"),
    async (base) => strictEqual(await fetchText(new URL(`${base}/old`)), "kind: ü\n"),
  );
});

Deno.test("fetchText() refuses what is not a text of bearable size", async () => {
  const answers: Record<string, () => Response> = {
    "/404": () => new Response("gone", { status: 404, statusText: "Not Found" }),
    "/html": () => new Response("<p>log in", { headers: { "content-type": "text/html; charset=utf-8" } }),
    "/latin1": () => new Response(new Uint8Array([0x6b, 0xfc, 0x6b])),
    "/large": () => new Response(ReadableStream.from(Array.from({ length: 33 }, () => new Uint8Array(1024 * 1024)))),
  };
  await withServer(({ url }) => answers[new URL(url).pathname]!(), async (base) => {
    const messages = await Promise.all(Object.keys(answers).map((path) => messageOf(`${base}${path}?token=s3cret`)));
    deepStrictEqual(messages.map((message) => message.replace(base, "")), [
      'Cannot read "/404": the server answered 404 Not Found',
      'Cannot read "/html": the server sent a web page',
      'Cannot read "/latin1": The encoded data is not valid',
      'Cannot read "/large": it is larger than 32 MiB',
    ]);
  });
});

Deno.test("fetchText() reads over http only from this machine", async () => {
  strictEqual(
    await messageOf("http://me:pw@example.com/all.yaml?token=s3cret"),
    'Cannot read "http://example.com/all.yaml": it is not an https address',
  );
});

Deno.test("fetchText() names the fault of the network, not the query", async () => {
  let url = "";
  await withServer(() => new Response(), (base) => Promise.resolve(void (url = `${base}/all.yaml`)));
  strictEqual(await messageOf(`${url}?token=s3cret`), `Cannot read "${url}": tcp connect error: Connection refused`);
});

Deno.test("fetchText() ends at its deadline and by its signal", async () => {
  const answer = Promise.withResolvers<Response>();
  await withServer(() => answer.promise, async (base) => {
    const clock: Clock = { ...systemClock, timer: (_ms, callback) => (queueMicrotask(callback), () => {}) };
    await rejects(fetchText(new URL(base), { clock }), {
      name: "RemoteTextError",
      message: /: no answer within 30 s$/,
    });
    const reason = new DOMException("stopped", "AbortError");
    await rejects(fetchText(new URL(base), { signal: AbortSignal.abort(reason) }), reason);
    answer.resolve(new Response());
  });
});
