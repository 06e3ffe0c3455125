/**
 * Makes the strategy of a built-in kind of its rules and of what all kinds have in common.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import type { Draft, FieldError, StoredObject } from "../registry/served_resource.ts";
import type { Strategy, StrategyContext, SubresourceStrategy } from "../registry/strategy.ts";
import { type DecodedType, decodeTyped } from "../schema/decode.ts";
import { FieldErrors } from "../schema/field_errors.ts";
import type { Plans } from "../schema/plans.ts";
import type { TypedWalk } from "../schema/typed_walk.ts";
import { checkImmutable, checkPlainFinalizer, IMMUTABLE, valueAt } from "./checks.ts";
import type { KindRules, SubresourceRules } from "./kind_rules.ts";

/** What a strategy is made of. */
export interface StrategyOptions {
  /** The rules of the kind. */
  readonly rules: KindRules;
  /** The type of its objects. */
  readonly type: DecodedType;
  /** Whether it has a subresource `status`. */
  readonly hasStatus: boolean;
  /** How types are read. */
  readonly plans: Plans;
  /** Goes through objects. */
  readonly walk: TypedWalk;
}

/**
 * Makes a strategy.
 *
 * @param options What it is made of.
 * @returns The strategy.
 */
export function strategyOf(options: StrategyOptions): Strategy {
  const { rules, type, walk } = options;
  return {
    generation: rules.generation ?? false,
    defaultPropagation: rules.defaultPropagation ?? "Background",
    createOnUpdate: CREATED_BY_UPDATES.has(type.name),
    unconditionalUpdate: !CONDITIONAL_UPDATES.has(type.name),
    ...(STATUS_IGNORED[type.name] && { statusIgnoredPaths: STATUS_IGNORED[type.name]! }),
    returnsDeleted: RETURNED_WHEN_DELETED.has(type.name),
    ...(rules.nameFaults && { validateName: rules.nameFaults }),
    setDefaults: (draft) => walk.setDefaults(draft, type),
    prepareForCreate: (draft, context) => prepareForCreate(draft, context, options),
    ...(rules.prepareForUpdate && { prepareForUpdate: rules.prepareForUpdate.bind(rules) }),
    ...(rules.prepareForStatusUpdate && { prepareForStatusUpdate: rules.prepareForStatusUpdate.bind(rules) }),
    validate: (draft, context, old) => validate(draft, context, old, options),
    ...(rules.warnings && { warnings: rules.warnings.bind(rules) }),
    validateUpdate: (draft, old, context) => validateUpdate(draft, old, context, rules),
    ...(rules.gracePeriodSeconds && { gracePeriodSeconds: rules.gracePeriodSeconds.bind(rules) }),
    ...(rules.isHeld && { isHeld: rules.isHeld.bind(rules) }),
    ...(rules.prepareForDelete && { prepareForDelete: rules.prepareForDelete.bind(rules) }),
    ...(rules.subresources && {
      subresources: Object.fromEntries(
        Object.entries(rules.subresources).map(([name, rules]) => [name, subresourceStrategyOf(rules)]),
      ),
    }),
  };
}

function subresourceStrategyOf(rules: SubresourceRules): SubresourceStrategy {
  return {
    prepareForUpdate: rules.prepareForUpdate,
    validateUpdate(draft, old) {
      const errors = new FieldErrors();
      rules.validateUpdate(draft, old, errors);
      return errors.list;
    },
  };
}

/** The kinds whose objects an update makes if they are not there. */
const CREATED_BY_UPDATES: ReadonlySet<string> = new Set([
  "coordination/v1.Lease",
  "core/v1.Endpoints",
  "core/v1.Event",
  "core/v1.LimitRange",
  "core/v1.Service",
  "events/v1.Event",
  "node/v1.RuntimeClass",
  "rbac/v1.ClusterRole",
  "rbac/v1.ClusterRoleBinding",
  "rbac/v1.Role",
  "rbac/v1.RoleBinding",
]);

/** The kinds of which an update must tell the resourceVersion. */
const CONDITIONAL_UPDATES: ReadonlySet<string> = new Set([
  "certificates/v1.ClusterTrustBundle",
  "certificates/v1.PodCertificateRequest",
  "coordination/v1.Lease",
  "node/v1.RuntimeClass",
  "policy/v1.PodDisruptionBudget",
  "storage/v1.CSIDriver",
  "storage/v1.CSINode",
  "storage/v1.CSIStorageCapacity",
  "storage/v1.VolumeAttachment",
  "storagemigration/v1.StorageVersionMigration",
]);

const SPEC_AND_METADATA = [["spec"], ["metadata"]];

/** What else than `spec` a write to the status does not own. */
const STATUS_IGNORED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "apps/v1.Deployment": [["spec"], ["metadata", "labels"]],
  "core/v1.Pod": [["spec"], ["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"]],
  "flowcontrol/v1.FlowSchema": SPEC_AND_METADATA,
  "flowcontrol/v1.PriorityLevelConfiguration": SPEC_AND_METADATA,
  "networking/v1.ServiceCIDR": SPEC_AND_METADATA,
  "resource/v1.ResourceClaim": SPEC_AND_METADATA,
  "storage/v1.VolumeAttachment": SPEC_AND_METADATA,
};

/** The kinds of which a deletion answers with the object. */
const RETURNED_WHEN_DELETED: ReadonlySet<string> = new Set([
  "core/v1.Namespace",
  "core/v1.PersistentVolume",
  "core/v1.PersistentVolumeClaim",
  "core/v1.Pod",
  "core/v1.PodTemplate",
  "core/v1.ResourceQuota",
  "core/v1.Service",
  "core/v1.ServiceAccount",
  "resource/v1.DeviceClass",
  "resource/v1.ResourceClaim",
  "resource/v1.ResourceClaimTemplate",
  "resource/v1.ResourceSlice",
  "storage/v1.CSIDriver",
  "storage/v1.CSINode",
  "storage/v1.StorageClass",
  "storage/v1.VolumeAttachment",
  "storage/v1.VolumeAttributesClass",
]);

function prepareForCreate(
  draft: Draft,
  context: StrategyContext,
  { rules, type, hasStatus, plans }: StrategyOptions,
): void {
  if (hasStatus && !rules.keepsStatus) {
    const { status } = decodeTyped({}, type, plans).draft;
    if (status === undefined) delete draft.status;
    else draft.status = status;
  }
  rules.prepareForCreate?.(draft, context);
}

function validate(
  draft: Draft,
  context: StrategyContext,
  old: StoredObject | undefined,
  { rules, type, walk }: StrategyOptions,
): FieldError[] {
  const errors = new FieldErrors();
  checkFinalizers(draft, errors);
  rules.validate?.(draft, errors, context, old);
  walk.check(draft, type, errors);
  return errors.list;
}

function checkFinalizers({ metadata: { finalizers = [] } }: Draft, errors: FieldErrors): void {
  for (const [index, finalizer] of finalizers.entries()) {
    checkPlainFinalizer(errors, `metadata.finalizers[${index}]`, finalizer);
  }
}

function validateUpdate(draft: Draft, old: StoredObject, context: StrategyContext, rules: KindRules): FieldError[] {
  const errors = new FieldErrors();
  for (const path of rules.immutable ?? []) {
    checkImmutable(errors, path, valueAt(draft, path), valueAt(old, path));
  }
  for (const path of rules.immutableByTag ?? []) {
    if (!jsonEquals(valueAt(draft, path) ?? null, valueAt(old, path) ?? null)) errors.invalid(path, null, IMMUTABLE);
  }
  rules.validateUpdate?.(draft, old, errors, context);
  return errors.list;
}
