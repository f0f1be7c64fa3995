// Beginning work: generate, extend, fix; and going on with it: resume, approve, answer, steer, pause, cancel.
import * as vscode from "vscode";
import { APPROVALS, CAN_GO_ON, type Question, type RunStarted } from "../protocol";
import { money, shortened } from "../words";
import type { Given } from "../views/row";
import { chosenRun, trusted, type Command, type World } from "./command";
import { askDescription } from "./describing";

export const generate: Command = async (world, given) => {
  if (!(await trusted())) return;
  const description = await descriptionOf(given, undefined, forecast(world));
  if (!description) return;
  const target = await chooseFolder(world, description);
  if (target) await begin(world, "samokoder.generate", { ...description, target }, vscode.l10n.t("Building the application"));
};

export const extend: Command = async (world, given) => {
  if (!(await trusted())) return;
  const runId = given.runId ?? world.runs.current;
  const description = (await descriptionOf(given, vscode.l10n.t("What shall the application do in addition?"))) ?? {};
  const target = world.runs.status(runId ?? "")?.target ?? firstFolder();
  if ("description" in description || "uri" in description)
    await begin(world, "samokoder.extend", { ...description, ...(target && { target }) }, vscode.l10n.t("Extending the application"));
};

export const fix: Command = async (world, given) => {
  if (!(await trusted())) return;
  const problem = await descriptionOf(given, vscode.l10n.t("What is wrong? Say what you did, what happened, and what you expected."));
  const target = world.runs.status(given.runId ?? world.runs.current ?? "")?.target ?? firstFolder();
  if (problem) await begin(world, "samokoder.fix", { ...problem, ...(target && { target }) }, vscode.l10n.t("Repairing the application"));
};

export const resume: Command = async (world, given) => {
  if (!(await trusted())) return;
  const runId = await chosenRun(world, given, ({ state }) => CAN_GO_ON.includes(state));
  if (!runId) return;
  const state = world.runs.status(runId)?.state;
  const more = state === "budget_exhausted" ? await askMore() : {};
  if (more) await begin(world, "samokoder.resume", { runId, ...(Object.keys(more).length && { more }) }, vscode.l10n.t("Continuing"));
};

export const approve: Command = async (world, given) => {
  if (!(await trusted())) return;
  const runId = await chosenRun(world, given, ({ state }) => state === "waiting");
  if (!runId) return;
  await vscode.workspace.saveAll(false);
  await begin(world, "samokoder.approve", { runId }, vscode.l10n.t("Going on"));
};

export const answer: Command = async (world, given) => {
  if (!(await trusted())) return;
  const question = await chooseQuestion(world, given);
  if (!question) return;
  const { runId, questionId } = question;
  if (questionId in APPROVALS) return openApproval(world, { runId, questionId });
  const text = typeof given["text"] === "string" ? given["text"] : await askAnswer(question);
  if (text === undefined) return;
  const said = text === SKIPPED ? { skip: true } : { text };
  await begin(world, "samokoder.answer", { runId, questionId, ...said }, vscode.l10n.t("Going on"));
};

export const openApproval: Command = async (world, { runId, questionId }) =>
  world.server.ask(APPROVALS[questionId ?? ""] ?? "samokoder.openSpecification", { runId });

export const steer: Command = async (world, given) => {
  if (!(await trusted())) return;
  const runId = await chosenRun(world, given, ({ state }) => state === "running" || state === "waiting");
  if (!runId) return;
  const text = await vscode.window.showInputBox({ title: vscode.l10n.t("Say something to the agents"), prompt: vscode.l10n.t("They take it up with what they do next.") });
  if (text?.trim()) await world.server.ask("samokoder.steer", { runId, text });
};

export const pause: Command = async (world, given) => {
  const runId = given.runId ?? (await chosenRun(world, given, ({ state }) => state === "running"));
  if (runId) await world.server.ask("samokoder.pause", { runId });
};

export const cancel: Command = async (world, given) => {
  const runId = given.runId ?? (await chosenRun(world, given, ({ state }) => state === "running" || state === "waiting"));
  if (runId) await world.server.ask("samokoder.cancel", { runId });
  if (runId) await world.runs.refresh(runId);
};

/** Something is seen before the server has answered, and the server goes on with the same bar. */
export async function begin(world: World, command: string, given: object, title: string): Promise<RunStarted | undefined> {
  if (!(await world.setup.isDone())) await world.server.ready(); // shows its own progress
  const token = world.bars.open(title, vscode.l10n.t("starting"));
  let started: RunStarted | undefined;
  world.runs.beginning += 1;
  try {
    const client = await world.server.ready();
    const { WorkDoneProgress } = await import("vscode-languageclient/node");
    client.onProgress(WorkDoneProgress.type, token, () => {});
    started = await world.server.ask<RunStarted>(command, { ...given, workDoneToken: token });
    world.runs.take(started.runId);
    await world.runs.refresh(started.runId);
    return started;
  } finally {
    world.runs.beginning -= 1;
    if (started?.token !== token) world.bars.close(token);
  }
}

