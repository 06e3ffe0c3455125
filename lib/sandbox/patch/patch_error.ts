/**
 * Why a patch cannot be applied, in the words of the server.
 *
 * @module
 */

/** A patch that cannot be applied. */
export class PatchError extends Error {
  /** The name of the class. */
  override readonly name: string = "PatchError";
  /** The status code: 400 if it is no patch, 422 if it does not fit the object, 500 for all that the server does not expect. */
  readonly code: 400 | 413 | 422 | 500;

  /**
   * Makes an error.
   *
   * @param code The status code.
   * @param message The message of the server.
   */
  constructor(code: PatchError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Says that a patch does not fit the object; the server does not tell why.
 *
 * @returns The error.
 */
export function rejected(): PatchError {
  return new PatchError(422, "the server rejected our request due to an error in our request");
}

/**
 * Says that a patch is not of the form of its type.
 *
 * @param value What is not.
 * @param type The type that it must have in Go.
 * @param prefix What the server says before that.
 * @returns The error.
 */
export function cannotDecode(value: unknown, type: string, prefix: string = ""): PatchError {
  const kind = Array.isArray(value)
    ? "array"
    : { boolean: "bool", bigint: "number" }[typeof value as string] ?? typeof value;
  return new PatchError(400, `${prefix}json: cannot unmarshal ${kind} into Go value of type ${type}`);
}
