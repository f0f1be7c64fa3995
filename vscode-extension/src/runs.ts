// What is known of runs: told by notifications, read again where it matters. Everything drawn listens here.
import * as vscode from "vscode";
import type { Entry, Picture, Plan, Question, RunEvent, RunItem, Status } from "./protocol";
import type { Server } from "./server";

/** Milliseconds between two redrawings. */
export const PAUSE = 250;
const KEPT_EVENTS = 2_000;

export interface Heard extends RunEvent {
  time: number;
}

export class Runs implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private due: NodeJS.Timeout | undefined;
  private readonly statuses = new Map<string, Status>();
  private readonly pictures = new Map<string, Picture>();
  private readonly events = new Map<string, Heard[]>();
  private readonly began = new Map<string, number>();
  private readonly plans = new Map<string, Plan>();
  private readonly logs = new Map<string, { entries: Entry[]; next: number; asked: boolean }>();
  private readonly followed = new Map<string, number>();
  private readonly ours = new Set<string>();
  list: RunItem[] | undefined;
  /** Of the run that is looked at. */
  private selected: string | undefined;

  constructor(private readonly server: Server) {}

  // ------------------------------------------------------------------------------------------ looking

  get current(): string | undefined {
    return this.selected ?? this.active()[0]?.runId ?? this.near()[0]?.runId;
  }

  /** Beginnings the server has not named yet. */
  beginning = 0;

  /** Whether this window began it or went on with it. */
  startedHere(runId: string): boolean {
    return this.ours.has(runId) || this.beginning > 0;
  }

  take(runId: string): void {
    this.ours.add(runId);
    this.select(runId);
  }

  select(runId: string | undefined): void {
    if (this.selected === runId) return;
    this.selected = runId;
    this.soon();
    if (runId && !this.pictures.has(runId)) void this.look(runId);
  }

  status(runId: string): Status | undefined {
    return this.statuses.get(runId);
  }

  picture(runId: string): Picture | undefined {
    return this.pictures.get(runId);
  }

  plan(runId: string): Plan | undefined {
    return this.plans.get(runId);
  }

  /** What is on record, in sentences of the server's; undefined where it keeps none for us. */
  log(runId: string): readonly Entry[] | undefined {
    return this.logs.get(runId)?.entries;
  }

  heard(runId: string): readonly Heard[] {
    return this.events.get(runId) ?? [];
  }

  /** Milliseconds since work on it began in this window. */
  elapsed(runId: string): number | undefined {
    const began = this.began.get(runId);
    return began === undefined ? undefined : Date.now() - began;
  }

  /** Runs under way or waiting for the person, the latest first. */
  active(): Status[] {
    const now = [...this.statuses.values()].filter(({ state }) => state === "running" || state === "waiting");
    return now.sort((a, b) => (this.began.get(b.runId) ?? 0) - (this.began.get(a.runId) ?? 0));
  }

  /** Runs whose folder is in this window. */
  near(): RunItem[] {
    return (this.list ?? []).filter(({ target }) => isHere(target));
  }

  questions(): Question[] {
    return [...this.statuses.values()].flatMap(({ state, waiting }) => (state === "running" || state === "waiting" ? waiting : []));
  }

  // ----------------------------------------------------------------------------------------- hearing

  onStatus(status: Status): void {
    const before = this.statuses.get(status.runId);
    if (before && before.seq > status.seq) return;
    this.statuses.set(status.runId, status);
    if (status.state === "running" && !this.began.has(status.runId)) this.began.set(status.runId, Date.now());
    if (status.state !== "running") {
      this.began.delete(status.runId);
      void this.refresh(status.runId);
    }
    this.soon();
  }

  onPlan(plan: Plan): void {
    if ((this.plans.get(plan.runId)?.revision ?? -1) > plan.revision) return;
    this.plans.set(plan.runId, plan);
    this.soon();
  }

  onEvent(event: RunEvent): void {
    const events = this.events.get(event.runId) ?? [];
    events.push({ ...event, time: Date.now() });
    if (events.length > KEPT_EVENTS) events.splice(0, events.length - KEPT_EVENTS);
    this.events.set(event.runId, events);
    if (!this.began.has(event.runId) && event.kind === "started") this.began.set(event.runId, Date.now());
    if (event.kind === "landed" && LOOK_AGAIN.has(event.action)) void this.look(event.runId);
    this.soon();
  }

  /** A server that died tells nothing more: what ran is not running. */
  onStopped(): void {
    this.statuses.clear();
    this.followed.clear();
    this.began.clear();
    this.soon();
  }

  // ----------------------------------------------------------------------------------------- reading

  /** All runs, and the one that is looked at. */
  async refresh(runId = this.selected): Promise<void> {
    if (!this.server.isRunning) return;
    this.list = (await this.server.ask<{ runs: RunItem[] }>("samokoder.runs")).runs;
    this.soon();
    const wanted = runId ?? this.current;
    if (wanted) await Promise.all([this.look(wanted), this.readPlan(wanted)]);
    for (const item of this.near()) if (item.state === "waiting" && item.runId !== wanted) await this.look(item.runId);
  }

  private async readPlan(runId: string): Promise<void> {
    if (!this.server.offers("samokoder.plan")) return;
    await this.server.ask<Plan>("samokoder.plan", { runId }).then(
      (plan) => this.onPlan(plan),
      () => {}, // there is none yet
    );
  }

  async look(runId: string): Promise<Picture | undefined> {
    try {
      const picture = await this.server.ask<Picture>("samokoder.show", { runId });
      this.pictures.set(runId, picture);
      this.statuses.set(runId, { ...statusOf(picture, this.statuses.get(runId)) });
      this.soon();
      return picture;
    } catch {
      this.pictures.delete(runId);
      return undefined;
    }
  }

  /** Reads on where it stopped reading, when something has landed since. */
  private async follow(runId: string): Promise<void> {
    const log = this.logs.get(runId) ?? { entries: [], next: 0, asked: false };
    const landed = this.heard(runId).at(-1)?.seq ?? 0;
    if (log.asked || !this.server.offers("samokoder.log") || this.followed.get(runId) === landed) return;
    this.followed.set(runId, landed);
    this.logs.set(runId, { ...log, asked: true });
    try {
      const { entries, next } = await this.server.ask<{ entries: Entry[]; next: number }>("samokoder.log", { runId, after: log.next });
      this.logs.set(runId, { entries: [...log.entries, ...entries].slice(-KEPT_EVENTS), next, asked: false });
      if (entries.length) this.soon();
    } catch {
      this.logs.set(runId, log);
    }
  }

  private soon(): void {
    this.due ??= setTimeout(() => {
      this.due = undefined;
      if (this.current) void this.follow(this.current);
      this.changed.fire();
    }, PAUSE);
  }

  dispose(): void {
    clearTimeout(this.due);
    this.changed.dispose();
  }
}

/** After these the whole picture has changed, not only what a status holds. */
const LOOK_AGAIN = new Set(["Specify", "Design", "PlanWork", "Plan", "Review", "RunCheck", "RunChecks", "Verify"]);

/** A status made of a picture, for runs nobody tells of. */
function statusOf(picture: Picture, told: Status | undefined): Status {
  const done = picture.tasks.filter(({ state }) => state === "verified").length;
  return {
    runId: picture.runId,
    seq: told?.seq ?? 0,
    state: picture.state,
    reason: picture.reason,
    phase: picture.phase,
    title: picture.title,
    target: picture.target,
    percentage: told?.percentage ?? 0,
    tasksDone: done,
    tasksTotal: picture.tasks.length,
    tasks: picture.tasks,
    agent: told?.agent ?? "",
    task: told?.task ?? "",
    subject: told?.subject ?? "",
    usage: picture.usage,
    waiting: picture.questions,
    failing: picture.checks.filter(({ passed }) => !passed).length,
  };
}

export function isHere(target: string): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const uri = vscode.Uri.file(target).path;
  return folders.some(({ uri: folder }) => uri === folder.path || uri.startsWith(`${folder.path}/`));
}
