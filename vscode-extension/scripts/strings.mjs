// What is to be translated: strings of the code that l10n/bundle.l10n.ru.json lacks, and those it has for nothing.
import fs from "node:fs";
import { getL10nJson } from "@vscode/l10n-dev";

const sources = fs.readdirSync("src", { recursive: true }).filter((name) => name.endsWith(".ts"));
const found = Object.keys(await getL10nJson(sources.map((name) => ({ extension: ".ts", contents: fs.readFileSync(`src/${name}`, "utf8") }))));
const bundle = "l10n/bundle.l10n.ru.json";
const has = fs.existsSync(bundle) ? JSON.parse(fs.readFileSync(bundle, "utf8")) : {};
for (const text of found) if (!(text in has)) console.log(`lacks  ${JSON.stringify(text)}`);
for (const text of Object.keys(has)) if (!found.includes(text)) console.log(`unused ${JSON.stringify(text)}`);
