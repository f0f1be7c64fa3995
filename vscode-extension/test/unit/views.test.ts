import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/protocol";
import type { Heard } from "../../src/runs";
import { activityRows } from "../../src/views/activity";
import { costRows } from "../../src/views/costs";
import { findingRows } from "../../src/views/findings";
import { forYouRows } from "../../src/views/forYou";
import { planRows } from "../../src/views/plan";
import { runRows } from "../../src/views/runs";
import { item, picture, status, task, USAGE } from "./given";

const plan = (epics: [string, string[]][]): Plan => ({
  runId: "r1",
  revision: 1,
  epics: epics.map(([title, ids]) => ({ title, tasks: ids.map((id) => ({ id, title: id, kind: "build", state: "coding", reason: "", files: [], checks: [] })) })),
});

describe("the plan", () => {
  test("has a row a task, with what it is doing", () => {
    const rows = planRows(status({ tasks: [task({ files: ["a.py", "b.py"], filesWritten: 1 }), task({ id: "T2", state: "verified" })] }), undefined);
    expect(rows.map(({ label, description }) => [label, description])).toEqual([
      ["T1 Records and their rules", "being written 1/2"],
      ["T2 Records and their rules", "proved"],
    ]);
    expect(rows[1]?.icon?.name).toBe("pass-filled");
  });

  test("groups tasks by epic when there are several, and counts what is proved", () => {
    const tasks = [task({ state: "verified" }), task({ id: "T2" }), task({ id: "T3", state: "given_up" })];
    const rows = planRows(status({ tasks }), undefined, plan([["Catalogue", ["T1", "T2"]], ["Loans", ["T3"]]]));
    expect(rows.map(({ label, description, icon }) => [label, description, icon?.name])).toEqual([
      ["Catalogue", "1/2", "edit"],
      ["Loans", "0/1", "error"],
    ]);
    expect(rows[0]?.children?.()).toHaveLength(2);
  });

  test("shows under a task its checks, then its files, and says which are not in the folder", () => {
    const check = { id: "T1/T1", task: "T1", title: "rules hold", command: "pytest", exitCode: 1, passed: false, seconds: 2, fault: "", stale: false };
    const seen = picture({ checks: [check], files: [{ path: "a.py", digest: "1", inFolder: false }] });
    const rows = planRows(status({ tasks: [task({ files: ["a.py", "b.py"] })] }), seen)[0]?.children?.() ?? [];
    expect(rows.map(({ label, description, context }) => [label, description, context])).toEqual([
      ["rules hold", "fails · 2.0 s", "check"],
      ["a.py", "not in your folder yet", "file.written"],
      ["b.py", "not written yet", "file.planned"],
    ]);
  });

  test("does not show a pass on files that have changed since as a pass", () => {
    const check = { id: "T1/T1", task: "T1", title: "t", command: "pytest", exitCode: 0, passed: true, seconds: 1, fault: "", stale: true };
    const row = planRows(status({ tasks: [task()] }), picture({ checks: [check] }))[0]?.children?.()[0];
    expect([row?.icon?.name, row?.description]).toEqual(["history", "passed, but files have changed since · 1.0 s"]);
  });

  test("of a thousand tasks is made in a moment, and its rows have ids of their own", () => {
    const tasks = Array.from({ length: 1000 }, (_, index) => task({ id: `T${index}`, files: Array.from({ length: 10 }, (_, n) => `f${n}.py`) }));
    const epics = Array.from({ length: 20 }, (_, epic): [string, string[]] => [`E${epic}`, tasks.filter((_, index) => index % 20 === epic).map(({ id }) => id)]);
    const rows = planRows(status({ tasks }), picture(), plan(epics));
    const all = rows.flatMap((row) => [row, ...(row.children?.() ?? [])]).flatMap((row) => [row, ...(row.id.startsWith("task") ? (row.children?.() ?? []) : [])]);
    expect(all).toHaveLength(20 + 1000 + 10_000);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });
});

