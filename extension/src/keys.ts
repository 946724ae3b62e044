/**
 * API keys by provider, in the editor's secret storage. They leave it only as the answer to the server's question for its
 * settings, and are never written to a file of settings.
 */

import * as vscode from "vscode";

const PREFIX = "mai.apiKey.";

export interface Keys {
  get(provider: string): Thenable<string | undefined>;
  set(provider: string, key: string | undefined): Thenable<void>;
  /** Tells when one was set or removed, in this window or another. */
  readonly onDidChange: vscode.Event<void>;
}

export function keysIn(secrets: vscode.SecretStorage, subscriptions: vscode.Disposable[]): Keys {
  const changed = new vscode.EventEmitter<void>();
  subscriptions.push(
    changed,
    secrets.onDidChange((event) => {
      if (event.key.startsWith(PREFIX)) {
        changed.fire();
      }
    }),
  );
  return {
    get: (provider) => secrets.get(PREFIX + provider),
    set: (provider, key) => (key ? secrets.store(PREFIX + provider, key) : secrets.delete(PREFIX + provider)),
    onDidChange: changed.event,
  };
}
