/**
 * A kind of custom resources for rows, made for each of them anew.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { type Condition, CustomResourceDefinition, type JSONSchemaProps } from "../../lib/kinds/mod.ts";
import type { ObjectMeta } from "../../lib/kube/object.ts";
import { defineKind, type Kind } from "../../lib/script/kind.ts";
import { until } from "../e2e/objects.ts";

/** A custom resource. */
export interface Widget {
  /** Group and version. */
  apiVersion: string;
  /** The kind. */
  kind: "Widget";
  /** What every object carries. */
  metadata?: ObjectMeta;
  /** What is wanted. */
  spec: { size: number; replicas?: number; color?: string };
  /** What there is. */
  status?: { replicas?: number; selector?: string; conditions?: Condition[] };
}

/** The kind of {@linkcode Widget}s, for as long as its variable lasts: `await using widgets = …`. */
export interface Widgets extends AsyncDisposable {
  /** The API group. */
  readonly group: string;
  /** The short name. */
  readonly shortName: string;
  /** The version that is stored. */
  readonly Widget: Kind<Widget>;
  /** Another version, of the same schema. */
  readonly OldWidget: Kind<Widget>;
}

/**
 * Installs the kind, with short name, status and scale, and waits until the server offers it.
 *
 * @param k Somebody who may do so.
 * @param prefix A word that no other row uses.
 * @returns The kind.
 */
export async function installWidgets(k: Client, prefix: string): Promise<Widgets> {
  const group = `${prefix}.example.com`;
  // Of its own, as definitions that other rows have deleted stay in sight for a while.
  const shortName = `w-${prefix}`;
  const names = {
    kind: "Widget",
    plural: "widgets",
    singular: "widget",
    shortNames: [shortName],
    categories: ["toys"],
  };
  const subresources = {
    status: {},
    scale: {
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.replicas",
      labelSelectorPath: ".status.selector",
    },
  };
  const version = { served: true, subresources, schema: { openAPIV3Schema: schema() } };
  const definition = CustomResourceDefinition({
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names,
      versions: [{ ...version, name: "v1", storage: true }, { ...version, name: "v1beta1", storage: false }],
    },
  });
  await k.create(definition);
  await until("the kind is established", async () => {
    const { status } = await k.get(CustomResourceDefinition, definition.metadata!.name!);
    return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
  });
  await until("the kind is found", async () => {
    return (await k.mapper({ refresh: true })).find({ group, kind: "Widget" }) !== undefined;
  });
  return {
    group,
    shortName,
    Widget: defineKind<Widget>(`${group}/v1`, "Widget", { plural: "widgets" }),
    OldWidget: defineKind<Widget>(`${group}/v1beta1`, "Widget", { plural: "widgets" }),
    [Symbol.asyncDispose]: async () => void await k.delete(CustomResourceDefinition, `widgets.${group}`),
  };
}

function schema(): JSONSchemaProps {
  const text = { type: "string" };
  const condition = {
    type: "object",
    required: ["type", "status"],
    properties: { type: text, status: text, reason: text, message: text, lastTransitionTime: text },
  };
  const conditions = {
    type: "array",
    items: condition,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  };
  return {
    type: "object",
    properties: {
      spec: {
        type: "object",
        required: ["size"],
        properties: {
          size: { type: "integer", minimum: 1 },
          replicas: { type: "integer" },
          color: { type: "string", default: "red" },
        },
      },
      status: { type: "object", properties: { replicas: { type: "integer" }, selector: text, conditions } },
    },
  };
}
