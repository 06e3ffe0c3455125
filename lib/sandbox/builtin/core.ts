/**
 * Small kinds of the core group.
 *
 * @module
 */

import { jsonEquals, parseJson } from "../../base/json.ts";
import { validateDataKey, validateDns1123Label, validateDns1123Subdomain, validateLabelKey } from "../../kube/names.ts";
import { compareQuantities } from "../../kube/quantity.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkImmutable, checkPlainFinalizer } from "./checks.ts";
import type { RulesByKind } from "./kind_rules.ts";
import { POD } from "./pod.ts";
import { checkQuantity, checkResourceName, isQuotaResource } from "./resources_check.ts";
import { SERVICE } from "./service.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";
const ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name";
const SECRET_KEYS: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};
const MOST_BYTES = 1024 * 1024;

/** The rules of the kinds. */
export const CORE: RulesByKind = {
  "/Pod": POD,
  "/Service": SERVICE,
  "/Namespace": {
    nameFaults: validateDns1123Label,
    selectable: { "status.phase": ({ status }) => status?.phase },
    prepareForCreate(namespace) {
      const finalizers: readonly string[] = namespace.spec.finalizers ?? [];
      namespace.status = { phase: "Active" };
      namespace.spec.finalizers = finalizers.includes("kubernetes") ? finalizers : [...finalizers, "kubernetes"];
      // A generated name was not known yet when the defaults were set.
      namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name ?? "" };
    },
    prepareForUpdate(namespace, old) {
      namespace.spec.finalizers = old.spec.finalizers;
      if (namespace.spec.finalizers === undefined) delete namespace.spec.finalizers;
    },
    validateUpdate({ metadata, status }, old, errors) {
      const [phase, is] = metadata.deletionTimestamp === undefined ? ["Active", "is"] : ["Terminating", "is not"];
      if (status.phase === phase || status.phase === old.status.phase) return;
      errors.invalid("status.Phase", status.phase, `may only be '${phase}' if \`deletionTimestamp\` ${is} empty`);
    },
    validate({ spec }, errors) {
      for (const finalizer of spec.finalizers ?? []) {
        errors.invalid("spec.finalizers", finalizer, ...validateLabelKey(finalizer));
        checkPlainFinalizer(errors, "spec.finalizers", finalizer);
      }
    },
    isHeld: ({ spec }) => spec.finalizers?.length > 0,
    prepareForDelete(namespace) {
      namespace.status.phase = "Terminating";
    },
  },
  "/Node": {
    keepsStatus: true,
    selectable: { "spec.unschedulable": ({ spec }) => spec?.unschedulable ?? false },
  },
  "/ConfigMap": {
    validate({ data = {}, binaryData = {} }, errors) {
      validateData(data, "data", errors);
      validateData(binaryData, "binaryData", errors);
      for (const key of Object.keys(data)) {
        if (Object.hasOwn(binaryData, key)) {
          errors.invalid(`data[${key}]`, key, "duplicate of key present in binaryData");
        }
      }
    },
    validateUpdate: (draft, old, errors) => validateFrozen(draft, old, ["data", "binaryData"], errors),
  },
  "/Secret": {
    selectable: { type: true },
    prepareForUpdate(secret, old) {
      if (!secret.type) secret.type = old.type;
    },
    validate: validateSecret,
    validateUpdate(draft, old, errors) {
      checkImmutable(errors, "type", draft.type, old.type);
      validateFrozen(draft, old, ["data"], errors);
    },
  },
  "/ServiceAccount": {},
  "/Event": {
    nameFaults: validateDns1123Subdomain,
    selectable: {
      ...Object.fromEntries(
        ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map((field) => [
          `involvedObject.${field}`,
          true as const,
        ]),
      ),
      reason: true,
      reportingComponent: ({ reportingComponent, source }) => reportingComponent || source?.component,
      source: ({ source, reportingComponent }) => source?.component || reportingComponent,
      type: true,
    },
    validate({ metadata, involvedObject }, errors) {
      if ((involvedObject.namespace ?? "default") !== metadata.namespace) {
        errors.invalid("involvedObject.namespace", involvedObject.namespace ?? "", "does not match event.namespace");
      }
    },
  },
  "/ResourceQuota": { validate: validateQuota, immutable: ["spec.scopes"] },
  "/LimitRange": {
    validate({ spec }, errors) {
      for (const [index, item] of (spec.limits ?? []).entries()) validateLimit(item, `spec.limits[${index}]`, errors);
    },
  },
};

