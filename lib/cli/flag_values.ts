/**
 * How the values of flags are written.
 *
 * @module
 */

/**
 * Reads a port.
 *
 * @param input The text.
 * @returns The port; 0 for any that is free.
 * @throws {RangeError} If it is none.
 */
export function parsePort(input: string): number {
  if (/^\d{1,5}$/.test(input) && Number(input) < 65_536) return Number(input);
  throw new RangeError(`Cannot use "${input}" as a port: write a number from 0 to 65535`);
}

/**
 * Reads a param.
 *
 * @param input The text.
 * @returns The text.
 * @throws {RangeError} If it has no name.
 */
export function parseParam(input: string): string {
  if (input.indexOf("=") > 0) return input;
  throw new RangeError(`Cannot read param "${input}": write it as NAME=VALUE`);
}

/**
 * Reads how many of something there are.
 *
 * @param input The text.
 * @returns The number.
 * @throws {RangeError} If it is not one from 1 to 9999.
 */
export function parseCount(input: string): number {
  if (/^[1-9]\d{0,3}$/.test(input)) return Number(input);
  throw new RangeError(`Cannot use "${input}" as a number: write one from 1 to 9999`);
}

/**
 * Reads what may be deleted beyond the rails.
 *
 * @param input The text.
 * @returns The text.
 * @throws {RangeError} If it is no number, kind or object.
 */
export function parseAllowDelete(input: string): string {
  if (/^(all|\d+|[A-Z]\w*(\/[^/\s]+){0,2})$/.test(input)) return input;
  throw new RangeError(
    `Cannot read "${input}": write a number, a kind such as Deployment, an object such as Deployment/shop/web, or all`,
  );
}
