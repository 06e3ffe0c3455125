import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { LiveObject } from "../kube/object.ts";
import { bookmark } from "./watched_objects_test.ts";
import { World } from "./_world_test.ts";
import {
  INITIAL_REFLECTOR_STATE,
  type ReflectorEffect,
  type ReflectorInput,
  stepReflector,
} from "./reflector_state.ts";
import { Store, type StoreEvent } from "./store.ts";
import type { WatchFailure } from "./watch_failure.ts";

/** A watch that is open, or about to be: what comes next. */
interface Stream {
  /** The initial events that are still to come. */
  initial: LiveObject[];
  /** Whether their end is still to come. */
  endsInitial: boolean;
  /** What was sent so far. */
  revision: number;
  opened: boolean;
  /** Whether it is dead without a word. */
  dead: boolean;
  last?: ReflectorInput | undefined;
}

/** A server with a random history, a network that loses things, and a reflector without time. */
class Model {
  readonly world = new World();
  readonly store: Store<LiveObject>;
  /** What a consumer knows. */
  readonly #told = new Map<string, LiveObject>();
  #state = INITIAL_REFLECTOR_STATE;
  #main: Stream | "waiting" | { pages: LiveObject[][]; revision: number } = "waiting";
  #probe: Stream | "allowing" | undefined;
  #forgotten = 0;
  #replacedAt = 0;
  #version = 0;
  #watchEvents = 0;

  constructor() {
    this.store = new Store<LiveObject>({
      project: (object) => object,
      onEvents: (events) => events.forEach((event) => this.#hear(event)),
      onError: (error) => {
        throw error;
      },
    });
    this.#take({ type: "begin" });
  }

  get #isConnected(): boolean {
    return typeof this.#main === "object" && "opened" in this.#main && this.#main.opened;
  }

  /** The server forgets what was before. */
  forget(): void {
    this.#forgotten = this.world.revision;
  }

