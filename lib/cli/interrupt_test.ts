import { match, strictEqual } from "node:assert/strict";
import { fakeHost } from "./fake_host_test.ts";
import { listenForInterrupt } from "./interrupt.ts";

Deno.test("listenForInterrupt() aborts at the first Ctrl-C and exits at the second", () => {
  const host = fakeHost();
  using interruption = listenForInterrupt(host);

  host.interrupt();
  strictEqual(interruption.signal.aborted, true);
  strictEqual(host.exited(), undefined);
  match(host.err(), /press Ctrl-C again to exit at once/);

  host.interrupt();
  strictEqual(host.exited(), 130);
});

Deno.test("listenForInterrupt() says it in other words, and tells a second SIGTERM apart", () => {
  const host = fakeHost();
  using interruption = listenForInterrupt(host);
  const said: string[] = [];
  interruption.say({ first: () => said.push("first"), second: () => said.push("second") });

  host.interrupt("SIGTERM");
  host.interrupt("SIGTERM");
  strictEqual(said.join(), "first,second");
  strictEqual(host.err(), "");
  strictEqual(host.exited(), 143);
});

Deno.test("listenForInterrupt() stops listening when it is disposed", () => {
  const host = fakeHost();
  const interruption = listenForInterrupt(host);
  interruption[Symbol.dispose]();

  host.interrupt();
  strictEqual(interruption.signal.aborted, false);
});
