/**
 * A script like those that run always: what is said about the objects with the label `source` of one test.
 *
 * @module
 */
import { changed, each, every, param, script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";

export default script("copier", {
  params: {
    home: param.string({ help: "The home namespace, and the value of the label" }),
    replica: param.string({ default: "only", help: "What the process writes into the ledger" }),
    tick: param.string({ default: "1s" }),
  },

  resources: [ConfigMap({ metadata: { name: "fixed" }, data: { value: "fixed" } })],

  rules: ({ params }) => ({
    copies: each(ConfigMap, { labels: { source: params.home }, owns: [ConfigMap] }, ({ metadata, data }) => [
      ConfigMap({ metadata: { name: `copy-of-${metadata.name}` }, data: { value: data?.value ?? "" } }),
    ]),

    values: changed(ConfigMap, {
      labels: { source: params.home },
      of: ({ data }) => Number(data?.value),
      on: ["appeared", "changed", "left", "deleted"],
      existing: "include",
    }, (change, { log }) => {
      const old = "old" in change ? change.old ?? null : null;
      const now = "now" in change ? change.now ?? null : null;
      log.info(change.event, { uid: change.object.metadata.uid ?? null, old, now });
    }),

    ledger: every(params.tick, {}, async ({ k }) => {
      await k.apply(
        ConfigMap({ metadata: { name: "ledger", namespace: params.home }, data: { replica: params.replica } }),
      );
    }),
  }),
});
