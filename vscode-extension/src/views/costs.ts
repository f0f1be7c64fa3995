// What a run has cost so far: together, and where the server tells it, by role and by task.
import { l10n } from "vscode";
import type { Usage } from "../protocol";
import { agentWords, clock, count, money } from "../words";
import type { Row } from "./row";

/** One line of `samokoder.costs`. */
export interface CostLine {
  name: string;
  usage: Usage;
}

export interface Costs {
  byRole: CostLine[];
  byTask: CostLine[];
  byModel: CostLine[];
}

export function costRows(runId: string, usage: Usage | undefined, costs: Costs | undefined): Row[] {
  if (!usage) return [];
  const total: Row[] = [
    fact(runId, "cost", l10n.t("Cost"), money(usage.cost) || l10n.t("free of charge"), "credit-card"),
    fact(runId, "calls", l10n.t("Calls of the model"), count(usage.calls), "comment"),
    fact(runId, "in", l10n.t("Tokens read"), cachedWords(usage), "arrow-right"),
    fact(runId, "out", l10n.t("Tokens written"), count(usage.tokensOut), "arrow-left"),
    fact(runId, "time", l10n.t("Time at work"), clock(usage.seconds * 1000), "clock"),
  ];
  const groups = costs
    ? [group(runId, "role", l10n.t("By role"), costs.byRole, agentWords), group(runId, "task", l10n.t("By task"), costs.byTask), group(runId, "model", l10n.t("By model"), costs.byModel)]
    : [];
  return [...total, ...groups];
}

function cachedWords(usage: Usage): string {
  const cached = usage.tokensCached ? ` (${l10n.t("{0} of them cached", count(usage.tokensCached))})` : "";
  return count(usage.tokensIn) + cached;
}

function fact(runId: string, id: string, label: string, description: string, icon: string): Row {
  return { id: `cost/${runId}/${id}`, label, description, icon: { name: icon } };
}

const ICONS: Record<string, string> = { role: "organization", model: "hubot" };

function group(runId: string, id: string, label: string, lines: CostLine[], words = (name: string) => name): Row {
  return {
    id: `costs/${runId}/${id}`,
    label,
    icon: { name: ICONS[id] ?? "list-tree" },
    open: id === "role",
    children: () =>
      lines.map(({ name, usage }) => ({
        id: `costs/${runId}/${id}/${name}`,
        label: name ? words(name) : l10n.t("The whole run"),
        description: [money(usage.cost), l10n.t("{0} calls", count(usage.calls)), l10n.t("{0} tokens", count(usage.tokensIn + usage.tokensOut))]
          .filter(Boolean)
          .join(" · "),
        icon: { name: id === "role" ? "account" : "circle-small-filled" },
      })),
  };
}
