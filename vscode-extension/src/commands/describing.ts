// Where a person says what they want: one line, an example to start from, or a document for more.
import * as vscode from "vscode";

/** `forecast` comes when it comes: what a run will probably cost. */
export function askDescription(title = vscode.l10n.t("What shall be built?"), forecast?: Promise<string>): Promise<{ description: string } | undefined> {
  return new Promise((resolve) => {
    const box = vscode.window.createInputBox();
    const document = { iconPath: new vscode.ThemeIcon("notebook"), tooltip: vscode.l10n.t("Describe it in a document: for more than a few lines") };
    const example = { iconPath: new vscode.ThemeIcon("lightbulb"), tooltip: vscode.l10n.t("Show an example") };
    box.title = title;
    box.placeholder = vscode.l10n.t("Say it as you would to a colleague: what is kept, who uses it, what they want to see");
    box.prompt = vscode.l10n.t("Enter begins. Escape leaves everything as it is.");
    void forecast?.then((words) => words && (box.prompt = `${words} ${box.prompt}`));
    box.ignoreFocusOut = true;
    box.buttons = [example, document];
    box.onDidTriggerButton(async (button) => {
      if (button === example) {
        box.value = exampleText();
        return;
      }
      resolve(undefined);
      const text = box.value;
      box.hide();
      await describeInDocument(text);
    });
    box.onDidAccept(() => {
      if (!box.value.trim()) return;
      resolve({ description: box.value });
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
  });
}

function exampleText(): string {
  return vscode.l10n.t(
    "A library for our reading club. Each book has a title, an author and a year. Members have a name and an email. A loan says which member has which book, when it is due and whether it is open or returned. I want to search books and see overdue loans.",
  );
}

/** An untitled Markdown document; its lens and the button of its editor build from it. */
export async function describeInDocument(text = ""): Promise<void> {
  const content = `# ${vscode.l10n.t("What shall be built?")}\n\n${text || exampleText()}\n`;
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
  await vscode.window.showTextDocument(document);
}
