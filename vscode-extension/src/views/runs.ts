// All runs: those of this window first, those of other folders folded away.
import { l10n } from "vscode";
import type { RunItem, State } from "../protocol";
import { shortened, spent, stateWords } from "../words";
import { BLUE, GREEN, GREY, RED, YELLOW, type Icon, type Row } from "./row";

export function runRows(list: readonly RunItem[], isHere: (target: string) => boolean, current: string | undefined, titleOf: (id: string) => string | undefined): Row[] {
  const row = (item: RunItem) => runRow(item, item.runId === current, titleOf(item.runId));
  const [here, elsewhere] = [list.filter(({ target }) => isHere(target)), list.filter(({ target }) => !isHere(target))];
  if (!elsewhere.length) return here.map(row);
  const others: Row = {
    id: "elsewhere",
    label: l10n.t("In other folders"),
    description: String(elsewhere.length),
    icon: { name: "folder" },
    open: !here.length,
    children: () => elsewhere.map(row),
  };
  return [...here.map(row), others];
}

function runRow(item: RunItem, isCurrent: boolean, title: string | undefined): Row {
  const label = shortened(title || item.description, 60);
  const words = stateWords(item.state);
  return {
    id: `run/${item.runId}`,
    label,
    description: [isCurrent ? l10n.t("shown") : "", words].filter(Boolean).join(" · "),
    tooltip: `**${escaped(label)}**\n\n${escaped(shortened(item.description, 400))}\n\n${words} · ${spent(item.usage)}\n\n\`${item.target}\` · ${item.runId}`,
    icon: runIcon(item.state),
    context: `run.${item.state}`,
    command: "samokoder.ui.select",
    given: { runId: item.runId },
  };
}

export function runIcon(state: State): Icon {
  const icons: Record<State, Icon> = {
    running: { name: "sync~spin", color: BLUE },
    waiting: { name: "bell-dot", color: YELLOW },
    interrupted: { name: "debug-pause", color: YELLOW },
    verified: { name: "pass-filled", color: GREEN },
    built_unverified: { name: "warning", color: YELLOW },
    blocked: { name: "circle-slash", color: YELLOW },
    budget_exhausted: { name: "credit-card", color: YELLOW },
    stuck: { name: "error", color: RED },
    environment_missing: { name: "plug", color: RED },
    cancelled: { name: "circle-slash", color: GREY },
  };
  return icons[state] ?? { name: "circle-outline" };
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!<>|]/g, "\\$&");
}
