/**
 * Which objects of a kind are meant, as people say it.
 *
 * @module
 */

import type { LabelSelectorInput } from "./label_selector.ts";

/** Which objects of a kind are meant. */
export interface Selection {
  /** The namespace; by default that of the client or the script. */
  readonly namespace?: string | undefined;
  /** Whether all namespaces are meant. @default {false} */
  readonly allNamespaces?: boolean | undefined;
  /** A label selector, as text or as keys with the value or values that they may have. */
  readonly labels?: LabelSelectorInput | undefined;
  /** A field selector, such as `status.phase=Failed`. */
  readonly fields?: string | undefined;
}
