/**
 * Answers of the API.
 *
 * @module
 */

import { gzipSync } from "node:zlib";
import { dump } from "js-yaml";
import { parseJson, stringifyJson } from "../../base/json.ts";
import type { StatusError } from "../registry/status_error.ts";
import type { AnswerForm } from "./media_type.ts";

/** From which length on answers are compressed, as kube-apiserver does it. */
const GZIP_THRESHOLD = 128 * 1024;

/** How an answer is sent. */
export interface AnswerOptions {
  /** The status code. @default {200} */
  readonly status?: number;
  /** How it is written. */
  readonly form: Pick<AnswerForm, "encoding" | "isPretty">;
  /** Whether the client takes `gzip`. */
  readonly takesGzip?: boolean;
}

/**
 * Answers with a JSON text.
 *
 * @param json The text.
 * @param options How it is sent.
 * @returns The answer.
 */
export function answerJson(json: string, { status = 200, form, takesGzip = false }: AnswerOptions): Response {
  const isYaml = form.encoding === "yaml";
  const text = isYaml
    ? dump(parseJson(json), { sortKeys: true, lineWidth: -1, noRefs: true })
    : form.isPretty
    ? stringifyJson(parseJson(json), 2)
    : `${json}\n`;
  const headers = { "content-type": isYaml ? "application/yaml" : "application/json" };
  const plain = new TextEncoder().encode(text);
  if (!takesGzip || plain.length < GZIP_THRESHOLD) return answerBytes(plain, status, headers);
  const zipped = new Uint8Array(gzipSync(plain, { level: 1 }));
  return answerBytes(zipped, status, { ...headers, "content-encoding": "gzip", vary: "Accept-Encoding" });
}

function answerBytes(body: Uint8Array<ArrayBuffer>, status: number, headers: Record<string, string>): Response {
  return new Response(body, { status, headers: { ...headers, "content-length": String(body.length) } });
}

/**
 * Answers that a request failed.
 *
 * @param error Why.
 * @param options How it is sent.
 * @returns The answer.
 */
export function answerStatus({ status }: StatusError, { form }: Pick<AnswerOptions, "form">): Response {
  const answer = answerJson(stringifyJson(status), { status: status.code, form });
  const { retryAfterSeconds } = status.details ?? {};
  if (retryAfterSeconds) answer.headers.set("retry-after", String(retryAfterSeconds));
  return answer;
}

/**
 * Writes warnings as headers.
 *
 * @param headers The headers of the answer.
 * @param warnings The warnings.
 */
export function addWarnings(headers: Headers, warnings: readonly string[]): void {
  for (const warning of warnings) {
    const text = warning.replaceAll(/[\r\n]/g, " ").replaceAll(/["\\]/g, "\\$&");
    headers.append("warning", `299 - "${text}"`);
  }
}
