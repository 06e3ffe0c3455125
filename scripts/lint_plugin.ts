/**
 * The project's own lint rules: the architecture and the style that `deno lint` can check.
 *
 * Loaded by deno.json; one rule a file in scripts/lint.
 *
 * @module
 */

import { errorMessage } from "./lint/error_message.ts";
import { ignoreReason } from "./lint/ignore_reason.ts";
import { layers } from "./lint/layers.ts";
import { moduleDoc } from "./lint/module_doc.ts";
import { noModuleState } from "./lint/no_module_state.ts";
import { noTopLevelArrow } from "./lint/no_top_level_arrow.ts";
import { size } from "./lint/size.ts";
import { walls } from "./lint/walls.ts";

const plugin: Deno.lint.Plugin = {
  name: "kubescript",
  rules: {
    "error-message": errorMessage,
    "ignore-reason": ignoreReason,
    "layers": layers,
    "module-doc": moduleDoc,
    "no-module-state": noModuleState,
    "no-top-level-arrow": noTopLevelArrow,
    "size": size,
    "walls": walls,
  },
};

export default plugin;