  /** The next thing happens that should. */
  proceed(order = 0): void {
    const main = this.#main;
    if (main === "waiting") return this.#take({ type: "begin" });
    if ("pages" in main) {
      const items = main.pages.shift();
      return this.#take(items ? { type: "page", items } : { type: "listed", resourceVersion: String(main.revision) });
    }
    if (!main.opened) {
      if (!main.endsInitial && main.revision < this.#forgotten) return this.fail("expired");
      main.opened = true;
      return this.#take({ type: "opened" });
    }
    if (!main.dead) this.#send(main, "event", order);
  }

  /** The last event comes once more. */
  repeat(): void {
    if (this.#isConnected && (this.#main as Stream).last) this.#take((this.#main as Stream).last!);
  }

  /** The server ends the watch. */
  end(livedMs: number): void {
    if (this.#isConnected) this.#take({ type: "ended", livedMs });
  }

  /** Whatever is under way fails. */
  fail(kind: WatchFailure["kind"], livedMs = 5_000): void {
    if (this.#main === "waiting") return;
    this.#take({ type: "failed", failure: { kind, error: kind }, livedMs: this.#isConnected ? livedMs : undefined });
  }

  /** The connection dies without a word. */
  die(): void {
    if (this.#isConnected) (this.#main as Stream).dead = true;
  }

  /** Nothing was heard for a while. */
  fallSilent(): void {
    if (this.#isConnected) this.#take({ type: "silent" });
  }

  /** The next thing happens to the probe. */
  proceedProbe(): void {
    if (this.#probe === "allowing") {
      this.#probe = undefined;
      return this.#take({ type: "due" });
    }
    if (!this.#probe) return;
    if (this.#probe.revision < this.#forgotten) return this.failProbe("expired");
    if (this.#probe.revision < this.world.revision) return this.#send(this.#probe, "probed");
    this.#probe = undefined;
    this.#take({ type: "probeEnded" });
  }

  /** The probe fails. */
  failProbe(kind: WatchFailure["kind"]): void {
    if (typeof this.#probe !== "object") return;
    this.#probe = undefined;
    this.#take({ type: "probeFailed", failure: { kind, error: kind } });
  }

  /** Everything works from now on, and nothing more changes. */
  recover(): void {
    for (let i = 0; i < 200; i++) {
      this.proceed();
      this.fallSilent();
      this.proceedProbe();
    }
    strictEqual(this.#state.status.phase, "live");
    deepStrictEqual(contentOf(this.store.list()), contentOf([...this.world.at().values()]));
    deepStrictEqual(contentOf([...this.#told.values()]), contentOf(this.store.list()));
  }

  #send(stream: Stream, type: "event" | "probed", order = 0): void {
    const { initial, revision } = stream;
    const [object] = initial.splice(order % Math.max(1, initial.length), 1);
    if (object) return this.#take(stream.last = { type, event: { type: "ADDED", object } });
    // Before the end of the initial events there may be some that are newer.
    const endsInitial = stream.endsInitial && (revision === this.world.revision || order % 2 === 0);
    const next = endsInitial ? undefined : this.world.event(revision + 1);
    if (next) stream.revision++;
    if (endsInitial) stream.endsInitial = false;
    const input: ReflectorInput = { type, event: next ?? bookmark(revision, endsInitial) };
    stream.last = input;
    this.#take(input);
  }

  #take(input: ReflectorInput): void {
    const { state, effects } = stepReflector(this.#state, input);
    this.#state = state;
    effects.forEach((effect) => this.#do(effect));
    this.#checkContent();
  }

  #do(effect: ReflectorEffect): void {
    switch (effect.type) {
      case "apply":
        return this.store.apply(effect.event);
      case "stage":
        return effect.objects.forEach((object) => this.store.stage(object));
      case "unstage":
        return this.store.unstage(effect.object);
      case "stageNothing":
        return this.store.stageNothing();
      case "replace":
        this.#watchEvents = 0;
        this.#replacedAt = Number(this.#state.resourceVersion);
        return this.store.replace();
      case "probe":
        this.#probe = this.#open(Number(effect.resourceVersion));
        return;
      case "allow":
        this.#probe = "allowing";
        return;
    }
    this.#probe = undefined;
    const { revision } = this.world;
    const objects = [...this.world.at().values()];
    if (effect.type === "wait") this.#main = "waiting";
    else if (effect.type === "list") this.#main = { pages: [objects.slice(0, 1), objects.slice(1)], revision };
    else if (effect.resourceVersion !== undefined) this.#main = this.#open(Number(effect.resourceVersion));
    else this.#main = { ...this.#open(revision), initial: objects, endsInitial: true };
  }

  #open(revision: number): Stream {
    return { initial: [], endsInitial: false, revision, opened: false, dead: false };
  }

  #hear({ type, object, old, from }: StoreEvent<LiveObject>): void {
    const { name, uid, resourceVersion } = object.metadata;
    const told = this.#told.get(name);
    if (type === "added") strictEqual(told, undefined);
    else strictEqual(told?.metadata.uid, uid);
    if (type === "changed") {
      strictEqual(old, told);
      ok(Number(resourceVersion) > Number(old.metadata.resourceVersion));
    }
    if (type === "deleted") this.#told.delete(name);
    else this.#told.set(name, object);
    if (from === "watch") this.#watchEvents++;
  }

  // The content is always exactly the world at one revision; since it was read as a whole, each event was told once.
  #checkContent(): void {
    const { resourceVersion = this.#version } = this.#state;
    this.#version = Number(resourceVersion);
    deepStrictEqual(contentOf(this.store.list()), contentOf([...this.world.at(this.#version).values()]));
    strictEqual(this.#watchEvents, this.#version - this.#replacedAt);
  }
}

function contentOf(objects: readonly LiveObject[]): string[] {
  return objects.map(({ metadata: { name, uid, resourceVersion } }) => `${name} ${uid} ${resourceVersion}`).sort();
}

const kinds = fc.constantFrom<WatchFailure["kind"][]>(
  "expired",
  "invalid",
  "denied",
  "missing",
  "throttled",
  "unreachable",
  "failed",
);
const livedMs = fc.constantFrom(10, 2_000, 60_000);
type Action = (model: Model) => void;

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom<("there" | "gone")[]>("there", "there", "gone"))
      .map(([name, wanted]): Action => (model) => model.world.change(name, wanted)),
  },
  { weight: 16, arbitrary: fc.nat(5).map((order): Action => (model) => model.proceed(order)) },
  { weight: 4, arbitrary: fc.constant((model: Model) => model.proceedProbe()) },
  { weight: 3, arbitrary: fc.constant((model: Model) => model.fallSilent()) },
  { weight: 2, arbitrary: fc.constant((model: Model) => model.repeat()) },
  { weight: 1, arbitrary: fc.constant((model: Model) => model.die()) },
  { weight: 1, arbitrary: fc.constant((model: Model) => model.forget()) },
  { weight: 1, arbitrary: livedMs.map((ms): Action => (model) => model.end(ms)) },
  { weight: 1, arbitrary: fc.tuple(kinds, livedMs).map(([kind, ms]): Action => (model) => model.fail(kind, ms)) },
  { weight: 1, arbitrary: kinds.map((kind): Action => (model) => model.failProbe(kind)) },
);

Deno.test("stepReflector() and Store lose nothing and repeat nothing, whatever the network does", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
      const model = new Model();
      for (const act of actions) act(model);
      model.recover();
    }),
    { numRuns: 500 },
  );
});
