/**
 * The rules of containers.
 *
 * @module
 */

import { validateDataKey, validatePortName } from "../../kube/names.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkLabelName, checkNonNegative, checkOneOf, checkPort } from "./checks.ts";
import { validateResources } from "./resources_check.ts";

const ENV_SOURCES = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const ENV_FIELDS =
  /^(metadata\.(name|namespace|uid|labels\['.*'\]|annotations\['.*'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;
const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

/**
 * Judges the containers of a Pod.
 *
 * @param spec The Pod's spec.
 * @param path Where it is.
 * @param errors Where to report.
 */
export function validateContainers(spec: Part, path: string, errors: FieldErrors): void {
  const volumes = new Set<string>((spec.volumes ?? []).map(({ name }: Part) => name));
  const names = new Set<string>();
  if (!spec.containers?.length) errors.required(`${path}.containers`);
  for (const field of ["containers", "initContainers", "ephemeralContainers"]) {
    for (const [index, container] of (spec[field] ?? []).entries()) {
      const containerPath = `${path}.${field}[${index}]`;
      validateContainer(container, containerPath, volumes, field === "initContainers", errors);
      if (container.name && names.has(container.name)) errors.duplicate(`${containerPath}.name`, container.name);
      names.add(container.name);
    }
  }
}

function validateContainer(
  container: Part,
  path: string,
  volumes: ReadonlySet<string>,
  isInit: boolean,
  errors: FieldErrors,
): void {
  checkLabelName(errors, `${path}.name`, container.name);
  if (!container.image) errors.required(`${path}.image`);
  else if (container.image !== container.image.trim()) {
    errors.invalid(`${path}.image`, container.image, "must not have leading or trailing whitespace");
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    if (container[name] === undefined) continue;
    if (isInit && container.restartPolicy !== "Always") {
      errors.forbidden(`${path}.${name}`, "may not be set for init containers without restartPolicy=Always");
    } else validateProbe(container[name], `${path}.${name}`, name !== "readinessProbe", errors);
  }
  for (const hook of ["postStart", "preStop"]) {
    const handler = container.lifecycle?.[hook];
    if (handler !== undefined) validateHandler(handler, `${path}.lifecycle.${hook}`, errors);
  }
  checkOneOf(errors, `${path}.imagePullPolicy`, container.imagePullPolicy, ["Always", "IfNotPresent", "Never"]);
  validatePorts(container.ports ?? [], `${path}.ports`, errors);
  validateEnv(container, path, errors);
  validateMounts(container, path, volumes, errors);
  validateResources(container.resources, `${path}.resources`, errors);
  const { privileged, allowPrivilegeEscalation, runAsUser } = container.securityContext ?? {};
  if (privileged && allowPrivilegeEscalation === false) {
    const detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
    errors.invalid(`${path}.securityContext`, container.securityContext, detail);
  }
  if (runAsUser < 0) {
    errors.invalid(`${path}.securityContext.runAsUser`, runAsUser, "must be between 0 and 2147483647, inclusive");
  }
}

function validateProbe(probe: Part, path: string, mustSucceedOnce: boolean, errors: FieldErrors): void {
  validateHandler(probe, path, errors);
  checkNonNegative(
    errors,
    probe,
    `${path}.`,
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  );
  if (mustSucceedOnce && probe.successThreshold !== 1) {
    errors.invalid(`${path}.successThreshold`, probe.successThreshold, "must be 1");
  }
}

function validateHandler(handler: Part, path: string, errors: FieldErrors): void {
  const [first, ...others] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (first === undefined) errors.required(path, "must specify a handler type");
  for (const other of others) errors.forbidden(`${path}.${other}`, "may not specify more than 1 handler type");
  if (handler.exec && !handler.exec.command?.length) errors.required(`${path}.exec.command`);
  if (handler.httpGet && !handler.httpGet.path) errors.required(`${path}.httpGet.path`);
  for (const name of ["httpGet", "tcpSocket", "grpc"]) {
    const port = handler[name]?.port;
    if (port === undefined) continue;
    if (typeof port === "string") errors.invalid(`${path}.${name}.port`, port, ...validatePortName(port));
    else checkPort(errors, `${path}.${name}.port`, port);
  }
}

function validatePorts(ports: readonly Part[], path: string, errors: FieldErrors): void {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const portPath = `${path}[${index}]`;
    if (port.name) {
      const before = errors.list.length;
      errors.invalid(`${portPath}.name`, port.name, ...validatePortName(port.name));
      if (errors.list.length === before && names.has(port.name)) errors.duplicate(`${portPath}.name`, port.name);
      names.add(port.name);
    }
    if (!port.containerPort) errors.required(`${portPath}.containerPort`);
    else checkPort(errors, `${portPath}.containerPort`, port.containerPort);
    if (port.hostPort) checkPort(errors, `${portPath}.hostPort`, port.hostPort);
    checkOneOf(errors, `${portPath}.protocol`, port.protocol, ["SCTP", "TCP", "UDP"]);
  }
}

function validateEnv({ env = [], envFrom = [] }: Part, path: string, errors: FieldErrors): void {
  for (const [index, variable] of env.entries()) {
    const itemPath = `${path}.env[${index}]`;
    if (!variable.name) errors.required(`${itemPath}.name`);
    else if (/[^ -<>-~]/.test(variable.name)) {
      errors.invalid(
        `${itemPath}.name`,
        variable.name,
        'a valid environment variable name must consist only of printable ASCII characters other than "="',
      );
    }
    if (variable.valueFrom !== undefined) validateEnvSource(variable, `${itemPath}.valueFrom`, errors);
  }
  for (const source of envFrom) {
    if (source.configMapRef === undefined && source.secretRef === undefined) {
      errors.invalid(`${path}.envFrom`, "", "must specify one of: `configMapRef` or `secretRef`");
    }
  }
}

function validateEnvSource({ value, valueFrom }: Part, path: string, errors: FieldErrors): void {
  const sources = ENV_SOURCES.filter((source) => valueFrom[source] !== undefined);
  if (sources.length === 0) {
    const names = ENV_SOURCES.map((source) => `\`${source}\``);
    errors.invalid(path, "", `must specify one of: ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`);
  } else if (value) errors.invalid(path, "", "may not be specified when `value` is not empty");
  else if (sources.length > 1) errors.invalid(path, "", "may not have more than one field specified at a time");
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined && !ENV_FIELDS.test(fieldRef.fieldPath)) {
    const detail = `error converting fieldPath: field label not supported: ${fieldRef.fieldPath}`;
    if (fieldRef.fieldPath) errors.invalid(`${path}.fieldRef.fieldPath`, fieldRef.fieldPath, detail);
    else errors.required(`${path}.fieldRef.fieldPath`);
  }
  for (const [name, reference] of Object.entries({ configMapKeyRef, secretKeyRef })) {
    if (reference === undefined) continue;
    if (!reference.key) errors.required(`${path}.${name}.key`);
    else errors.invalid(`${path}.${name}.key`, reference.key, ...validateDataKey(reference.key));
  }
}

function validateMounts(
  { volumeMounts = [], volumeDevices = [] }: Part,
  path: string,
  volumes: ReadonlySet<string>,
  errors: FieldErrors,
): void {
  const places = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const mountPath = `${path}.volumeMounts[${index}]`;
    if (!mount.name) errors.required(`${mountPath}.name`);
    else if (!volumes.has(mount.name)) errors.notFound(`${mountPath}.name`, mount.name);
    if (!mount.mountPath) errors.required(`${mountPath}.mountPath`);
    if (places.has(mount.mountPath)) errors.invalid(`${mountPath}.mountPath`, mount.mountPath, "must be unique");
    places.add(mount.mountPath);
  }
  for (const [index, device] of volumeDevices.entries()) {
    const devicePath = `${path}.volumeDevices[${index}]`;
    if (!volumes.has(device.name)) errors.notFound(`${devicePath}.name`, device.name);
    if (!device.devicePath) errors.required(`${devicePath}.devicePath`);
  }
}
