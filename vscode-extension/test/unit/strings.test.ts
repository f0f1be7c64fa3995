// No string is missing in either language: not in the manifest, not at runtime, not in the walkthrough.
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { getL10nJson } from "@vscode/l10n-dev";

const root = path.join(__dirname, "../..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const json = (file: string) => JSON.parse(read(file));
const sources = fs.readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

test("the manifest names exactly the strings there are, in both languages", () => {
  const named = [...new Set([...read("package.json").matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key))].sort();
  expect(Object.keys(json("package.nls.json")).sort()).toEqual(named);
  expect(Object.keys(json("package.nls.ru.json")).sort()).toEqual(named);
});

test("every string of the code is translated, and nothing else is", async () => {
  const contents = sources.map((name) => ({ extension: ".ts" as const, contents: read(path.join("src", name)) }));
  const found = Object.keys(await getL10nJson(contents)).sort();
  expect(found.length).toBeGreaterThan(100);
  expect(Object.keys(json("l10n/bundle.l10n.ru.json")).sort()).toEqual(found);
});

test("translations keep the places for values", () => {
  const places = (text: string) => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort();
  for (const [english, russian] of Object.entries(json("l10n/bundle.l10n.ru.json"))) expect(places(russian as string), english).toEqual(places(english));
});

test("Russian is Russian: no string is left as it was", () => {
  const same = (file: string) => Object.values(json(file) as Record<string, string>).filter((text) => /[A-Za-z]{4}/.test(text) && !/[а-яё]/i.test(text) && !/^walkthrough\//.test(text));
  expect(same("package.nls.ru.json")).toEqual([]);
  expect(same("l10n/bundle.l10n.ru.json")).toEqual([]);
});

test("commands in buttons and links exist", () => {
  const declared = new Set<string>(json("package.json").contributes.commands.map(({ command }: { command: string }) => command));
  const texts = [read("package.json"), read("package.nls.json"), read("package.nls.ru.json"), ...sources.map((name) => read(path.join("src", name)))];
  const used = texts.flatMap((text) => text.match(/samokoder\.ui\.\w+/g) ?? []);
  expect([...new Set(used)].filter((command) => !declared.has(command))).toEqual([]);
});

test("the walkthrough's pages are there in both languages", () => {
  for (const language of ["package.nls.json", "package.nls.ru.json"])
    for (const [key, file] of Object.entries(json(language) as Record<string, string>)) if (/^walkthrough\..*\.media$/.test(key)) expect(read(file).length).toBeGreaterThan(100);
});
