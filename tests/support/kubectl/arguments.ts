/**
 * Reads the arguments of kubectl.
 *
 * @module
 */

/** The arguments of one call. */
export interface Arguments {
  /** What is no flag: the verb, and what it is about. */
  readonly words: readonly string[];
  /** The values of flags by their long names; those of flags without a value are `true` or `false`. */
  readonly flags: Readonly<Record<string, string>>;
  /** The values of a flag that may be given more than once. */
  readonly literals: Readonly<Record<string, string>>;
}

const SHORT: Readonly<Record<string, string>> = {
  f: "filename",
  l: "selector",
  n: "namespace",
  o: "output",
  p: "patch",
};
const WITH_VALUE = [
  ...Object.values(SHORT),
  ...["bound-object-kind", "bound-object-name", "chunk-size", "cpu", "dry-run", "field-manager", "field-selector"],
  ...["for", "from", "from-literal", "image", "max", "min", "raw", "replicas", "resource", "role", "subresource"],
  ...["timeout", "type", "user", "validate", "verb"],
];
const WITHOUT_VALUE = ["all", "force-conflicts", "ignore-not-found", "overwrite", "server-side", "wait"];
const IGNORED = ["show-managed-fields"];

/**
 * Reads arguments.
 *
 * @param args The arguments, as a shell would hand them over.
 * @returns What they say.
 * @throws {TypeError} If there is a flag that is not known here.
 */
export function parseArguments(args: readonly string[]): Arguments {
  const words: string[] = [];
  const flags: Record<string, string> = {};
  const literals: Record<string, string> = {};
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!/^-./.test(arg)) words.push(arg);
    else {
      const [, long, short, given] = /^-(?:-([a-z-]+)|([a-z]))=?(.*)$/s.exec(arg)!;
      const name = long ?? SHORT[short!] ?? arg;
      const bare = !arg.includes("=") && given === "";
      if (WITHOUT_VALUE.includes(name) || IGNORED.includes(name)) flags[name] = bare ? "true" : given!;
      else if (!WITH_VALUE.includes(name)) {
        throw new TypeError(`Cannot stand in for kubectl: it is not told of "${arg}"`);
      } else flags[name] = bare ? rest.shift() ?? "" : given!;
      if (name === "from-literal") Object.assign(literals, pairOf(flags[name]!));
    }
  }
  return { words, flags, literals };
}

/**
 * Splits `key=value`.
 *
 * @param text The text.
 * @returns One entry.
 */
export function pairOf(text: string): Record<string, string> {
  const at = text.indexOf("=");
  return { [text.slice(0, at)]: text.slice(at + 1) };
}
