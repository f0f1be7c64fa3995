// Keys: in the editor's secret storage, handed out only when the server asks, and kept out of the log.
import * as vscode from "vscode";
import type { ClientCapabilities, StaticFeature } from "vscode-languageclient/node";

const PREFIX = "key.";
const NAMES = "keys";

export class Secrets {
  private readonly handedOut = new Set<string>();

  /** `names` remembers whose keys there are: SecretStorage cannot list them in the oldest VS Code we support. */
  constructor(
    private readonly storage: vscode.SecretStorage,
    private readonly memory: vscode.Memento,
  ) {}

  /** The server's own request; there is no other way to a key. */
  async answer({ name }: { name: string }): Promise<{ value: string | null }> {
    const value = await this.storage.get(PREFIX + name);
    if (value) this.handedOut.add(value);
    return { value: value ?? null };
  }

  async store(name: string, value: string): Promise<void> {
    this.handedOut.add(value);
    await this.storage.store(PREFIX + name, value);
    await this.memory.update(NAMES, [...new Set([...(await this.names()), name])]);
  }

  async remove(name: string): Promise<void> {
    await this.storage.delete(PREFIX + name);
    await this.memory.update(NAMES, (await this.names()).filter((other) => other !== name));
  }

  async names(): Promise<string[]> {
    return this.memory.get<string[]>(NAMES, []);
  }

  /** A trace of the messages would hold the keys that were in them. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.handedOut) for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) clean = clean.replaceAll(form, "•••");
    return clean;
  }

  /** The channel as it is, but for texts, which pass through `redact`. */
  guard(channel: vscode.LogOutputChannel): vscode.LogOutputChannel {
    const clean = (given: unknown) => (typeof given === "string" ? this.redact(given) : given instanceof Error ? this.redact(String(given.stack)) : given);
    return new Proxy(channel, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return WRITING.has(String(name)) ? (...given: unknown[]) => value.apply(target, given.map(clean)) : value.bind(target);
      },
    });
  }
}

const WRITING = new Set(["append", "appendLine", "replace", "trace", "debug", "info", "warn", "error"]);

/** Tells the server what we can do. */
export const ABILITIES: StaticFeature = {
  fillClientCapabilities: (capabilities: ClientCapabilities) => {
    const experimental = (capabilities.experimental ?? {}) as Record<string, unknown>;
    capabilities.experimental = { ...experimental, samokoder: { status: true, event: true, question: true, plan: true, secrets: true } };
  },
  initialize: () => {},
  getState: () => ({ kind: "static" }),
  clear: () => {},
};
