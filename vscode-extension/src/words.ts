// What the server's words are in plain language.
import { l10n } from "vscode";
import type { RunEvent, State, Status, Usage } from "./protocol";

export function stateWords(state: State): string {
  switch (state) {
    case "running":
      return l10n.t("at work");
    case "waiting":
      return l10n.t("waits for you");
    case "interrupted":
      return l10n.t("interrupted");
    case "verified":
      return l10n.t("done, and proved to work");
    case "built_unverified":
      return l10n.t("built, not proved");
    case "blocked":
      return l10n.t("blocked");
    case "budget_exhausted":
      return l10n.t("out of budget");
    case "stuck":
      return l10n.t("stuck");
    case "environment_missing":
      return l10n.t("something is missing on this computer");
    case "cancelled":
      return l10n.t("cancelled");
  }
}

/** What a run in this state needs, in a word the status bar has room for. */
export function phaseWords(phase: string): string {
  const words: Record<string, string> = {
    specifying: l10n.t("writing the specification"),
    clarifying: l10n.t("asking questions"),
    approving_specification: l10n.t("specification ready"),
    designing: l10n.t("designing"),
    planning: l10n.t("planning"),
    approving_plan: l10n.t("plan ready"),
    building: l10n.t("building"),
    finished: l10n.t("finished"),
  };
  return words[phase] ?? phase.replaceAll("_", " ");
}

export function taskWords(state: string): string {
  const words: Record<string, string> = {
    breaking_down: l10n.t("being broken down"),
    coding: l10n.t("being written"),
    reviewing: l10n.t("being reviewed"),
    verifying: l10n.t("being checked"),
    debugging: l10n.t("being repaired"),
    asking: l10n.t("waits for you"),
    verified: l10n.t("proved"),
    given_up: l10n.t("given up"),
    waiting: l10n.t("not begun"),
  };
  return words[state] ?? state.replaceAll("_", " ");
}

export function agentWords(agent: string): string {
  const words: Record<string, string> = {
    SpecWriter: l10n.t("Specification writer"),
    Architect: l10n.t("Architect"),
    TechLead: l10n.t("Tech lead"),
    Developer: l10n.t("Developer"),
    CodeMonkey: l10n.t("Coder"),
    Reviewer: l10n.t("Reviewer"),
    Tester: l10n.t("Tester"),
    Executor: l10n.t("Executor"),
    BugHunter: l10n.t("Bug hunter"),
    Troubleshooter: l10n.t("Troubleshooter"),
    ProblemSolver: l10n.t("Problem solver"),
    TechnicalWriter: l10n.t("Technical writer"),
    Delivery: l10n.t("Delivery"),
    Importer: l10n.t("Importer"),
  };
  return words[agent] ?? agent;
}

/** One line for somebody who does not program. */
export function eventWords(event: RunEvent): string {
  if (event.kind === "ended") return l10n.t("Work has stopped.");
  if (event.kind === "noted") return event.detail || event.subject;
  if (!event.agent) return personWords(event);
  return event.kind === "started" ? startedWords(event) : landedWords(event);
}

/** What the person did is on record like anything else. */
function personWords({ outcome, action }: RunEvent): string {
  const words: Record<string, string> = {
    answered: l10n.t("You answered a question."),
    specification_approved: l10n.t("You approved the specification."),
    plan_approved: l10n.t("You approved the plan."),
    finding_waived: l10n.t("You accepted a finding as it is."),
    cancelled: l10n.t("You cancelled the run."),
    resumed: l10n.t("The run was continued."),
  };
  return words[outcome] ?? (outcome || action).replaceAll("_", " ");
}

function startedWords({ action, subject }: RunEvent): string {
  switch (action) {
    case "Specify":
      return l10n.t("writes down what the application must do");
    case "Design":
      return l10n.t("decides how the application is built");
    case "MakePlan":
      return l10n.t("divides the work into tasks");
    case "PrepareEnvironment":
      return l10n.t("prepares the place where the application is tried out");
    case "WriteChecks":
      return l10n.t("writes the checks the code will have to pass");
    case "SeeChecksFail":
      return l10n.t("makes sure the checks fail while there is no code");
    case "BreakDown":
      return l10n.t("decides what goes into which file");
    case "WriteFile":
      return l10n.t("writes {0}", subject);
    case "ReviewFiles":
      return l10n.t("reads the new code");
    case "RunCheck":
      return l10n.t("runs a check");
    case "Diagnose":
      return l10n.t("looks for the cause of a failure");
    case "WriteManual":
      return l10n.t("writes the manual");
    case "WriteDelivery":
      return l10n.t("prepares what is needed to run it elsewhere");
    case "Mirror":
      return l10n.t("puts files into your folder");
    default:
      return [action, subject].filter(Boolean).join(" ");
  }
}

function landedWords({ action, subject, outcome, ok, detail }: RunEvent): string {
  if (outcome === "nothing_usable") return l10n.t("gave no usable answer: {0}", detail);
  switch (action) {
    case "Specify":
      return l10n.t("has written the specification");
    case "Design":
      return l10n.t("has designed the application");
    case "MakePlan":
      return l10n.t("has made the plan");
    case "PrepareEnvironment":
      return ok ? l10n.t("the place for trying out is ready") : l10n.t("cannot try the application out: {0}", detail);
    case "WriteChecks":
      return l10n.t("has written the checks");
    case "SeeChecksFail":
      return ok ? l10n.t("the checks fail without code, as they must") : detail;
    case "BreakDown":
      return l10n.t("has decided what goes into which file");
    case "WriteFile":
      return l10n.t("has written {0}", subject);
    case "ReviewFiles":
      return ok ? l10n.t("approves the code") : l10n.t("wants changes: {0}", detail);
    case "RunCheck":
      return ok ? l10n.t("“{0}” passes", subject) : l10n.t("“{0}” fails: {1}", subject, detail);
    case "Diagnose":
      return l10n.t("has found a cause: {0}", detail);
    case "WriteManual":
      return l10n.t("has written the manual");
    case "WriteDelivery":
      return l10n.t("everything is prepared to run it elsewhere");
    case "Mirror":
      return l10n.t("has put files into your folder");
    default:
      return [action, subject, detail].filter(Boolean).join(" ");
  }
}

/** What is being done just now, for one line. */
export function doing(status: Status): string {
  const count = status.tasksTotal ? `${status.tasksDone}/${status.tasksTotal}` : phaseWords(status.phase);
  const agent = status.agent && agentWords(status.agent);
  return [count, agent, shortened(status.subject, 40), status.detail].filter(Boolean).join(" · ");
}

export function money(cost: number): string {
  if (cost === 0) return "";
  const dollars = cost / 1_000_000;
  return dollars < 0.01 ? "< $0.01" : `$${dollars.toFixed(2)}`;
}

export function count(value: number): string {
  if (value < 10_000) return String(value);
  return value < 1_000_000 ? `${Math.round(value / 1000)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}

export function spent(usage: Usage): string {
  const calls = l10n.t("{0} calls", count(usage.calls));
  const tokens = l10n.t("{0} tokens", count(usage.tokensIn + usage.tokensOut));
  return [money(usage.cost) || l10n.t("free of charge"), calls, tokens].join(" · ");
}

export function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** Whole code points, so that no emoji is cut in two. */
export function shortened(text: string, length: number): string {
  const points = [...text.replace(/\s+/g, " ").trim()];
  return points.length <= length ? points.join("") : `${points.slice(0, length - 1).join("")}…`;
}
