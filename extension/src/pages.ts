/** Read-only documents that the commands show, under a scheme of their own: never synced to the server, never saved. */

import * as vscode from "vscode";

const SCHEME = "mai-page";

export type ShowPage = (name: string, text: string) => Promise<void>;

export function createPages(subscriptions: vscode.Disposable[]): ShowPage {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri: vscode.Uri) => texts.get(uri.path) ?? "",
  };
  subscriptions.push(changed, vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider));
  return async (name, text) => {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    texts.set(uri.path, text);
    changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  };
}
