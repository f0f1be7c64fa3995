// Proposed changes: what the server proposes against what the folder holds, taken or left by file or by piece.
import * as vscode from "vscode";
import { l10n } from "vscode";
import { chosenRun, trusted, type Command, type World } from "./commands/command";
import { begin } from "./commands/starting";
import type { Given, Row } from "./views/row";
import { GREEN, RED, YELLOW } from "./views/row";

export const SCHEME = "samokoder-proposed";

export interface Hunk {
  id: string;
  header: string;
  lines: string[];
  /** Lines from 0, the end not included. */
  before: { start: number; end: number };
  after: { start: number; end: number };
}

export interface ChangedFile {
  path: string;
  uri: string;
  proposedUri: string;
  state: "new" | "changed" | "deleted";
  unsaved: boolean;
  hunks: Hunk[];
}

export interface Changes {
  runId: string;
  files: ChangedFile[];
  waiting: number;
}

interface Dealt {
  done: string[];
  unsaved: string[];
  refused: { path: string; reason: string }[];
  changes: Changes;
}

export class Review implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly comments = vscode.comments.createCommentController("samokoder.review", "Samokoder");
  private readonly registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  changes: Changes | undefined;

  constructor(
    private readonly world: () => World,
    private readonly redraw: () => void,
  ) {
    this.comments.commentingRangeProvider = {
      provideCommentingRanges: (document) => (document.uri.scheme === SCHEME ? [new vscode.Range(0, 0, document.lineCount, 0)] : []),
    };
    this.comments.options = { prompt: l10n.t("Say what should be different"), placeHolder: l10n.t("The agents take it up and propose again") };
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return (await this.world().server.ask<{ text: string }>("samokoder.proposedText", { uri: uri.toString(true) })).text;
  }

  /** Asked again whenever a run has come to rest. */
  async look(runId: string): Promise<Changes | undefined> {
    const { server } = this.world();
    if (!server.offers("samokoder.changes")) return undefined;
    return this.take(await server.ask<Changes>("samokoder.changes", { runId }));
  }

  private take(changes: Changes): Changes {
    this.changes = changes.files.length ? changes : undefined;
    void vscode.commands.executeCommand("setContext", "samokoder.hasChanges", changes.files.length > 0);
    for (const file of changes.files) this.changed.fire(vscode.Uri.parse(file.proposedUri));
    this.redraw();
    return changes;
  }

  async deal(how: "accept" | "reject", given: Given): Promise<void> {
    if (!(await trusted())) return;
    const runId = given.runId ?? this.changes?.runId;
    if (!runId) return;
    const which = given.path ? { path: given.path, ...(given.hunk && { hunks: [given.hunk] }) } : { all: true };
    const dealt = await this.world().server.ask<Dealt>(`samokoder.${how}`, { runId, ...which });
    await this.save(dealt.unsaved, runId);
    this.take(dealt.changes);
    if (dealt.refused.length) void vscode.window.showWarningMessage(l10n.t("Left as it was: {0}", dealt.refused.map(({ path, reason }) => `${path} (${reason})`).join("; ")));
    await this.world().runs.look(runId);
    if (!dealt.changes.files.length) void vscode.window.showInformationMessage(l10n.t("All changes have been dealt with."));
  }

  /** A document that had no changes of the person's before has none to lose by being saved. */
  private async save(paths: readonly string[], runId: string): Promise<void> {
    const mine = new Set(this.changes?.files.filter(({ unsaved }) => unsaved).map(({ path }) => path));
    const target = this.world().runs.status(runId)?.target ?? "";
    for (const path of paths) {
      const document = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === vscode.Uri.joinPath(vscode.Uri.file(target), path).fsPath);
      if (document && !mine.has(path)) await document.save();
    }
  }

  /** What was written beside a proposed line goes to the agents. */
  async send({ thread, text }: vscode.CommentReply): Promise<void> {
    const [, runId, ...path] = thread.uri.path.split("/");
    thread.dispose();
    const { start, end } = thread.range ?? new vscode.Range(0, 0, 0, 0);
    await begin(this.world(), "samokoder.comment", { runId, path: path.join("/"), range: { start, end }, text }, l10n.t("The agents think about it"));
  }

  dispose(): void {
    this.registered.dispose();
    this.comments.dispose();
    this.changed.dispose();
  }
}