function validateSecret({ metadata, type, data = {} }: Part, errors: FieldErrors): void {
  validateData(data, "data", errors);
  if (type === "kubernetes.io/service-account-token" && !metadata.annotations?.[ACCOUNT_ANNOTATION]) {
    errors.required(`metadata.annotations[${ACCOUNT_ANNOTATION}]`);
  }
  if (type === "kubernetes.io/basic-auth" && !("username" in data) && !("password" in data)) {
    errors.required("data[username]");
    errors.required("data[password]");
  }
  for (const key of SECRET_KEYS[type] ?? []) {
    if (!Object.hasOwn(data, key)) errors.required(`data[${key}]`);
    else if (key.startsWith(".docker")) {
      const fault = jsonFault(atob(data[key]));
      if (fault) errors.invalid(`data[${key}]`, "<secret contents redacted>", fault);
    }
  }
}

function jsonFault(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch {
    const first = text.trimStart()[0];
    return first === undefined
      ? "unexpected end of JSON input"
      : `invalid character '${first}' looking for beginning of value`;
  }
}

function validateData(data: Readonly<Record<string, string>>, path: string, errors: FieldErrors): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.invalid(`${path}[${key}]`, key, ...validateDataKey(key));
    bytes += value.length;
  }
  if (bytes > MOST_BYTES * 4 / 3) errors.tooLong(path, MOST_BYTES);
}

function validateFrozen(draft: Part, old: Part, fields: readonly string[], errors: FieldErrors): void {
  if (!old.immutable) return;
  const detail = "field is immutable when `immutable` is set";
  if (!draft.immutable) errors.forbidden("immutable", detail);
  for (const field of fields) {
    if (!jsonEquals(draft[field] ?? {}, old[field] ?? {})) errors.forbidden(field, detail);
  }
}

function validateQuota({ spec }: Part, errors: FieldErrors): void {
  for (const [name, quantity] of Object.entries<string>(spec.hard ?? {})) {
    const path = `spec.hard[${name}]`;
    checkResourceName(errors, path, name);
    if (!isQuotaResource(name)) errors.invalid(path, name, "must be a standard resource for quota");
    else checkQuantity(errors, path, quantity, !/cpu|memory|storage$|\.storage|hugepages/.test(name));
  }
}

function validateLimit(item: Part, path: string, errors: FieldErrors): void {
  const { type, min = {}, max = {}, default: limits = {}, defaultRequest: requests = {} } = item;
  for (const field of ["default", "defaultRequest"]) {
    if (type === "Pod" && item[field]) {
      errors.forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'");
    }
  }
  if (type === "PersistentVolumeClaim" && !min.storage && !max.storage) {
    errors.required(`${path}.limits`, "either minimum or maximum storage value is required, but neither was provided");
  }
  const bounds: readonly [string, Part, string, string, Part, string][] = [
    ["min", min, "min", "max", max, "max"],
    ["defaultRequest", min, "min", "default request", requests, "defaultRequest"],
    ["default", min, "min", "default", limits, "default"],
    ["defaultRequest", requests, "default request", "max", max, "defaultRequest"],
    ["default", limits, "default", "max", max, "default"],
    ["defaultRequest", requests, "default request", "default limit", limits, "defaultRequest"],
  ];
  const names = new Set([min, max, limits, requests].flatMap((list) => Object.keys(list)));
  for (const name of [...names].sort()) {
    for (const [field, low, lowName, highName, high] of type === "Pod" ? bounds.slice(0, 1) : bounds) {
      if (low[name] === undefined || high[name] === undefined || compareQuantities(low[name], high[name]) <= 0) {
        continue;
      }
      const value = field === "defaultRequest" && lowName === "min" ? high[name] : low[name];
      const detail = `${lowName} value ${low[name]} is greater than ${highName} value ${high[name]}`;
      errors.invalid(`${path}.${field}[${name}]`, value, detail);
    }
  }
}
