// The server's work-done progress as a notification with a Cancel that can be seen, at most four times a second.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from "vscode-languageclient/node";
import { PAUSE } from "./runs";

type Value = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;
type Token = string | number;

interface Bar {
  report: vscode.Progress<{ message?: string; increment?: number }> | undefined;
  end: () => void;
  cancel: (() => void) | undefined;
  cancelled: boolean;
  shown: number;
  latest: { message: string; percentage: number };
  due: NodeJS.Timeout | undefined;
}

export class ProgressBars {
  private readonly bars = new Map<Token, Bar>();

  constructor(private readonly cancel: (token: Token) => void) {}

  /** A bar of our own making, so that something is seen at once; the server goes on with it under this token. */
  open(title: string, message: string): string {
    const token = `samokoder/${randomUUID()}`;
    this.show(token, title, message);
    return token;
  }

  /** Whether a bar of ours waits for the server to use it. */
  close(token: Token): void {
    this.bars.get(token)?.end();
  }

  closeAll(): void {
    for (const bar of [...this.bars.values()]) bar.end();
  }

  handle(token: Token, value: Value): void {
    if (value.kind === "end") return this.close(token);
    if (!this.bars.has(token)) this.show(token, "title" in value ? value.title : "Samokoder", "");
    const bar = this.bars.get(token);
    if (!bar) return;
    if (value.kind === "begin" && bar.cancelled) this.cancel(token); // pressed before the server had begun
    bar.latest = { message: value.message ?? bar.latest.message, percentage: value.percentage ?? bar.latest.percentage };
    bar.due ??= setTimeout(() => draw(bar), PAUSE);
  }

  private show(token: Token, title: string, message: string): void {
    const bar: Bar = { report: undefined, end: () => {}, cancel: undefined, cancelled: false, shown: 0, latest: { message, percentage: 0 }, due: undefined };
    this.bars.set(token, bar);
    void vscode.window.withProgress({ location: this.location(), title, cancellable: true }, (report, cancelled) => {
      bar.report = report;
      draw(bar);
      cancelled.onCancellationRequested(() => {
        bar.cancelled = true;
        this.cancel(token);
      });
      return new Promise<void>((resolve) => {
        bar.end = () => {
          clearTimeout(bar.due);
          this.bars.delete(token);
          resolve();
        };
      });
    });
  }

  private location(): vscode.ProgressLocation {
    const wanted = vscode.workspace.getConfiguration("samokoder").get("progress");
    return wanted === "window" ? vscode.ProgressLocation.Window : vscode.ProgressLocation.Notification;
  }
}

function draw(bar: Bar): void {
  bar.due = undefined;
  const { message, percentage } = bar.latest;
  bar.report?.report({ message, increment: Math.max(0, percentage - bar.shown) });
  bar.shown = Math.max(bar.shown, percentage);
}
