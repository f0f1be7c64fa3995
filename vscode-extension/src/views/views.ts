// The views of the side bar, each a function of what is known.
import * as vscode from "vscode";
import type { World } from "../commands/command";
import { changeRows } from "../review";
import { isHere } from "../runs";
import { stateWords } from "../words";
import { activityRows } from "./activity";
import { costRows, type Costs } from "./costs";
import { findingRows } from "./findings";
import { forYouRows } from "./forYou";
import { planRows } from "./plan";
import { runRows } from "./runs";
import { Tree } from "./tree";

export class Views implements vscode.Disposable {
  private readonly trees: Tree[];
  private readonly costs = new Map<string, { calls: number; costs: Costs }>();

  constructor(private readonly world: World) {
    const { runs } = world;
    const current = () => runs.current ?? "";
    const open = () => forYouRows(runs.questions(), runs.near());
    const findings = () => findingRows(runs.picture(current()));
    this.trees = [
      new Tree("samokoder.forYou", open, () => badge(runs.questions().length, vscode.l10n.t("Waiting for you: {0}", runs.questions().length))),
      new Tree(
        "samokoder.plan",
        () => planRows(runs.status(current()), runs.picture(current()), runs.plan(current())),
        () => undefined,
        () => this.headline(),
      ),
      new Tree("samokoder.activity", () => activityRows(runs.heard(current()), runs.log(current()), current())),
      new Tree("samokoder.findings", findings, () => {
        const open = findings().filter(({ context }) => context === "finding").length;
        return badge(open, vscode.l10n.t("Open findings: {0}", open));
      }),
      new Tree("samokoder.costs", () => costRows(current(), runs.status(current())?.usage, this.costsOf(current()))),
      new Tree("samokoder.changes", () => changeRows(world.review.changes), () => badge(world.review.changes?.waiting ?? 0, vscode.l10n.t("Changes to review: {0}", world.review.changes?.waiting ?? 0))),
      new Tree("samokoder.runs", () => runRows(runs.list ?? [], isHere, runs.current, (id) => runs.picture(id)?.title)),
    ];
    for (const tree of this.trees) tree.view.onDidChangeVisibility(({ visible }) => visible && void this.wake());
  }

  redraw(): void {
    for (const tree of this.trees) tree.redraw();
  }

  dispose(): void {
    for (const tree of this.trees) tree.dispose();
  }

  /** Looking is enough to start a server that is set up; setting one up is for commands. */
  private async wake(): Promise<void> {
    if (this.world.server.isRunning || !(await this.world.setup.isDone())) return;
    await this.world.server.ready().catch((error) => this.world.log.error(String(error)));
  }

  private headline(): string | undefined {
    const status = this.world.runs.status(this.world.runs.current ?? "");
    if (!status) return undefined;
    const reason = status.state === "running" ? "" : ` ${status.reason}`;
    return `${status.title} — ${stateWords(status.state)}.${reason}`;
  }

  /** Asked again when calls were made since. */
  private costsOf(runId: string): Costs | undefined {
    const { runs, server } = this.world;
    const calls = runs.status(runId)?.usage.calls ?? 0;
    const known = this.costs.get(runId);
    if (runId && known?.calls !== calls && server.offers("samokoder.costs")) {
      this.costs.set(runId, { calls, costs: known?.costs ?? { byRole: [], byTask: [], byModel: [] } });
      server.ask<Costs>("samokoder.costs", { runId }).then(
        (costs) => {
          this.costs.set(runId, { calls, costs });
          this.trees[4]?.redraw();
        },
        () => {},
      );
    }
    return known?.costs;
  }
}

function badge(value: number, tooltip: string): vscode.ViewBadge | undefined {
  return value ? { value, tooltip } : undefined;
}
