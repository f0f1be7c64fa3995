// The part of VS Code that pure code uses: strings. Whatever else is needed runs in the real extension host.
export const l10n = {
  t: (message: string, ...args: unknown[]) => message.replace(/\{(\d+)\}/g, (_, index) => String(args[Number(index)])),
};
