// Whole journeys of a person through the extension. Each gets a clean profile and takes what it needs from `world`.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { speakRussian, until } from "./editor.mjs";

export const LIBRARY =
  "A library for our reading club. Each book has a title, an author and a year. Members have a name and an email. A loan says which member has which book, when it is due and whether it is open or returned.";

/** Describes, and leaves the person before the specification that waits for approval. */
export async function describe(window, text = LIBRARY) {
  await window.command("Samokoder: Describe an Application…");
  await window.input(text);
  await window.waitStatus(/specification ready|a question waits|утвер|спецификация/, 120_000);
}

export async function approveByLens(window) {
  await window.page.locator('.tab[aria-label^="spec.md"]').first().waitFor({ timeout: 30_000 });
  await window.lens(/^(Approve|Утвердить)$/);
}

export const journeys = {
  /** From the .vsix and nothing else: set-up with the real package index, specification, files, proof. */
  async "first use"({ open, shot }) {
    const window = await open({ interpreter: "" }); // not the one of the other journeys: set-up is part of it
    await window.showView();
    await window.page.getByText("Say in plain words").first().waitFor({ timeout: 60_000 });
    await shot(window, "welcome");
    await window.command("Samokoder: Describe an Application…");
    await shot(window, "describe");
    await window.input(LIBRARY);
    await window.notification(/first-time set-up/);
    await window.waitStatus(/specification ready/, 240_000);
    await approveByLens(window);
    await window.waitStatus(/\d\/\d/, 60_000);
    await shot(window, "building");
    await window.waitStatus(/done, and proved to work/, 240_000);
    const rows = await window.rows("Plan");
    assert.ok(rows.length >= 3 && rows.every((row) => /, (proved|(\d+)\/\2)$/.test(row)), rows.join("\n"));
    assert.ok(fs.existsSync(path.join(window.folder, "app", "main.py")));
    await window.page.locator(".codelens-decoration a", { hasText: /verified by/ }).first().waitFor({ timeout: 30_000 });
    await shot(window, "done");
  },

  async "a lens shows the run that proves a requirement"({ open, shot }) {
    const window = await open();
    await describe(window);
    await approveByLens(window);
    await window.waitStatus(/done, and proved to work/, 240_000);
    await window.lens(/verified by/);
    await window.page.locator(".tab", { hasText: /Records and their rules/ }).first().waitFor();
    await shot(window, "evidence");
  },

  async "a question answered from its notification"({ open, shot }) {
    const window = await open({ settings: { "samokoder.approveSpecification": false } });
    await window.command("Samokoder: Describe an Application…");
    await window.input("A museum. Each exhibit has a name and a year. Each visitor has a name and an email.");
    await window.waitStatus(/a question waits/, 120_000);
    await window.showView();
    await until("the question in the view", 60_000, async () => /How are visitors related/i.test((await window.rows("Waiting")).join()));
    await shot(window, "question");
    await window.press("Answer…", /How are visitors related/i);
    await shot(window, "answers");
    await window.pick("Not related");
    await window.waitStatus(/done, and proved to work/, 240_000);
  },

  async "in Russian"({ open, shot }) {
    const window = await open({ locale: "ru", prepare: speakRussian });
    await window.showView();
    await window.page.getByText("Скажите простыми словами").first().waitFor({ timeout: 60_000 });
    await shot(window, "russian-welcome");
    await window.command("Описать приложение…");
    await window.input("Библиотека для книжного клуба. У книги есть название, автор и год. У участника есть имя и почта. Выдача говорит, у какого участника какая книга и до какого числа.");
    await window.waitStatus(/спецификация готова/, 120_000);
    await until("the approval in the view", 60_000, async () => /Спецификация готова/.test((await window.rows("Ждёт вас")).join()));
    await window.press("Утвердить", /спецификация готова/i);
    await window.waitStatus(/\d\/\d/, 60_000);
    await shot(window, "russian-building");
    await window.waitStatus(/готово, работа доказана/, 240_000);
  },

  async "in a folder nobody trusts nothing is begun"({ open }) {
    const window = await open({ trust: false, settings: { "security.workspace.trust.startupPrompt": "never" } });
    await window.showView();
    const pane = window.page.locator('.pane:has(.pane-header[aria-label^="Plan"])');
    await pane.getByText(/restricted mode/).waitFor({ timeout: 30_000 });
    assert.equal(fs.existsSync(path.join(window.folder, ".samokoder")), false);
  },

  async "tried out beside its code and in the browser, and stopped"({ open, shot }) {
    const window = await open({ settings: { "samokoder.approveSpecification": false, "samokoder.ask": false } });
    await window.command("Samokoder: Describe an Application…");
    await window.input(LIBRARY);
    await window.waitStatus(/done, and proved to work/, 240_000);
    await window.command("Samokoder: Try the Application Out");
    let url = "";
    await until("the application within the editor", 120_000, async () => {
      for (const frame of window.page.frames().slice(1))
        if (await frame.getByRole("link", { name: "Loans" }).first().isVisible().catch(() => false)) url = frame.url();
      return url !== "";
    });
    await shot(window, "preview");
    const opened = window.context.waitForEvent("page", { timeout: 120_000 });
    await window.command("Samokoder: Open the Application in the Browser");
    const page = await opened;
    await page.getByText("Loans").first().waitFor({ timeout: 30_000 });
    await page.close();
    await window.command("Samokoder: Stop the Application");
    await until("the application to stop", 20_000, () => fetch(url).then((answer) => answer.status >= 500, () => true));
  },

  async "reviewed: one piece rejected, the rest accepted"({ open, shot }) {
    const window = await open({ settings: { "samokoder.approveSpecification": false, "samokoder.ask": false, "samokoder.review": true } });
    await window.command("Samokoder: Describe an Application…");
    await window.input(LIBRARY);
    await window.waitStatus(/done, and proved to work/, 240_000);
    assert.equal(fs.existsSync(path.join(window.folder, "app", "main.py")), false);
    await window.showView();
    await window.press("Review", /files are proposed/);
    await window.page.locator(".multiDiffEntry").first().waitFor({ timeout: 60_000 });
    await shot(window, "review");
    const readme = window.row("Proposed Changes", "README.md");
    await readme.scrollIntoViewIfNeeded();
    await readme.hover();
    await readme.locator('.action-label[aria-label^="Reject"]').click();
    await until("the rejected file to leave the list", 20_000, async () => !(await window.rows("Proposed Changes")).some((row) => row.startsWith("README.md")));
    await window.command("Samokoder: Accept All Changes");
    await until("the accepted files", 60_000, async () => fs.existsSync(path.join(window.folder, "app", "main.py")));
    assert.equal(fs.existsSync(path.join(window.folder, "README.md")), false);
  },

  async "cancelled from its notification"({ open }) {
    const window = await open({ settings: { "samokoder.approveSpecification": false, "samokoder.ask": false } });
    await window.command("Samokoder: Describe an Application…");
    await window.input(LIBRARY);
    await window.waitStatus(/\d\/\d/, 120_000);
    await window.press("Cancel", /Building the application/);
    await window.waitStatus(/cancelled/, 30_000);
    await window.showView();
    await until("the run to be listed as cancelled", 60_000, async () => /cancelled/.test((await window.rows("Runs")).join()));
  },

  async "reloaded in mid-run, and continued"({ open, shot }) {
    const window = await open({ settings: { "samokoder.approveSpecification": false, "samokoder.ask": false } });
    await window.command("Samokoder: Describe an Application…");
    await window.input(LIBRARY);
    await window.waitStatus(/\d\/\d/, 120_000);
    await window.reload();
    await window.waitStatus(/interrupted|at work/, 60_000);
    await window.press("Continue", /was interrupted/);
    await window.waitStatus(/done, and proved to work/, 240_000);
  },

  async "the server killed in mid-run, started again, and continued"({ open }) {
    const window = await open({ settings: { "samokoder.approveSpecification": false, "samokoder.ask": false } });
    await window.command("Samokoder: Describe an Application…");
    await window.input(LIBRARY);
    await window.waitStatus(/\d\/\d/, 120_000);
    window.killServer();
    await window.press("Continue", /was interrupted/);
    await window.waitStatus(/done, and proved to work/, 240_000);
  },
};
