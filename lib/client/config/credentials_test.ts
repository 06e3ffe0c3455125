import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Clock, systemClock } from "../../base/clock.ts";
import { fileCredentials, fixedCredentials, type LoadedCredential, RenewingCredentials } from "./credentials.ts";

Deno.test("fixedCredentials() has no other credential to offer", async () => {
  const credential = { authorization: "Bearer a" };
  const credentials = fixedCredentials(credential);
  strictEqual(await credentials.get({ rejected: credential }), credential);
});

Deno.test("fileCredentials() reads again after a minute and keeps an unchanged credential", async () => {
  const clock = fakeClock();
  const texts = ["a", "a", "b"];
  const credentials = fileCredentials(clock, () => Promise.resolve({ authorization: texts.shift()! }));
  const first = await credentials.get();
  clock.nowMs = 59_999;
  strictEqual(await credentials.get(), first);
  deepStrictEqual(texts, ["a", "b"]);
  clock.nowMs = 60_000;
  strictEqual(await credentials.get(), first);
  deepStrictEqual(texts, ["b"]);
  clock.nowMs = 120_000;
  strictEqual((await credentials.get()).authorization, "b");
});

Deno.test("fileCredentials() reads again at once when the credential was refused", async () => {
  const texts = ["a", "b", "b"];
  const credentials = fileCredentials(fakeClock(), () => Promise.resolve({ authorization: texts.shift()! }));
  const first = await credentials.get();
  const second = await credentials.get({ rejected: first });
  strictEqual(second.authorization, "b");
  strictEqual(await credentials.get({ rejected: first }), second, "the refused one is already replaced");
  deepStrictEqual(texts, ["b"]);
  strictEqual(await credentials.get({ rejected: second }), second, "there is no other");
});

Deno.test("fileCredentials() outlives a file that is missing for a moment", async () => {
  const clock = fakeClock();
  let read = () => Promise.resolve({ authorization: "a" });
  const credentials = fileCredentials(clock, () => read());
  const first = await credentials.get();
  clock.nowMs = 60_000;
  read = () => Promise.reject(new Error("gone"));
  strictEqual(await credentials.get(), first);
  await rejects(credentials.get({ rejected: first }), /gone/);
  read = () => Promise.resolve({ authorization: "b" });
  strictEqual((await credentials.get()).authorization, "b");
});

Deno.test("RenewingCredentials keeps a client certificate that has not changed", async () => {
  const clock = fakeClock();
  const loads = [["a", "cert"], ["b", "cert"], ["b", "cert2"]];
  const credentials = new RenewingCredentials(clock, () => {
    const [authorization, cert] = loads.shift()!;
    return Promise.resolve(loaded({ authorization: authorization!, clientCertificate: { cert: cert!, key: "k" } }));
  });
  const first = await credentials.get();
  const second = await credentials.get({ rejected: first });
  strictEqual(second.authorization, "b");
  strictEqual(second.clientCertificate, first.clientCertificate);
  const third = await credentials.get({ rejected: second });
  strictEqual(third.clientCertificate?.cert, "cert2");
});

Deno.test("RenewingCredentials does not use an expired credential when loading fails", async () => {
  const clock = fakeClock();
  const loads = [() => Promise.resolve(loaded({ authorization: "a" }, 10)), () => Promise.reject(new Error("down"))];
  const credentials = new RenewingCredentials(clock, () => loads.shift()!());
  await credentials.get();
  clock.nowMs = 10;
  await rejects(credentials.get(), /down/);
});

Deno.test("RenewingCredentials loads once for all who wait", async () => {
  let loads = 0;
  const credentials = new RenewingCredentials(fakeClock(), () => {
    loads++;
    return Promise.resolve(loaded({ authorization: `${loads}` }));
  });
  const all = await Promise.all([credentials.get(), credentials.get(), credentials.get()]);
  strictEqual(loads, 1);
  const renewed = await Promise.all(all.map((rejected) => credentials.get({ rejected })));
  strictEqual(loads, 2);
  deepStrictEqual(renewed.map(({ authorization }) => authorization), ["2", "2", "2"]);
});

Deno.test("RenewingCredentials stops loading when nobody waits any more", async () => {
  const signals: AbortSignal[] = [];
  const gates: PromiseWithResolvers<LoadedCredential>[] = [];
  const credentials = new RenewingCredentials(fakeClock(), (signal) => {
    signals.push(signal);
    gates.push(Promise.withResolvers());
    return gates.at(-1)!.promise;
  });
  const controllers = [new AbortController(), new AbortController()];
  const waits = controllers.map(({ signal }) => credentials.get({ signal }));
  controllers[0]!.abort(new Error("first"));
  await rejects(waits[0]!, /first/);
  strictEqual(signals[0]!.aborted, false);
  controllers[1]!.abort(new Error("second"));
  await rejects(waits[1]!, /second/);
  strictEqual(signals[0]!.aborted, true);

  const again = credentials.get();
  gates[0]!.reject(new Error("stopped"));
  gates[1]!.resolve(loaded({ authorization: "a" }));
  strictEqual((await again).authorization, "a");
  await rejects(credentials.get({ signal: AbortSignal.abort(new Error("late")) }), /late/);
});

function loaded(credential: LoadedCredential["credential"], expiresAtMs = Infinity): LoadedCredential {
  return { credential, renewAtMs: expiresAtMs, expiresAtMs };
}

function fakeClock(): Clock & { nowMs: number } {
  return {
    ...systemClock,
    nowMs: 0,
    now: function () {
      return this.nowMs;
    },
  };
}
