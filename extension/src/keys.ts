/**
 * API keys by provider, in the editor's secret storage. They leave it only as a part of the answer to the server's
 * question for its settings, and are never written to a file of settings.
 */

import type * as vscode from "vscode";

const PREFIX = "mai.apiKey.";

export type Keys = ReturnType<typeof keysIn>;

export function keysIn(secrets: vscode.SecretStorage) {
  return {
    get: (provider: string) => secrets.get(PREFIX + provider),
    /** Keeps a key; an empty one removes what is there. */
    set: (provider: string, key: string) =>
      key ? secrets.store(PREFIX + provider, key) : secrets.delete(PREFIX + provider),
    /** Tells when one was set or removed, in this window or another. */
    onDidChange: (changed: () => void) => secrets.onDidChange(({ key }) => key.startsWith(PREFIX) && changed()),
  };
}
