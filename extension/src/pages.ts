/** Read-only documents that the commands show, under a scheme of their own: never synced to the server, never saved. */

import * as vscode from "vscode";

const SCHEME = "mai-page";

export interface Pages {
  show(name: string, text: string, languageId?: string): Promise<void>;
}

export function createPages(subscriptions: vscode.Disposable[]): Pages {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => texts.get(uri.path) ?? "",
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === SCHEME) {
        texts.delete(uri.path);
      }
    }),
  );
  return {
    async show(name, text, languageId) {
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
      texts.set(uri.path, text);
      changed.fire(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(
        languageId ? await vscode.languages.setTextDocumentLanguage(document, languageId) : document,
        { preview: true },
      );
    },
  };
}
