// Looking at runs: what was written, found, proved, spent.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Diagnosis, Picture } from "../protocol";
import { stateWords } from "../words";
import { chosenRun, trusted, type Command, type World } from "./command";

export const select: Command = async (world, { runId }) => {
  world.runs.select(runId);
  await vscode.commands.executeCommand("samokoder.plan.focus");
};

export const show: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (!runId) return;
  world.runs.select(runId);
  await vscode.commands.executeCommand("workbench.view.extension.samokoder");
};

export const openSpecification: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (runId) await world.server.ask("samokoder.openSpecification", { runId });
};

export const openPlan: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (runId) await world.server.ask("samokoder.openPlan", { runId });
};

export const openFile: Command = async ({ runs }, given) => {
  const target = runs.status(given.runId ?? "")?.target;
  if (!target || !given.path) return;
  const uri = vscode.Uri.file(path.join(target, given.path));
  await vscode.commands.executeCommand("vscode.open", uri);
};

export const explain: Command = async ({ server, notes }, { runId, checkId, findingId }) => {
  const { markdown } = await server.ask<{ markdown: string }>("samokoder.explain", { runId, ...(checkId ? { checkId } : { findingId }) });
  const title = /^#\s+(.+)$/m.exec(markdown)?.[1];
  await notes.show(title ?? vscode.l10n.t("Evidence"), markdown);
};

export const repair: Command = async ({ server, runs }, { runId, findingId }) => {
  if (!(await trusted()) || !runId) return;
  await server.ask("samokoder.repair", { runId, ...(findingId && { findingId }) });
  runs.select(runId);
};

export const waive: Command = async ({ server, runs }, { runId, findingId }) => {
  const reason = await vscode.window.showInputBox({
    title: vscode.l10n.t("Why is this fine as it is?"),
    prompt: vscode.l10n.t("The reason stays on record."),
    validateInput: (text) => (text.trim() ? undefined : vscode.l10n.t("A reason is needed.")),
  });
  if (!reason) return;
  await server.ask("samokoder.waive", { runId, findingId, reason });
  if (runId) await runs.look(runId);
};

export const costs: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (runId) world.runs.select(runId);
  await vscode.commands.executeCommand("samokoder.costs.focus");
};

export const doctor: Command = async ({ server, notes }) => {
  const { checks } = await server.ask<{ checks: Diagnosis[] }>("samokoder.doctor");
  const lines = checks.map(({ name, ok, found, hint, needed }) => {
    const mark = ok ? "✅" : needed ? "❌" : "⚠️";
    return `| ${mark} | ${cell(name)} | ${cell(found)} | ${cell(ok ? "" : hint)} |`;
  });
  const failed = checks.filter(({ ok, needed }) => !ok && needed).length;
  const verdict = failed ? vscode.l10n.t("{0} things are missing that Samokoder cannot do without.", failed) : vscode.l10n.t("Everything Samokoder needs is there.");
  const head = `| | ${vscode.l10n.t("What")} | ${vscode.l10n.t("Found")} | ${vscode.l10n.t("What to do")} |\n|---|---|---|---|`;
  await notes.show(vscode.l10n.t("Is everything there?"), `# ${vscode.l10n.t("Is everything there?")}\n\n${verdict}\n\n${head}\n${lines.join("\n")}\n`);
};

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

export const showExchange: Command = async ({ server, notes }, { runId, step }) => {
  const { markdown } = await server.ask<{ markdown: string }>("samokoder.exchange", { runId, step });
  await notes.show(vscode.l10n.t("Asked and answered"), markdown);
};

interface Way extends vscode.QuickPickItem {
  command?: string;
}

/** What can be done now: for the status bar, and for who does not know where to look. */
export const actions: Command = async (world) => {
  const { runs } = world;
  const runId = runs.current;
  const picture = runId ? (runs.picture(runId) ?? (world.server.isRunning ? await runs.look(runId) : undefined)) : undefined;
  const ways = waysNow(world, picture);
  const title = picture ? `${picture.title} — ${stateWords(picture.state)}` : "Samokoder";
  const chosen = await vscode.window.showQuickPick(ways, { title, placeHolder: vscode.l10n.t("What next?") });
  if (chosen?.command) await vscode.commands.executeCommand(`samokoder.ui.${chosen.command}`, runId ? { runId } : {});
};

function waysNow({ server, runs }: World, picture: Picture | undefined): Way[] {
  const way = (icon: string, label: string, command: string): Way => ({ label: `$(${icon}) ${label}`, command });
  const offered = (name: string) => server.offers(`samokoder.${name}`) !== false;
  const ways: (Way | false | undefined)[] = [];
  if (picture) {
    const { state, questions } = picture;
    const approval = questions.some(({ questionId }) => questionId.startsWith("approve-"));
    ways.push(
      approval && way("check", vscode.l10n.t("Approve"), "approve"),
      questions.length > (approval ? 1 : 0) && way("question", vscode.l10n.t("Answer"), "answer"),
      state === "running" && offered("steer") && way("comment", vscode.l10n.t("Say something to the agents"), "steer"),
      state === "running" && offered("pause") && way("debug-pause", vscode.l10n.t("Pause"), "pause"),
      ["running", "waiting"].includes(state) && way("debug-stop", vscode.l10n.t("Cancel"), "cancel"),
      ["interrupted", "stuck", "budget_exhausted", "built_unverified", "environment_missing"].includes(state) && way("debug-continue", vscode.l10n.t("Continue"), "resume"),
      picture.startCommand !== "" && offered("preview") && way("play", vscode.l10n.t("Try the application out"), "preview"),
      offered("extend") && state !== "running" && way("add", vscode.l10n.t("Add something to it"), "extend"),
      offered("fix") && state !== "running" && way("wrench", vscode.l10n.t("Have something repaired"), "fix"),
      offered("changes") && state !== "running" && way("diff-multiple", vscode.l10n.t("Review changes"), "review"),
      way("book", vscode.l10n.t("Open the specification"), "openSpecification"),
      picture.tasks.length > 0 && way("list-tree", vscode.l10n.t("Open the plan"), "openPlan"),
      way("layout-sidebar-left", vscode.l10n.t("Show the run"), "show"),
      offered("export") && way("export", vscode.l10n.t("Export"), "export"),
      { label: "", kind: vscode.QuickPickItemKind.Separator },
    );
  }
  ways.push(
    runs.active().length > 1 && way("list-unordered", vscode.l10n.t("Show runs"), "showRuns"),
    way("sparkle", vscode.l10n.t("Describe a new application"), "generate"),
    way("hubot", vscode.l10n.t("Choose model"), "chooseModel"),
    way("pulse", vscode.l10n.t("Is everything there?"), "doctor"),
    way("output", vscode.l10n.t("Show log"), "showLog"),
  );
  return ways.filter((one): one is Way => !!one);
}

export const COMMANDS = { select, show, openSpecification, openPlan, openFile, explain, repair, waive, costs, doctor, showExchange, actions };
