// A line of a tree as a value: views are functions from what is known to rows.

/** What a command is given: by a row, a lens, another extension, or nothing at all. */
export interface Given {
  runId?: string;
  questionId?: string;
  findingId?: string;
  checkId?: string;
  task?: string;
  path?: string;
  seq?: number;
  step?: number;
  hunk?: string;
}

export interface Row {
  /** Unique within its view; keeps what is folded open over redrawings. */
  id: string;
  label: string;
  description?: string;
  /** Markdown. */
  tooltip?: string;
  icon?: Icon;
  /** For `viewItem` in menus. */
  context?: string;
  /** What a click does, with `given`. */
  command?: string;
  given?: Given;
  open?: boolean;
  children?: () => Row[];
  /** File it stands for: shown with the file's own icon. */
  file?: string;
  /** Read out by screen readers instead of label and description. */
  spoken?: string;
}

export interface Icon {
  name: string;
  color?: string;
}

export const GREEN = "testing.iconPassed";
export const RED = "testing.iconFailed";
export const YELLOW = "list.warningForeground";
export const GREY = "disabledForeground";
export const BLUE = "charts.blue";
