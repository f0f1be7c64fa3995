// What each agent does, latest first, in words for people who do not program.
import type { Heard } from "../runs";
import { agentWords, eventWords } from "../words";
import { BLUE, GREY, RED, type Icon, type Row } from "./row";

const SHOWN = 300;

export function activityRows(events: readonly Heard[]): Row[] {
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
    context: event.agent ? "event" : "event.end",
    command: "samokoder.ui.showExchange",
    given: { runId: event.runId, seq: event.seq, task: event.task },
  };
}

function iconOf(event: Heard): Icon {
  if (event.kind === "ended") return { name: "debug-stop", color: GREY };
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
