/**
 * ResourceQuotas: how much of each is used.
 *
 * @module
 */

import type { StoredObject } from "../registry/served_resource.ts";
import { quotaUsage } from "../admission/quota_usage.ts";
import { keyOf } from "./cache.ts";
import { type Controller, type ControllerContext, watchSelf } from "./controller.ts";
import { QUOTAS } from "./kinds.ts";

/**
 * Makes the controller of ResourceQuotas.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function resourceQuotaController(context: ControllerContext): Controller {
  const { cache, clock } = context;
  const writer = context.writer("resourcequota-controller");
  const stored = {
    find: (storedAs: string, namespace: string, name: string) => cache.getStored(storedAs, namespace, name),
    list: (storedAs: string, namespace?: string) => cache.listStored(storedAs, namespace),
    random: () => clock.random(),
  };
  return {
    name: "resourcequota",
    watches: [watchSelf(QUOTAS), {
      storedAs: "*",
      keys: ({ metadata: { namespace } }) => namespace === undefined ? [] : cache.list(QUOTAS, namespace).map(keyOf),
    }],
    reconcile(key) {
      const quota = cache.byKey(QUOTAS, key);
      if (!quota) return undefined;
      const used = quotaUsage(quota as unknown as StoredObject, stored);
      writer.updateStatus(quota, { hard: quota.spec?.hard ?? {}, used });
      return undefined;
    },
  };
}
