import { deepStrictEqual, rejects } from "node:assert/strict";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { ApiError, TransportError } from "../errors.ts";
import { type LogAccess, readLog } from "./log_reader.ts";

const POD = { namespace: "shop", name: "web" };
const CUT = "cut";
const CLOCK: Clock = { ...systemClock, sleep: () => Promise.resolve() };

/** A log as the server gives it: lines from a whole second on, cut after some of them. */
interface Answer {
  /** The lines; the last may be {@linkcode CUT}. */
  readonly lines: readonly string[];
  /** The status code. */
  readonly status?: number;
}

/** Follows a log; gives what came, what was asked for, and the error. */
async function follow(answers: readonly Answer[], query: object = {}) {
  const asked: string[] = [];
  const sender: LogAccess["sender"] = {
    connect: () => Promise.reject(new TypeError("Cannot connect: it is not needed")),
    async *stream<T>(request: KubeRequest, read: (response: Response) => AsyncIterable<T>): AsyncGenerator<T> {
      const answer = answers[asked.length];
      asked.push(new URL(request.path, "http://x").search);
      if (!answer) throw new TransportError(request, "x", 1, new Error("gone"));
      const whole = answer.lines.filter((line) => line !== CUT);
      const body = ReadableStream.from(whole.map((line) => `${line}\n`)).pipeThrough(new TextEncoderStream());
      const status = answer.status ?? 200;
      yield* read(
        status === 200
          ? new Response(body, { status })
          : Response.json({ apiVersion: "v1", kind: "Status" }, { status }),
      );
      if (answer.lines.includes(CUT)) throw new TransportError(request, "x", 1, new Error("cut"));
    },
  };
  const lines = await Array.fromAsync(readLog({ sender, clock: CLOCK }, POD, { follow: true, ...query }, {}));
  return { lines, asked: asked.map((query) => decodeURIComponent(query)) };
}

function at(time: string, text: string): string {
  return `2026-01-01T00:00:${time}Z ${text}`;
}

const A = at("01.100000000", "a");
const B = at("01.200000000", "b");
const B2 = at("01.200000000", "b");
const C = at("01.300000000", "c");
const D = at("02.000000000", "d");

const cases: { name: string; answers: Answer[]; lines: string[]; asked: string[] }[] = [
  {
    name: "ends when the log does",
    answers: [{ lines: [A, B] }],
    lines: ["a", "b"],
    asked: ["?follow=true&timestamps=true"],
  },
  {
    name: "goes on in the same second, with equal lines at equal times",
    answers: [{ lines: [A, B, CUT] }, { lines: [A, B, B2, C, CUT] }, { lines: [A, B, B2, C, D] }],
    lines: ["a", "b", "b", "c", "d"],
    asked: [
      "?follow=true&timestamps=true",
      "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01Z",
      "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01Z",
    ],
  },
  {
    name: "goes on in a later second",
    answers: [{ lines: [A, D, CUT] }, { lines: [D] }],
    lines: ["a", "d"],
    asked: ["?follow=true&timestamps=true", "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:02Z"],
  },
  {
    name: "goes on with lines whose times are out of order",
    answers: [{ lines: [B, A, CUT] }, { lines: [B, A, C] }],
    lines: ["b", "a", "c"],
    asked: ["?follow=true&timestamps=true", "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01Z"],
  },
  {
    name: "skips nothing new if the old lines were rotated away",
    answers: [{ lines: [A, B, CUT] }, { lines: [C, D] }],
    lines: ["a", "b", "c", "d"],
    asked: ["?follow=true&timestamps=true", "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01Z"],
  },
  {
    name: "goes on when nothing had come",
    answers: [{ lines: [CUT] }, { lines: [A] }],
    lines: ["a"],
    asked: ["?follow=true&timestamps=true", "?follow=true&timestamps=true"],
  },
  {
    name: "goes on after the server was not ready",
    answers: [{ lines: [A, CUT] }, { lines: [], status: 503 }, { lines: [A, B] }],
    lines: ["a", "b"],
    asked: [
      "?follow=true&timestamps=true",
      "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01Z",
      "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01Z",
    ],
  },
  {
    name: "ends when the Pod has gone",
    answers: [{ lines: [A, CUT] }, { lines: [], status: 404 }],
    lines: ["a"],
    asked: ["?follow=true&timestamps=true", "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01Z"],
  },
];
for (const { name, answers, lines, asked } of cases) {
  Deno.test(`readLog() ${name}`, async () => deepStrictEqual(await follow(answers), { lines, asked }));
}

Deno.test("readLog() asks for the last lines only at first", async () => {
  const { asked } = await follow([{ lines: [A, CUT] }, { lines: [A] }], { tailLines: 1, container: "app" });
  deepStrictEqual(asked, [
    "?follow=true&tailLines=1&container=app&timestamps=true",
    "?follow=true&container=app&timestamps=true&sinceTime=2026-01-01T00:00:01Z",
  ]);
});

Deno.test("readLog() keeps the times if they are asked for, and the zone of the node", async () => {
  const line = (second: number) => `2026-01-01T00:00:0${second}.000000000+05:30 x`;
  const { lines, asked } = await follow([{ lines: [line(1), CUT] }, { lines: [line(1), line(2)] }], {
    timestamps: true,
  });
  deepStrictEqual(lines, [line(1), line(2)]);
  deepStrictEqual(asked[1], "?follow=true&timestamps=true&sinceTime=2026-01-01T00:00:01+05:30");
});

Deno.test("readLog() fails if the log cannot be had at all", async () => {
  await rejects(follow([]), TransportError);
  await rejects(follow([{ lines: [], status: 503 }]), ApiError);
  await rejects(follow([{ lines: [A, CUT] }, { lines: [], status: 403 }]), ApiError);
  await rejects(follow([{ lines: [A, CUT] }, { lines: [A] }], { limitBytes: 100 }), TransportError);
});
