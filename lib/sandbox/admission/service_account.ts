/**
 * `ServiceAccount`: every Pod has an account, and its token.
 *
 * @module
 */

import type { AdmissionAttributes } from "../registry/admission.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { refused } from "./refused.ts";

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_PREFIX = "kube-api-access-";
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
const SUFFIX_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";
/** An hour, and a little by which the server knows that nobody asked for it. */
const TOKEN_SECONDS = 3607;

/**
 * Gives a new Pod its account.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 * @throws {StatusError} If there is no such account.
 */
export function serviceAccount(attributes: AdmissionAttributes, { find, random }: AdmissionContext): void {
  const { operation, resource, subresource, namespace, object } = attributes;
  if (operation !== "CREATE" || resource.storedAs !== "/pods" || subresource !== "" || object === undefined) return;
  const { metadata, spec } = object as Part;
  if (metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return;
  spec.serviceAccountName ||= "default";
  spec.serviceAccount = spec.serviceAccountName;
  const account = find("/serviceaccounts", namespace, spec.serviceAccountName) as Part | undefined;
  if (account === undefined) {
    const name = spec.serviceAccountName;
    const reason = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    throw refused(attributes, reason);
  }
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, random);
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
    spec.imagePullSecrets = account.imagePullSecrets.map(({ name }: Part) => ({ name }));
  }
}

function mountToken(spec: Part, random: () => number): void {
  const containers: readonly Part[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const missing = containers.filter(({ volumeMounts = [] }) =>
    !volumeMounts.some(({ mountPath }: Part) => mountPath === MOUNT_PATH)
  );
  if (missing.length === 0) return;
  const present = spec.volumes?.find(({ name }: Part) => name?.startsWith(VOLUME_PREFIX));
  const name = present?.name ?? VOLUME_PREFIX + suffix(random);
  for (const container of missing) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
  }
  if (present === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function suffix(random: () => number): string {
  return Array.from({ length: 5 }, () => SUFFIX_CHARACTERS[Math.floor(random() * SUFFIX_CHARACTERS.length)]).join("");
}

function tokenVolume(name: string): Part {
  const fieldRef = { apiVersion: "v1", fieldPath: "metadata.namespace" };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [{ path: "namespace", fieldRef }] } },
      ],
      defaultMode: 0o644,
    },
  };
}
