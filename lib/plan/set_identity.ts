/**
 * What a set is called, and the marks that it leaves on its objects.
 *
 * A set is a script's name and a home namespace. Its parent and the labels of its members follow the ApplySet
 * convention (KEP-3659), so that other tools recognise them.
 *
 * @module
 */

/** Label on every member: the id of its set. */
export const PART_OF_LABEL = "applyset.kubernetes.io/part-of";
/** Label on the parent: the id of the set. */
export const ID_LABEL = "applyset.kubernetes.io/id";
/** Annotation on the parent: the tool that manages the set, with its version. */
export const TOOLING_ANNOTATION = "applyset.kubernetes.io/tooling";
/** Annotation on the parent: the kinds of which the set may have members. */
export const GROUP_KINDS_ANNOTATION = "applyset.kubernetes.io/contains-group-kinds";
/** Annotation on the parent: the namespaces, beside the home, in which the set may have members. */
export const NAMESPACES_ANNOTATION = "applyset.kubernetes.io/additional-namespaces";
/** Annotation on every member: a hash of what was desired when it was applied last. */
export const APPLIED_ANNOTATION = "kubescript.dev/applied";
/** Annotation on members that existed before the set took them over. */
export const ADOPTED_ANNOTATION = "kubescript.dev/adopted";

/** Annotation on members that are to outlive the set. */
export const KEEP_ANNOTATION = "kubescript.dev/keep";

/** The names of a set. */
export interface SetIdentity {
  /** The script's name. */
  readonly script: string;
  /** The home namespace, in which the parent lives. */
  readonly namespace: string;
  /** The id that members carry as a label. */
  readonly id: string;
  /** The field manager in whose name the engine applies. */
  readonly fieldManager: string;
  /** The name of the parent ConfigMap. */
  readonly parentName: string;
}

/**
 * Names a set.
 *
 * @param script The script's name.
 * @param namespace The home namespace.
 * @returns The names.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const set = await identifySet("shop", "default");
 * strictEqual(set.fieldManager, "kubescript/default/shop");
 * strictEqual(set.id, "applyset-CRGDyJk-JWAj5MAFVXCIP_Bo8G8_2PUq164aMAozTjs-v1");
 * ```
 */
export async function identifySet(script: string, namespace: string): Promise<SetIdentity> {
  const parentName = `kubescript-${script}`;
  // KEP-3659: the base64url of the SHA-256 of "<name>.<namespace>.<kind>.<group>" of the parent.
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${parentName}.${namespace}.ConfigMap.`));
  return {
    script,
    namespace,
    id: `applyset-${new Uint8Array(hash).toBase64({ alphabet: "base64url", omitPadding: true })}-v1`,
    fieldManager: `kubescript/${namespace}/${script}`,
    parentName,
  };
}
