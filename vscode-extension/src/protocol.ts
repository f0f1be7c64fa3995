// What the server says, as docs/protocol.md has it.

export type State =
  | "running"
  | "waiting"
  | "interrupted"
  | "verified"
  | "built_unverified"
  | "blocked"
  | "budget_exhausted"
  | "stuck"
  | "environment_missing"
  | "cancelled";

export interface Usage {
  calls: number;
  tokensIn: number;
  tokensOut: number;
  tokensCached: number;
  /** Millionths of a US dollar. */
  cost: number;
  seconds: number;
}

export interface Question {
  runId: string;
  questionId: string;
  text: string;
  options: string[];
  default: string;
}

export interface Task {
  id: string;
  title: string;
  state: string;
  files: string[];
  filesWritten: number;
  dependsOn: string[];
  requirements: string[];
}

export interface Status {
  runId: string;
  seq: number;
  state: State;
  reason: string;
  phase: string;
  title: string;
  target: string;
  percentage: number;
  tasksDone: number;
  tasksTotal: number;
  tasks: Task[];
  agent: string;
  task: string;
  subject: string;
  /** How far it is, or what it waits for. */
  detail?: string;
  usage: Usage;
  waiting: Question[];
  failing: number;
}

export interface RunEvent {
  runId: string;
  seq: number;
  kind: "started" | "noted" | "landed" | "ended";
  action: string;
  agent: string;
  task: string;
  subject: string;
  outcome: string;
  ok: boolean;
  detail: string;
}

/** `samokoder/plan`: the one with the highest revision counts. */
export interface Plan {
  runId: string;
  revision: number;
  epics: { title: string; tasks: PlannedTask[] }[];
}

export interface PlannedTask {
  id: string;
  title: string;
  kind: string;
  state: string;
  reason: string;
  files: { path: string; uri: string; state: "planned" | "written" | "proposed" | "in_folder" | "conflict" }[];
  checks: { id: string; title: string; state: "unseen" | "verified" | "stale" | "failing" }[];
}

/** A line of `samokoder.log`. */
export interface Entry {
  step: number;
  at: string;
  agent: string;
  task: string;
  text: string;
  ok: boolean;
  hasExchange: boolean;
}

export interface Requirement {
  id: string;
  title: string;
  text: string;
  acceptance: string[];
  proof: "verified" | "stale" | "failing" | "none";
  checkId: string | null;
}

export interface Check {
  id: string;
  task: string;
  title: string;
  command: string;
  exitCode: number | null;
  passed: boolean;
  seconds: number;
  fault: string;
  stale: boolean;
}

export interface Finding {
  id: string;
  task: string;
  source: string;
  path: string | null;
  line: number;
  message: string;
  severity: string;
  waived: string;
}

export interface WrittenFile {
  path: string;
  digest: string;
  inFolder: boolean;
}

export interface Isolation {
  level: string;
  separates: string[];
  engine: string;
}

export interface Picture {
  runId: string;
  state: State;
  reason: string;
  phase: string;
  description: string;
  target: string;
  title: string;
  summary: string;
  requirements: Requirement[];
  assumptions: string[];
  tasks: Task[];
  files: WrittenFile[];
  conflicts: string[];
  checks: Check[];
  findings: Finding[];
  usage: Usage;
  model: string;
  sandbox: string;
  isolation: Isolation | null;
  questions: Question[];
  startCommand: string;
  port: number | null;
  steps: number;
}

export interface RunItem {
  runId: string;
  state: State;
  phase: string;
  target: string;
  description: string;
  created: string;
  steps: number;
  usage: Usage;
  forkedFrom: string | null;
}

export interface RunStarted {
  runId: string;
  token: string | number | null;
  state: State;
}

export interface Diagnosis {
  name: string;
  ok: boolean;
  found: string;
  hint: string;
  needed: boolean;
}

/** `data` of an error the server answers with. */
export interface Fault {
  kind?: string;
  hint?: string;
  logId?: string;
  runId?: string | null;
  retryable?: boolean;
  fields?: { field: string; message: string }[];
}

/** States in which nothing more happens by itself, and `samokoder.resume` goes on. */
export const CAN_GO_ON: readonly State[] = [
  "interrupted",
  "stuck",
  "budget_exhausted",
  "built_unverified",
  "environment_missing",
  "blocked",
];

export const APPROVALS: Readonly<Record<string, string>> = {
  "approve-specification": "samokoder.openSpecification",
  "approve-plan": "samokoder.openPlan",
};