describe("runs", () => {
  const here = (target: string) => target.startsWith("/home/me/app");

  test("of other folders are folded away", () => {
    const rows = runRows([item(), item({ runId: "r2", target: "/elsewhere" })], here, "r1", () => undefined);
    expect(rows.map(({ label, open }) => [label, open])).toEqual([
      ["A library", undefined],
      ["In other folders", false],
    ]);
  });

  test("are told apart by state in their context, for menus", () => {
    const rows = runRows([item({ state: "interrupted" })], here, undefined, () => "Books");
    expect([rows[0]?.context, rows[0]?.label, rows[0]?.description]).toEqual(["run.interrupted", "Books", "interrupted"]);
  });

  test("do not let a description write Markdown into the tooltip", () => {
    const rows = runRows([item({ description: "[click](command:evil) <b>x</b>" })], here, undefined, () => undefined);
    expect(rows[0]?.tooltip).not.toContain("[click](");
    expect(rows[0]?.tooltip).not.toContain("<b>");
  });
});

describe("what waits for the person", () => {
  const question = { runId: "r1", questionId: "q1", text: "Who may delete books?", options: ["Everybody", "Librarians"], default: "" };

  test("shows questions with their options, and approvals by what is to be read", () => {
    const rows = forYouRows([question, { ...question, questionId: "approve-plan" }], []);
    expect(rows.map(({ label, context, command }) => [label, context, command])).toEqual([
      ["Who may delete books?", "question", "samokoder.ui.answer"],
      ["The plan is ready", "approval", "samokoder.ui.openApproval"],
    ]);
  });

  test("offers to continue only the latest run of the folder, and only one that can go on", () => {
    expect(forYouRows([], [item(), item({ runId: "r0", state: "interrupted" })])).toEqual([]);
    expect(forYouRows([], [item({ state: "interrupted" }), item({ runId: "r0", state: "stuck" })]).map(({ given }) => given?.runId)).toEqual(["r1"]);
  });
});

describe("activity", () => {
  const heard = (given: Partial<Heard>): Heard => ({ runId: "r1", seq: 1, kind: "started", action: "WriteFile", agent: "CodeMonkey", task: "T1", subject: "a.py", outcome: "", ok: true, detail: "", time: 0, ...given });

  test("is one line for a start and its landing, the latest first", () => {
    const rows = activityRows([heard({}), heard({ seq: 2, subject: "b.py" }), heard({ seq: 3, kind: "landed", outcome: "file_written" })]);
    expect(rows.map(({ label }) => label)).toEqual(["Coder: has written a.py", "Coder: writes b.py"]);
  });

  test("says in words what failed", () => {
    const row = activityRows([heard({ kind: "landed", action: "RunCheck", agent: "Executor", subject: "API and pages", ok: false, detail: "exit code 1, 3.9 s" })])[0];
    expect([row?.label, row?.icon?.name]).toEqual(["Executor: “API and pages” fails: exit code 1, 3.9 s", "close"]);
  });
});

test("findings come worst first, and waived ones last, with the reason", () => {
  const finding = { id: "f1", task: "T1", source: "Reviewer", path: "a.py", line: 3, message: "m", severity: "warning", waived: "" };
  const rows = findingRows(picture({ findings: [{ ...finding, id: "f0", severity: "error", waived: "fine" }, finding, { ...finding, id: "f2", severity: "error" }] }));
  expect(rows.map(({ given, description }) => [given?.findingId, description])).toEqual([
    ["f2", "a.py:3"],
    ["f1", "a.py:3"],
    ["f0", "waived: fine"],
  ]);
});

test("costs say when nothing was spent, and list roles as the server does", () => {
  const usage = { ...USAGE, calls: 1, tokensIn: 10, tokensOut: 1 };
  const byRole = [
    { name: "CodeMonkey", usage: { ...usage, cost: 20_000 } },
    { name: "Reviewer", usage },
  ];
  const rows = costRows("r1", USAGE, { byRole, byTask: [], byModel: [] });
  expect(rows[0]?.description).toBe("free of charge");
  expect(rows[5]?.children?.().map(({ label, description }) => [label, description])).toEqual([
    ["Coder", "$0.02 · 1 calls · 11 tokens"],
    ["Reviewer", "1 calls · 11 tokens"],
  ]);
});
