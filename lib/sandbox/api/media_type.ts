/**
 * Content negotiation.
 *
 * @module
 */

import { notAcceptable, StatusError } from "../registry/status_error.ts";

/** How an answer is to be written. */
export interface AnswerForm {
  /** The encoding. */
  readonly encoding: "json" | "yaml";
  /** What of objects is answered; absent for all. */
  readonly as?: "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  /** Whether JSON is written for people. */
  readonly isPretty: boolean;
}

const ENCODINGS: Readonly<Record<string, "json" | "yaml">> = {
  "application/json": "json",
  "application/yaml": "yaml",
  "text/yaml": "yaml",
  "application/*": "json",
  "*/*": "json",
};

/** The types of answers. Clients that send protocol buffers take these, too. */
export const MEDIA_TYPES = ["application/json", "application/yaml"];

const FORMS: readonly string[] = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];

/**
 * Chooses how to answer.
 *
 * @param accept The header `Accept`.
 * @param isPretty Whether JSON is written for people.
 * @returns The form that the client likes best.
 * @throws {StatusError} If it takes none that there is.
 */
export function negotiate(accept: string | null, isPretty: boolean): AnswerForm {
  if (!accept) return { encoding: "json", isPretty };
  const offers = accept.split(",").map(parseMediaType).sort((a, b) => b.quality - a.quality);
  let isKnown = false;
  for (const { type, parameters } of offers) {
    const encoding = ENCODINGS[type];
    if (encoding === undefined) continue;
    isKnown = true;
    const { as } = parameters;
    if (as === undefined) return { encoding, isPretty };
    // Lists of versions of tables and partial objects that are older are not spoken any more.
    if (FORMS.includes(as) && parameters.g === "meta.k8s.io" && parameters.v === "v1") {
      return { encoding, as: as as NonNullable<AnswerForm["as"]>, isPretty };
    }
  }
  if (isKnown) throw notAcceptable(MEDIA_TYPES);
  const message = `406: Not Acceptable\n\nAvailable representations: ${MEDIA_TYPES.join(", ")}`;
  throw new StatusError(406, "NotAcceptable", message, {});
}

/**
 * Reads a media type.
 *
 * @param text The type with its parameters.
 * @returns The type in small letters, its parameters, and how much it is liked.
 */
export function parseMediaType(text: string): {
  type: string;
  parameters: Readonly<Record<string, string>>;
  quality: number;
} {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim());
  const parameters = Object.fromEntries(rest.map((part) => {
    const [name = "", value = ""] = part.split("=");
    return [name.toLowerCase(), value.replace(/^"(.*)"$/, "$1")];
  }));
  return { type: type.toLowerCase(), parameters, quality: Number(parameters.q ?? 1) };
}
