// Values for tests, with what matters in a test given there.
import type { Picture, RunItem, Status, Task, Usage } from "../../src/protocol";

export const USAGE: Usage = { calls: 77, tokensIn: 474_510, tokensOut: 56_984, tokensCached: 0, cost: 0, seconds: 19.4 };

export const task = (given: Partial<Task> = {}): Task => ({
  id: "T1",
  title: "Records and their rules",
  state: "coding",
  files: [],
  filesWritten: 0,
  dependsOn: [],
  requirements: [],
  ...given,
});

export const status = (given: Partial<Status> = {}): Status => ({
  runId: "r1",
  seq: 1,
  state: "running",
  reason: "",
  phase: "building",
  title: "Books, members and loans",
  target: "/home/me/app",
  percentage: 40,
  tasksDone: 1,
  tasksTotal: 4,
  tasks: [],
  agent: "CodeMonkey",
  task: "T1",
  subject: "app/models.py",
  usage: USAGE,
  waiting: [],
  failing: 0,
  ...given,
});

export const picture = (given: Partial<Picture> = {}): Picture => ({
  runId: "r1",
  state: "running",
  reason: "",
  phase: "building",
  description: "A library",
  target: "/home/me/app",
  title: "Books",
  summary: "",
  requirements: [],
  assumptions: [],
  tasks: [],
  files: [],
  conflicts: [],
  checks: [],
  findings: [],
  usage: USAGE,
  model: "offline rules (embedded)",
  sandbox: "auto",
  isolation: null,
  questions: [],
  startCommand: "",
  port: null,
  steps: 3,
  ...given,
});

export const item = (given: Partial<RunItem> = {}): RunItem => ({
  runId: "r1",
  state: "verified",
  phase: "building",
  target: "/home/me/app",
  description: "A library",
  created: "2026-01-01T00:00:00Z",
  steps: 3,
  usage: USAGE,
  forkedFrom: null,
  ...given,
});
