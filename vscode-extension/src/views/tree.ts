// Shows rows as a native tree; redraws only what somebody sees.
import * as vscode from "vscode";
import type { Row } from "./row";

export class Tree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<Row>;
  private stale = false;

  constructor(
    id: string,
    private readonly rows: () => Row[],
    private readonly badge: () => vscode.ViewBadge | undefined = () => undefined,
    private readonly message: () => string | undefined = () => undefined,
  ) {
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: true });
    this.view.onDidChangeVisibility(({ visible }) => visible && this.stale && this.redraw());
  }

  redraw(): void {
    this.view.badge = this.badge();
    this.view.message = this.message() ?? "";
    this.stale = !this.view.visible;
    if (this.view.visible) this.changed.fire(undefined);
  }

  getChildren(row?: Row): Row[] {
    return row ? (row.children?.() ?? []) : this.rows();
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label, folding(row));
    item.id = row.id;
    if (row.description) item.description = row.description;
    if (row.context) item.contextValue = row.context;
    if (row.tooltip) item.tooltip = new vscode.MarkdownString(row.tooltip);
    if (row.icon) item.iconPath = new vscode.ThemeIcon(row.icon.name, row.icon.color ? new vscode.ThemeColor(row.icon.color) : undefined);
    if (row.command) item.command = { command: row.command, title: row.label, arguments: [row.given ?? {}] };
    if (row.file) item.resourceUri = vscode.Uri.file(row.file);
    item.accessibilityInformation = { label: row.spoken ?? [row.label, row.description].filter(Boolean).join(", ") };
    return item;
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}

function folding(row: Row): vscode.TreeItemCollapsibleState {
  if (!row.children) return vscode.TreeItemCollapsibleState.None;
  return row.open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}
