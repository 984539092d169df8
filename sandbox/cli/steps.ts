import { PRESET_TIMER } from "listr2";

/** How steps are shown: names with spinners and times on a terminal, one line for each event elsewhere. */
export function stepDisplay(quiet = false) {
  return {
    renderer: quiet ? ("silent" as const) : ("default" as const),
    rendererOptions: { timer: PRESET_TIMER, collapseErrors: false, outputBar: 1 },
    fallbackRenderer: "simple" as const,
    fallbackRendererOptions: { timer: PRESET_TIMER },
  };
}
