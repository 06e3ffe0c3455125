import { strictEqual } from "node:assert/strict";
import type { Change } from "../../plan/change.ts";
import { change } from "../fake_host_test.ts";
import { colorsFor } from "../colors.ts";
import { formatPlan, type TextOptions } from "./plan_text.ts";

function formatted(changes: readonly Change[], options: Partial<TextOptions> = {}): string {
  const colors = colorsFor("never", { isTerminal: false }, false);
  return formatPlan({ script: "shop", namespace: "prod", changes }, { colors, verbose: false, ...options });
}

const unchanged = [change("unchanged", "Namespace/prod"), change("unchanged", "ConfigMap/prod/settings")];

Deno.test("formatPlan() shows what changes, field by field", () => {
  const text = formatted([
    ...unchanged,
    change("create", "Service/prod/web"),
    change("update", "Deployment/prod/web", {
      fields: [
        { path: "spec.template.spec.containers[name=web].image", from: "nginx:1.28", to: "nginx:1.29" },
        { path: "spec.replicas", from: 5, to: 3, note: 'drift: set by "kubectl-scale"' },
        { path: "metadata.labels.tier", from: "web", note: "removed" },
      ],
    }),
    change("release", "ConfigMap/prod/old", { reason: "it is to be kept" }),
    change("conflict", "Deployment/prod/api", {
      reason: 'field "spec.replicas" is owned by "hpa"',
      hint: "Leave the field to its owner",
    }),
  ]);

  strictEqual(
    text,
    `Plan for set "shop" in namespace "prod"

+ create   Service/prod/web
~ update   Deployment/prod/web
    spec.template.spec.containers[name=web].image: nginx:1.28 → nginx:1.29
    spec.replicas: 5 → 3 (drift: set by "kubectl-scale")
    metadata.labels.tier: web → (none) (removed)
~ release  ConfigMap/prod/old: it is to be kept
! conflict Deployment/prod/api: field "spec.replicas" is owned by "hpa"
    hint: Leave the field to its owner

1 to create, 1 to update, 1 to release, 2 unchanged, 1 in conflict
`,
  );
});

Deno.test("formatPlan() says in one line that nothing changes", () => {
  const heading = 'Plan for set "shop" in namespace "prod"\n\n';
  strictEqual(formatted(unchanged), `${heading}No changes: 2 objects are as the script says\n`);
  strictEqual(formatted(unchanged.slice(1)), `${heading}No changes: 1 object is as the script says\n`);
  strictEqual(formatted([]), `${heading}No changes: the set has no objects\n`);
});

Deno.test("formatPlan() shows unchanged objects if everything is to be shown, or if somebody changed them", () => {
  const drifted = change("unchanged", "ConfigMap/prod/b", { drift: true, reason: "drift is reported, not repaired" });
  strictEqual(formatted(unchanged, { verbose: true }).split("\n")[2], "= unchanged Namespace/prod");
  strictEqual(
    formatted([...unchanged, drifted]).split("\n").slice(2).join("\n"),
    "= unchanged ConfigMap/prod/b: drift is reported, not repaired\n\n3 unchanged\n",
  );
});

Deno.test("formatPlan() keeps to the width of the terminal", () => {
  const fields = [{ path: "data.text", from: "a".repeat(200), to: "b".repeat(200) }];
  const lines = formatted([change("update", "ConfigMap/prod/a", { fields })], { columns: 60 }).split("\n");
  strictEqual(lines[3]!.length, 60);
});
