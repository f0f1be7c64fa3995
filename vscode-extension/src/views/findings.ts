// What the reviewer and the checks found, worst first; what was waived stays visible.
import { l10n } from "vscode";
import type { Finding, Picture } from "../protocol";
import { GREY, RED, YELLOW, BLUE, type Row } from "./row";

const RANK = ["error", "major", "high", "warning", "minor", "medium", "information", "info", "low", "hint"];

export function findingRows(picture: Picture | undefined): Row[] {
  if (!picture) return [];
  const order = (finding: Finding) => (finding.waived ? 100 : 0) + (RANK.indexOf(finding.severity) + 100) % 100;
  return [...picture.findings].sort((a, b) => order(a) - order(b)).map((finding) => findingRow(picture.runId, finding));
}

function findingRow(runId: string, finding: Finding): Row {
  const place = finding.path ? `${finding.path}:${finding.line}` : finding.task;
  const description = finding.waived ? l10n.t("waived: {0}", finding.waived) : place;
  const severe = RANK.indexOf(finding.severity) < 3;
  return {
    id: `finding/${runId}/${finding.id}`,
    label: finding.message.split("\n")[0] ?? "",
    description,
    tooltip: `${finding.message}\n\n${finding.source} · ${place}`,
    icon: finding.waived
      ? { name: "check", color: GREY }
      : { name: severe ? "error" : "warning", color: severe ? RED : finding.severity === "hint" ? BLUE : YELLOW },
    context: finding.waived ? "finding.waived" : "finding",
    command: "samokoder.ui.explain",
    given: { runId, findingId: finding.id, ...(finding.path && { path: finding.path }) },
  };
}