type Described = { description: string } | { uri: string; range?: vscode.Range };

/** From what was selected or clicked, else asked for. */
async function descriptionOf(given: Given & Record<string, unknown>, title?: string, costs?: Promise<string>): Promise<Described | undefined> {
  if (typeof given["description"] === "string") return { description: given["description"] };
  const uri = given["uri"] instanceof vscode.Uri ? given["uri"] : undefined;
  if (uri?.scheme === "file") {
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const selected = editor && !editor.selection.isEmpty ? editor.document.getText(editor.selection) : undefined;
    return selected ? { description: selected } : { uri: uri.toString() };
  }
  if (uri) return { description: (await vscode.workspace.openTextDocument(uri)).getText() };
  return askDescription(title, costs);
}

/** Only when the server runs anyway; a free model needs none. */
async function forecast({ server }: World): Promise<string> {
  if (!server.isRunning || !server.offers("samokoder.estimate")) return "";
  try {
    const { cost, low, high, model } = await server.ask<{ cost: number | null; low: number | null; high: number | null; model: string }>("samokoder.estimate");
    return cost ? vscode.l10n.t("Probably {0} to {1} with {2}.", money(low ?? cost), money(high ?? cost), model) : "";
  } catch {
    return "";
  }
}

function firstFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

async function chooseFolder(world: World, described: Described): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 1) return firstFolder();
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri.fsPath;
  const [chosen] =
    (await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, openLabel: vscode.l10n.t("Build here"), title: vscode.l10n.t("An empty folder for the application") })) ?? [];
  if (!chosen) return undefined;
  await world.context.globalState.update(PENDING, { target: chosen.fsPath, described });
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(chosen, ".samokoder", "opened")); // wakes us up in the window to come
  await vscode.commands.executeCommand("vscode.openFolder", chosen);
  return undefined;
}

const PENDING = "pending";

/** What was described before the folder was opened. */
export async function takeUpPending(world: World): Promise<void> {
  const pending = world.context.globalState.get<{ target: string; described: Described }>(PENDING);
  if (!pending || pending.target !== firstFolder() || !vscode.workspace.isTrusted) return;
  await world.context.globalState.update(PENDING, undefined);
  await vscode.workspace.fs.delete(vscode.Uri.joinPath(vscode.Uri.file(pending.target), ".samokoder", "opened"), { recursive: true });
  await begin(world, "samokoder.generate", { ...pending.described, target: pending.target }, vscode.l10n.t("Building the application"));
}

async function askMore(): Promise<object | undefined> {
  const picks = [
    { label: vscode.l10n.t("A little more"), description: vscode.l10n.t("100 calls, $1"), more: { calls: 100, cost: 1_000_000, tokens: 1_000_000, seconds: 900 } },
    { label: vscode.l10n.t("Much more"), description: vscode.l10n.t("500 calls, $5"), more: { calls: 500, cost: 5_000_000, tokens: 5_000_000, seconds: 3600 } },
  ];
  return (await vscode.window.showQuickPick(picks, { title: vscode.l10n.t("The budget is spent. How much more may the run spend?") }))?.more;
}

async function chooseQuestion(world: World, given: Given): Promise<Question | undefined> {
  if (!world.runs.questions().length) await world.server.ready().then(() => world.runs.refresh());
  const open = world.runs.questions().filter(({ runId, questionId }) => (!given.runId || runId === given.runId) && (!given.questionId || questionId === given.questionId));
  if (open.length === 0) void vscode.window.showInformationMessage(vscode.l10n.t("Nothing waits for an answer."));
  if (open.length <= 1) return open[0];
  const picks = open.map((question) => ({ label: shortened(question.text, 90), question }));
  return (await vscode.window.showQuickPick(picks, { placeHolder: vscode.l10n.t("Which question?") }))?.question;
}

const SKIPPED = "\u0000skipped";

/** An option, words of their own, or leave to decide. */
function askAnswer({ text, options, default: usual }: Question): Promise<string | undefined> {
  return new Promise((resolve) => {
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { value: string }>();
    const skip = { label: `$(debug-step-over) ${vscode.l10n.t("Decide for me")}`, description: usual, value: SKIPPED, alwaysShow: true };
    const given = options.map((option) => ({ label: option, value: option }));
    pick.title = text;
    pick.placeholder = vscode.l10n.t("Choose, or type your own answer and press Enter");
    pick.ignoreFocusOut = true;
    pick.items = [...given, skip];
    pick.onDidChangeValue((value) => {
      const own = value.trim() ? [{ label: `$(edit) ${value.trim()}`, description: vscode.l10n.t("your own answer"), value: value.trim(), alwaysShow: true }] : [];
      pick.items = [...own, ...given, skip];
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.value);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
