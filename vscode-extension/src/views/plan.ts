// The plan: epics, their tasks, and of each task the files and the checks.
import { l10n } from "vscode";
import type { Check, Picture, Plan, Status, Task } from "../protocol";
import { taskWords } from "../words";
import { BLUE, GREEN, GREY, RED, YELLOW, type Icon, type Row } from "./row";

export function planRows(status: Status | undefined, picture: Picture | undefined, plan?: Plan): Row[] {
  if (!status) return [];
  const known = new Map(status.tasks.map((task) => [task.id, task]));
  const reasons = new Map(plan?.epics.flatMap(({ tasks }) => tasks.map(({ id, reason }) => [id, reason])));
  const row = (task: Task) => taskRow(status, picture, task, reasons.get(task.id));
  if (!plan || plan.epics.length <= 1) return status.tasks.map(row);
  return plan.epics.map((epic, index) => {
    const tasks = epic.tasks.flatMap(({ id }) => known.get(id) ?? []);
    return {
      id: `epic/${status.runId}/${index}`,
      label: epic.title || l10n.t("Everything else"),
      description: `${tasks.filter(({ state }) => state === "verified").length}/${tasks.length}`,
      icon: together(tasks),
      open: tasks.some(({ state }) => state !== "verified"),
      context: "epic",
      children: () => tasks.map(row),
    };
  });
}

function taskRow(status: Status, picture: Picture | undefined, task: Task, reason: string | undefined): Row {
  const checks = picture?.checks.filter((check) => check.task === task.id) ?? [];
  const needs = task.dependsOn.length ? `\n\n${l10n.t("After: {0}", task.dependsOn.join(", "))}` : "";
  return {
    id: `task/${status.runId}/${task.id}`,
    label: `${task.id === "integration" ? "" : `${task.id} `}${task.title}`,
    description: progressOf(task, status.state === "running"),
    tooltip: `**${task.title}** — ${taskWords(task.state)}${reason ? `\n\n${reason}` : ""}${needs}`,
    icon: status.state === "running" || LASTING.has(task.state) ? iconOf(task.state) : iconOf(""),
    context: task.state === "given_up" ? "task.failed" : "task",
    given: { runId: status.runId, task: task.id },
    ...(task.files.length + checks.length > 0 && { children: () => partsOf(status, picture, task, checks) }),
  };
}

function progressOf(task: Task, atWork: boolean): string {
  if (!atWork && !LASTING.has(task.state)) return l10n.t("not finished");
  const words = taskWords(task.state);
  const files = task.state === "coding" && task.files.length ? ` ${task.filesWritten}/${task.files.length}` : "";
  return words + files;
}

function partsOf(status: Status, picture: Picture | undefined, task: Task, checks: Check[]): Row[] {
  const written = new Map(picture?.files.map((file) => [file.path, file]));
  const files = task.files.map((path): Row => {
    const file = written.get(path);
    const note = !file ? l10n.t("not written yet") : file.inFolder ? "" : l10n.t("not in your folder yet");
    return {
      id: `file/${status.runId}/${task.id}/${path}`,
      label: path,
      description: note,
      file: `${status.target}/${path}`,
      context: file?.inFolder ? "file.here" : file ? "file.written" : "file.planned",
      given: { runId: status.runId, task: task.id, path },
      ...(file && { command: "samokoder.ui.openFile" }),
    };
  });
  return [...checks.map((check) => checkRow(status.runId, check)), ...files];
}

export function checkRow(runId: string, check: Check): Row {
  const words = check.passed ? (check.stale ? l10n.t("passed, but files have changed since") : l10n.t("passes")) : l10n.t("fails");
  const icon: Icon = check.passed
    ? { name: check.stale ? "history" : "pass", color: check.stale ? YELLOW : GREEN }
    : { name: "error", color: RED };
  return {
    id: `check/${runId}/${check.id}`,
    label: check.title,
    description: `${words} · ${l10n.t("{0} s", check.seconds.toFixed(1))}`,
    tooltip: `${words}\n\n\`${check.command.replaceAll("`", "'")}\``,
    icon,
    context: "check",
    command: "samokoder.ui.explain",
    given: { runId, checkId: check.id },
  };
}

/** States a task is in also when nobody works on it. */
const LASTING = new Set(["verified", "given_up", "asking"]);

const ICONS: Record<string, Icon> = {
  verified: { name: "pass-filled", color: GREEN },
  given_up: { name: "error", color: RED },
  asking: { name: "question", color: YELLOW },
  debugging: { name: "debug-alt", color: YELLOW },
  breaking_down: { name: "list-tree", color: BLUE },
  coding: { name: "edit", color: BLUE },
  reviewing: { name: "eye", color: BLUE },
  verifying: { name: "beaker", color: BLUE },
};

function iconOf(state: string): Icon {
  return ICONS[state] ?? { name: "circle-outline", color: GREY };
}

function together(tasks: Task[]): Icon {
  if (tasks.every(({ state }) => state === "verified")) return iconOf("verified");
  if (tasks.some(({ state }) => state === "given_up")) return iconOf("given_up");
  return tasks.some(({ state }) => state !== "waiting") ? iconOf("coding") : iconOf("");
}
