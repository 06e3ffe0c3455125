import { rejects } from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openConnections } from "./connections.ts";

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  // What is of no use any more may be so only after the next turn.
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

Deno.test("Connections.fetch() ends a body with its signal although garbage was collected", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const start = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(1));
    return new Response(new ReadableStream({ start, cancel: () => cancelled.resolve() }));
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const tls = { caCerts: [], insecureSkipTlsVerify: false };
  const connections = await openConnections({
    server: url,
    tls,
    source: "",
    clientCertificate: undefined,
    mostIdle: 1,
  });
  const controller = new AbortController();
  const begin = async () => {
    const { signal } = controller;
    const { body } = await connections.fetch(url, { method: "GET", headers: [], body: undefined, signal });
    return body!.getReader();
  };
  const reader = await begin();
  await reader.read();
  await collectGarbage();
  const reading = reader.read();
  controller.abort(new Error("enough"));
  await rejects(reading, { message: "enough" });
  await cancelled.promise;
  connections.close();
});
