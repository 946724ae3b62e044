/** Tells the server what a language server does not see: problems that others report, and by opt-in the clipboard. */

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { DID_CHANGE_CLIPBOARD, DID_CHANGE_DIAGNOSTICS, type DidChangeDiagnosticsParams } from "./protocol";
import { debounced } from "./queue";
import { DOCUMENTS } from "./settings";

const [QUIET_MS, CLIPBOARD_MS] = [250, 1000];
const SOURCES = "mai.context.sources";

export function report(client: LanguageClient): vscode.Disposable {
  const problems = debounced<string>(QUIET_MS, (uris) => {
    for (const document of vscode.workspace.textDocuments) {
      if (uris.has(document.uri.toString())) {
        void tell(client, document);
      }
    }
  });
  const clipboard = debounced<string>(CLIPBOARD_MS, () => {
    if (client.isRunning() && vscode.workspace.getConfiguration().get<string[]>(SOURCES, []).includes("clipboard")) {
      void vscode.env.clipboard.readText().then((text) => client.sendNotification(DID_CHANGE_CLIPBOARD, { text }));
    }
  });
  return vscode.Disposable.from(
    problems,
    clipboard,
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris) {
        problems.add(uri.toString());
      }
    }),
    // The editor tells nobody of copying; these are the moments at which something may have been copied.
    vscode.window.onDidChangeWindowState(() => clipboard.add("")),
    vscode.window.onDidChangeTextEditorSelection(() => clipboard.add("")),
  );
}

async function tell(client: LanguageClient, document: vscode.TextDocument): Promise<void> {
  if (client.isRunning() && vscode.languages.match([...DOCUMENTS], document) > 0) {
    const { version, uri } = document;
    const convert = client.code2ProtocolConverter;
    const diagnostics = await convert.asDiagnostics(vscode.languages.getDiagnostics(uri));
    const params: DidChangeDiagnosticsParams = { uri: convert.asUri(uri), version, diagnostics };
    await client.sendNotification(DID_CHANGE_DIAGNOSTICS, params);
  }
}
