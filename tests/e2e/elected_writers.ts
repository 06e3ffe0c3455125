/**
 * Processes of which one is to write, and what they wrote.
 *
 * @module
 */
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { ConfigMap } from "../../lib/kinds/core/v1.ts";
import { testCluster } from "../cluster/attach.ts";
import { projectPath, type RunningKubescript, startScript } from "./kubescript.ts";
import { getObject, kubectl, type SeenObject, until } from "./objects.ts";

/** How many objects are written, each by a lane of its own. */
export const LANES = 16;

/** A process that takes part in the election. */
export interface Writer extends AsyncDisposable {
  /** Its name, which is what it writes. */
  readonly name: string;
  /** The process. */
  readonly process: RunningKubescript;
  /**
   * Waits until it says something for the next time.
   *
   * @param text What it says.
   */
  says(text: string): Promise<void>;
}

interface Write {
  readonly version: bigint;
  readonly lane: string;
  readonly writer: string;
}

/** A namespace with an object for each lane, whose whole history is recorded. */
export class ElectedWriters implements AsyncDisposable {
  /** The namespace. */
  readonly namespace: string;
  readonly #writes: Write[] = [];
  readonly #held: AsyncDisposableStack;

  private constructor(namespace: string, held: AsyncDisposableStack) {
    this.namespace = namespace;
    this.#held = held;
  }

  /**
   * Makes the objects, and begins to record.
   *
   * @returns The recorder.
   */
  static async setUp(): Promise<ElectedWriters> {
    await using held = new AsyncDisposableStack();
    const { name: namespace } = held.use(await testCluster().namespace("leader"));
    const items = Array.from({ length: LANES }, (_, i) => (
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `lane-${i}`, namespace, labels: { lane: "" } } }
    ));
    await kubectl(["create", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const { kubeconfig } = testCluster();
    const client = held.use(
      await connect({ kubeconfig, concurrency: 1, requestTimeoutMs: 30_000, clock: systemClock }),
    );
    const stopping = new AbortController();
    const writers = new ElectedWriters(namespace, held.move());
    const recorded = writers.#record(client, stopping.signal);
    writers.#held.defer(async () => {
      stopping.abort();
      await recorded;
    });
    return writers;
  }

  /**
   * Starts a process.
   *
   * @param name Its name.
   * @param kubeconfig Its kubeconfig file, if not that of the test cluster.
   * @returns The process.
   */
  start(name: string, kubeconfig: string = testCluster().kubeconfig): Writer {
    const env = { KUBECONFIG: kubeconfig };
    const process = startScript(projectPath("tests/e2e/fixtures/elected_writer.ts"), [this.namespace, name], { env });
    let heard = 0;
    const says = async (text: string) => {
      await until(`${name} ${text}`, () => Promise.resolve(process.output.includes(text, heard)));
      heard = process.output.indexOf(text, heard) + text.length;
    };
    return { name, process, says, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
  }

  /** Who wrote, in the order of the writes; those of one process that follow one another are one. */
  get writers(): string[] {
    const inOrder = this.#writes.toSorted((a, b) => Number(a.version - b.version)).map(({ writer }) => writer);
    return inOrder.filter((writer, i) => writer !== inOrder[i - 1]);
  }

  /**
   * Waits until a process writes on all lanes, from now on.
   *
   * @param name The name of the process.
   */
  async writesAll(name: string): Promise<void> {
    const before = this.#writes.length;
    const lanes = () =>
      new Set(this.#writes.slice(before).filter(({ writer }) => writer === name).map(({ lane }) => lane));
    await until(`${name} writes on all lanes`, () => Promise.resolve(lanes().size === LANES));
  }

  /** Reads the Lease. */
  async lease(): Promise<SeenObject["spec"]> {
    return (await getObject("lease/writer", this.namespace)).spec;
  }

  /** Ends the recording. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync();
  }

  async #record(client: Client, signal: AbortSignal): Promise<void> {
    const events = client.watch(ConfigMap, { namespace: this.namespace, labels: "lane", signal });
    try {
      for await (const { object: { metadata, data } } of events) {
        if (data) {
          this.#writes.push({ version: BigInt(metadata.resourceVersion), lane: metadata.name, writer: data.writer! });
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
