/**
 * The merge of an applied configuration into an object.
 *
 * @module
 */

import { areEmpty, asList, asMap, itemStep, type Shape, shapeOf } from "./typed_value.ts";
import type { ListType, MapType, ValueType } from "./value_type.ts";

/**
 * Merges two values. Nothing is removed; where both have a leaf, that of the configuration counts.
 *
 * @param type Their type.
 * @param live The value that there is, valid but for duplicates; `undefined` for none.
 * @param config The configuration, valid and without duplicates; `undefined` for none.
 * @returns The merged value; parts of it are parts of the two values.
 */
export function mergeValues(type: ValueType, live: unknown, config: unknown): unknown {
  return mergeAs(shapeOf(type, config === undefined ? live : config), type, live, config);
}

function mergeAs(shape: Shape, type: ValueType, live: unknown, config: unknown): unknown {
  if (shape === "map") {
    const [a, b] = [asMap(live), asMap(config)];
    if (!type.map!.isAtomic && !areEmpty(a, b)) return mergeMaps(type.map!, a ?? {}, b ?? {});
  } else if (shape === "list") {
    const [a, b] = [asList(live), asList(config)];
    if (type.list!.relation !== "atomic" && !areEmpty(a, b)) return mergeLists(type.list!, a ?? [], b ?? []);
  }
  return config === undefined ? live : config;
}

function mergeMaps(
  type: MapType,
  live: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const merged: Record<string, unknown> = {};
  for (const name in live) {
    // What is not configured stays as it is.
    const value = Object.hasOwn(config, name) ? mergeEntry(type, name, live[name], config[name]) : live[name];
    if (value !== undefined) merged[name] = value;
  }
  for (const name in config) {
    if (Object.hasOwn(live, name)) continue;
    const value = mergeEntry(type, name, undefined, config[name]);
    if (value !== undefined) merged[name] = value;
  }
  return Object.keys(merged).length > 0 ? merged : undefined;
}

function mergeEntry(type: MapType, name: string, live: unknown, config: unknown): unknown {
  const entryType = type.typeOf(name);
  return entryType === undefined ? config : mergeValues(entryType, live, config);
}

/** Orders items that both lists have as the configuration does, and leaves those of one list where they are. */
function mergeLists(type: ListType, live: readonly unknown[], config: readonly unknown[]): unknown[] | undefined {
  const liveSteps = live.map((item) => itemStep(type, item));
  const configSteps = config.map((item) => itemStep(type, item));
  const liveItems = new Map<string, unknown>();
  // Duplicates are not merged with what is configured, but replaced.
  for (const [i, step] of liveSteps.entries()) liveItems.set(step, liveItems.has(step) ? null : live[i]);
  const configItems = new Map(configSteps.map((step, i) => [step, config[i]]));
  const shared = configSteps.filter((step) => liveItems.has(step)).values();
  let nextShared = shared.next().value;
  const done = new Set<string>();
  const merged: unknown[] = [];

  const take = (value: unknown) => value !== undefined && merged.push(value);
  const takeConfigured = (step: string) => {
    done.add(step);
    take(mergeValues(type.item, liveItems.get(step), configItems.get(step)));
  };
  let l = 0;
  let c = 0;
  while (l < live.length || c < config.length) {
    const [liveStep, configStep] = [liveSteps[l], configSteps[c]];
    if (liveStep !== undefined && configStep !== undefined) {
      if (liveStep === configStep) {
        takeConfigured(liveStep);
        nextShared = shared.next().value;
        l++;
        c++;
        continue;
      }
      if (configItems.has(liveStep) && nextShared !== undefined && nextShared !== liveStep) {
        l++;
        continue;
      }
    }
    if (liveStep !== undefined) {
      if (!configItems.has(liveStep)) {
        take(live[l++]);
        continue;
      }
      if (done.has(liveStep)) l++;
    }
    if (configStep !== undefined) {
      takeConfigured(configStep);
      c++;
      if (nextShared === configStep) nextShared = shared.next().value;
    }
  }
  return merged.length > 0 ? merged : undefined;
}
