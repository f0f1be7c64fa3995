// What each agent does, latest first, in words for people who do not program.
import type { Entry } from "../protocol";
import type { Heard } from "../runs";
import { agentWords, eventWords } from "../words";
import { BLUE, GREY, RED, type Icon, type Row } from "./row";

const SHOWN = 300;

/** On record in sentences of the server's, with what is going on above; without a record, what was heard. */
export function activityRows(events: readonly Heard[], log?: readonly Entry[], runId = ""): Row[] {
  if (!log) return heardRows(events);
  const going = heardRows(events).filter(({ context }) => context === "event.going");
  return [...going, ...log.slice(-SHOWN).reverse().map((entry) => entryRow(runId, entry))];
}

function entryRow(runId: string, { step, at, agent, text, ok, hasExchange }: Entry): Row {
  const who = agent ? `${agentWords(agent)}: ` : "";
  return {
    id: `step/${runId}/${step}`,
    label: who + text,
    tooltip: [who + text, new Date(at).toLocaleTimeString()].join("\n\n"),
    icon: ok ? { name: agent ? "circle-small-filled" : "person" } : { name: "close", color: RED },
    context: hasExchange ? "event" : "event.plain",
    given: { runId, step },
    ...(hasExchange && { command: "samokoder.ui.showExchange" }),
  };
}

function heardRows(events: readonly Heard[]): Row[] {
  const landed = new Set(events.filter(({ kind }) => kind === "landed").map(workOf));
  const stopped = Math.max(0, ...events.filter(({ kind }) => kind === "ended").map(({ seq }) => seq)); // what was begun before is not going on
  const shown = events.filter((event) => event.kind !== "started" || (event.seq > stopped && !landed.has(workOf(event))));
  return shown.slice(-SHOWN).reverse().map(activityRow);
}

/** A start and its landing are one line. A failed check is named by title when it lands and by id when it starts. */
function workOf({ action, task, subject }: Heard): string {
  return [action, task, action === "WriteFile" ? subject : ""].join("/");
}

function activityRow(event: Heard): Row {
  const words = eventWords(event);
  const who = agentWords(event.agent);
  return {
    id: `event/${event.runId}/${event.seq}`,
    label: event.agent ? `${who}: ${words}` : words,
    tooltip: [event.agent ? `**${who}**: ${words}` : words, event.subject, event.detail, new Date(event.time).toLocaleTimeString()].filter(Boolean).join("\n\n"),
    icon: iconOf(event),
    context: event.kind === "started" ? "event.going" : "event.plain",
    given: { runId: event.runId },
  };
}

function iconOf(event: Heard): Icon {
  if (event.kind === "ended") return { name: "debug-stop", color: GREY };
  if (event.kind === "noted") return { name: "info" };
  if (event.kind === "started") return { name: "loading~spin", color: BLUE };
  if (!event.agent) return { name: "person" };
  if (!event.ok) return { name: "close", color: RED };
  const icons: Record<string, string> = {
    Specify: "book",
    Design: "symbol-structure",
    MakePlan: "list-ordered",
    PrepareEnvironment: "package",
    WriteChecks: "beaker",
    SeeChecksFail: "beaker-stop",
    BreakDown: "list-tree",
    WriteFile: "file-code",
    ReviewFiles: "eye",
    RunCheck: "pass",
    Diagnose: "debug-alt",
    WriteManual: "notebook",
    WriteDelivery: "rocket",
    Mirror: "save-all",
  };
  return { name: icons[event.action] ?? "circle-small-filled" };
}
