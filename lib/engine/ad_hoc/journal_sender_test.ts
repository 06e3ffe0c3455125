import { deepStrictEqual, rejects } from "node:assert/strict";
import type { Answer } from "../../client/answer.ts";
import type { Channel, Sender } from "../../client/sender.ts";
import { execRequest, portForwardRequest } from "../../kube/pod_request.ts";
import { getRequest } from "../../kube/read_request.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { evictRequest } from "../../kube/subresource_request.ts";
import { applyRequest, createRequest, deleteCollectionRequest, deleteRequest } from "../../kube/write_request.ts";
import { Journal } from "./journal.ts";
import { JournalSender } from "./journal_sender.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const web = { namespace: "shop", name: "web" };
const pod = { apiVersion: "v1", kind: "Pod", metadata: web };
const unnamed = { ...pod, metadata: { namespace: "shop", generateName: "g-" } };
const items = ["a", "b"].map((name) => ({ metadata: { namespace: "shop", name } }));
const review: KubeRequest = {
  method: "POST",
  verb: "create",
  path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
  what: "ask",
  idempotent: true,
};
const dryRun = { dryRun: "All" } as const;
const apply = applyRequest(pods, pod, { fieldManager: "x" });

const cases: Record<string, [request: KubeRequest, status: number, body: object, lines: string[]]> = {
  "a read": [getRequest(pods, web), 200, pod, []],
  "a creation": [createRequest(pods, pod), 201, pod, ["created Pod/shop/web"]],
  "a name that the server made": [createRequest(pods, unnamed), 201, { metadata: items[0]!.metadata }, [
    "created Pod/shop/a",
  ]],
  "an apply that creates": [apply, 201, pod, ["created Pod/shop/web"]],
  "an apply": [apply, 200, pod, ["applied Pod/shop/web"]],
  "what the server refuses": [createRequest(pods, pod), 409, {}, []],
  "the deletion of a collection": [deleteCollectionRequest(pods, { namespace: "shop" }), 200, { items }, [
    "deleted Pod/shop/a",
    "deleted Pod/shop/b",
  ]],
  "a question in the form of an object": [review, 201, {}, []],
  "a dry run": [createRequest(pods, pod, dryRun), 201, pod, []],
  "a dry run of a deletion": [deleteRequest(pods, web, dryRun), 200, pod, []],
  "a dry run of an eviction": [evictRequest(pods, web, dryRun), 201, {}, []],
};

function journaling(answer: Answer): { sender: JournalSender; lines: string[] } {
  const lines: string[] = [];
  const channel = {} as Channel;
  const sender: Sender = {
    serverTimeMs: () => 0,
    send: () => Promise.resolve(answer),
    async *stream() {},
    connect: () => answer.status === 200 ? Promise.resolve(channel) : Promise.reject(new Error("refused")),
    [Symbol.dispose]() {},
  };
  const journal = new Journal({ dryRun: false, onEntry: (line) => lines.push(line) });
  return { sender: new JournalSender(sender, journal), lines };
}

for (const [what, [request, status, body, expected]] of Object.entries(cases)) {
  Deno.test(`JournalSender ${expected.length > 0 ? "notes" : "does not note"} ${what}`, async () => {
    const { sender, lines } = journaling({ status, headers: new Headers(), text: JSON.stringify(body) });
    await sender.send(request);
    deepStrictEqual(lines, expected);
  });
}

const exec = execRequest(web, { command: ["ls"] });
const connections: Record<string, [request: KubeRequest, status: number, lines: string[]]> = {
  "a command": [exec, 200, ["ran a command in Pod/shop/web"]],
  "a command that is refused": [exec, 403, []],
  "files that are copied out": [{ ...exec, verb: "get" }, 200, []],
  "connections of a forwarded port": [portForwardRequest(web), 200, []],
};
for (const [what, [request, status, expected]] of Object.entries(connections)) {
  Deno.test(`JournalSender ${expected.length > 0 ? "notes" : "does not note"} ${what}`, async () => {
    const { sender, lines } = journaling({ status, headers: new Headers(), text: "" });
    await (status === 200 ? sender.connect(request, []) : rejects(sender.connect(request, [])));
    deepStrictEqual(lines, expected);
  });
}