export const openReview: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  const changes = runId ? await world.review.look(runId) : undefined;
  if (!changes) return;
  if (!changes.files.length) return vscode.window.showInformationMessage(l10n.t("There is nothing to review: the folder holds what was built."));
  const sides = changes.files.map(sidesOf).map(([file, before, after]) => [file, before, after]);
  await vscode.commands.executeCommand("vscode.changes", l10n.t("Proposed changes"), sides);
};

export const openChange: Command = async ({ review }, { path, hunk }) => {
  const file = review.changes?.files.find((one) => one.path === path);
  if (!file) return;
  const [uri, before, after] = sidesOf(file);
  const start = file.hunks.find(({ id }) => id === hunk)?.after.start ?? 0;
  const options = { preview: true, selection: new vscode.Range(start, 0, start, 0) };
  if (!before) return vscode.window.showTextDocument(after ?? uri, options);
  if (!after) return vscode.window.showTextDocument(before, options);
  await vscode.commands.executeCommand("vscode.diff", before, after, file.path, options);
};

function sidesOf({ uri, proposedUri, state }: ChangedFile): [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined] {
  const [here, proposed] = [vscode.Uri.parse(uri), vscode.Uri.parse(proposedUri)];
  return [here, state === "new" ? undefined : here, state === "deleted" ? undefined : proposed];
}

/** Buttons stand beside a row, or above the editor that shows the proposed text. */
function about(given: Given & Record<string, unknown>): Given {
  const uri = given["uri"];
  if (!(uri instanceof vscode.Uri) || uri.scheme !== SCHEME) return given;
  const [, runId, ...path] = uri.path.split("/");
  return { ...(runId && { runId }), path: path.join("/") };
}

export const COMMANDS: Record<string, Command> = {
  review: openReview,
  openChange,
  accept: ({ review }, given) => review.deal("accept", about(given)),
  reject: ({ review }, given) => review.deal("reject", about(given)),
  acceptAll: ({ review }, { runId }) => review.deal("accept", runId ? { runId } : {}),
  rejectAll: async ({ review }, { runId }) => {
    const sure = l10n.t("Reject all");
    const words = l10n.t("Reject all proposed changes? They are not proposed again.");
    if ((await vscode.window.showWarningMessage(words, { modal: true }, sure)) === sure) await review.deal("reject", runId ? { runId } : {});
  },
};

export function changeRows(changes: Changes | undefined): Row[] {
  return (changes?.files ?? []).map((file) => fileRow(changes?.runId ?? "", file));
}

const STATES = {
  new: { name: "diff-added", color: GREEN },
  changed: { name: "diff-modified", color: YELLOW },
  deleted: { name: "diff-removed", color: RED },
};

function fileRow(runId: string, file: ChangedFile): Row {
  const given = { runId, path: file.path };
  const words = { new: l10n.t("new"), changed: l10n.t("changed"), deleted: l10n.t("deleted") }[file.state];
  return {
    id: `change/${runId}/${file.path}`,
    label: file.path,
    description: [words, file.unsaved ? l10n.t("you have unsaved changes in it") : ""].filter(Boolean).join(" · "),
    icon: STATES[file.state],
    context: "change.file",
    command: "samokoder.ui.openChange",
    given,
    ...(file.hunks.length > 1 && { open: file.hunks.length < 6, children: () => file.hunks.map((hunk) => hunkRow(given, hunk)) }),
  };
}

function hunkRow(given: Given, hunk: Hunk): Row {
  const [added, removed] = ["+", "-"].map((sign) => hunk.lines.filter((line) => line.startsWith(sign)));
  const first = [...(added ?? []), ...(removed ?? [])].map((line) => line.slice(1).trim()).find(Boolean) ?? hunk.header;
  return {
    id: `hunk/${given.runId}/${given.path}/${hunk.id}`,
    label: first,
    description: `+${added?.length ?? 0} −${removed?.length ?? 0} · ${l10n.t("line {0}", hunk.after.start + 1)}`,
    icon: { name: "diff" },
    context: "change.hunk",
    command: "samokoder.ui.openChange",
    given: { ...given, hunk: hunk.id },
  };
}
