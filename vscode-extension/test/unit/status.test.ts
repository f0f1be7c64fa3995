import { expect, test } from "vitest";
import { barOf } from "../../src/status";
import { clock, money, shortened } from "../../src/words";
import { status, USAGE } from "./given";

const QUESTION = { runId: "r2", questionId: "q", text: "Who?", options: [], default: "" };

test("the bar says role, count, cost and time of what runs", () => {
  const bar = barOf([status({ usage: { ...USAGE, cost: 120_000 } })], undefined, 65_000);
  expect(bar.text).toBe("$(sync~spin) 1/4 · Coder · app/models.py · $0.12 · 1:05");
  expect(bar.waiting).toBe(false);
});

test("a run that waits for the person goes before one that works", () => {
  const bar = barOf([status(), status({ runId: "r2", state: "waiting", phase: "clarifying", waiting: [QUESTION] })], undefined, undefined);
  expect(bar.text).toBe("$(bell-dot) a question waits for you · +1 more");
  expect(bar.waiting).toBe(true);
});

test("the bar's words for screen readers have no icons", () => {
  expect(barOf([status()], undefined, 1000).spoken).toBe("Samokoder: Books, members and loans, 1/4 · Coder · app/models.py · 0:01");
});

test("without runs it is quiet", () => {
  expect(barOf([], undefined, undefined).text).toBe("$(sparkle) Samokoder");
  expect(barOf([], status({ state: "verified" }), undefined).text).toBe("$(pass-filled) done, and proved to work");
});

test("money, time and long names are short", () => {
  expect([money(0), money(5), money(1_234_567)]).toEqual(["", "< $0.01", "$1.23"]);
  expect([clock(5_000), clock(65_000), clock(3_661_000)]).toEqual(["0:05", "1:05", "1:01:01"]);
  expect(shortened("👩‍🚀👩‍🚀 astronauts", 4)).not.toContain("\uFFFD");
});
