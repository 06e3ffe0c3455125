/**
 * What Go says of a text that is no JSON.
 *
 * @module
 */

const WHITE = /[ \t\r\n]*/y;
const SCALAR =
  // deno-lint-ignore no-control-regex -- they must not stand in a text
  /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;
const UNEXPECTED_END = "unexpected end of JSON input";

/**
 * Finds the first fault of a text as Go's decoder reports it.
 *
 * @param text The text.
 * @returns The message; that of an unexpected end if no other fault is found.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(goJsonError("{"), "unexpected end of JSON input");
 * strictEqual(goJsonError("{a"), "invalid character 'a' looking for beginning of object key string");
 * ```
 */
export function goJsonError(text: string): string {
  /** What is open: objects and lists. */
  const open: string[] = [];
  let at = 0;
  let expects: "value" | "first value" | "key" | "first key" | "colon" | "comma" = "value";
  while (true) {
    at = matched(WHITE, text, at) ?? at;
    const character = text[at];
    if (character === undefined) return UNEXPECTED_END;
    const isObject = open.at(-1) === "{";
    switch (expects) {
      case "value":
      case "first value":
        if (character === "{" || character === "[") {
          open.push(character);
          expects = character === "{" ? "first key" : "first value";
          at++;
        } else if (character === "]" && expects === "first value") {
          open.pop();
          expects = "comma";
          at++;
        } else {
          const end = matched(SCALAR, text, at);
          if (end === undefined) {
            return isCut(text, at) ? UNEXPECTED_END : fault(character, "looking for beginning of value");
          }
          at = end;
          expects = "comma";
        }
        break;
      case "key":
      case "first key": {
        if (character === "}" && expects === "first key") {
          open.pop();
          expects = "comma";
          at++;
          break;
        }
        if (character !== '"') return fault(character, "looking for beginning of object key string");
        const end = matched(SCALAR, text, at);
        if (end === undefined) return UNEXPECTED_END;
        at = end;
        expects = "colon";
        break;
      }
      case "colon":
        if (character !== ":") return fault(character, "after object key");
        at++;
        expects = "value";
        break;
      case "comma":
        if (open.length === 0) return fault(character, "after top-level value");
        if (character === ",") expects = isObject ? "key" : "value";
        else if (character === (isObject ? "}" : "]")) open.pop();
        else return fault(character, isObject ? "after object key:value pair" : "after array element");
        at++;
    }
  }
}

function matched(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Whether the text ends within a value. */
function isCut(text: string, at: number): boolean {
  const rest = text.slice(at);
  return /^("|-$)/.test(rest) || ["true", "false", "null"].some((word) => word.startsWith(rest));
}

function fault(character: string, where: string): string {
  const special: Record<string, string> = { "'": `'\\''`, '"': `'"'` };
  const escaped = JSON.stringify(character).slice(1, -1).replace(/[\u007f-\u00a0]/g, (one) => {
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `invalid character ${special[character] ?? `'${escaped}'`} ${where}`;
}
