/** Shows the next edit that the server has found, and makes it when the same command is run again. */

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { InlineEdit, NextEdit } from "./protocol";

/** Makes the edit that is shown, else asks for one by `find` and shows it. */
export type RunNextEdit = (client: LanguageClient, find: Find) => Promise<void>;
type Find = (uri: string, position: unknown) => Promise<NextEdit | null>;

export function createNextEdits(subscriptions: vscode.Disposable[]): RunNextEdit {
  const away = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("diffEditor.removedTextBackground"),
  });
  let shown: { editor: vscode.TextEditor; edit: InlineEdit } | undefined;

  function clear(): void {
    shown?.editor.setDecorations(away, []);
    shown = undefined;
    void vscode.commands.executeCommand("setContext", "mai.nextEditShown", false);
  }

  async function apply(client: LanguageClient, editor: vscode.TextEditor, edit: InlineEdit): Promise<void> {
    clear();
    const change = new vscode.WorkspaceEdit();
    change.replace(editor.document.uri, client.protocol2CodeConverter.asRange(edit.range), edit.text);
    if (await vscode.workspace.applyEdit(change)) {
      await vscode.commands.executeCommand(edit.command.command, ...(edit.command.arguments ?? []));
    }
  }

  async function show(client: LanguageClient, edit: InlineEdit): Promise<void> {
    const { uri, version } = edit.textDocument;
    const editor = await vscode.window.showTextDocument(client.protocol2CodeConverter.asUri(uri));
    await vscode.commands.executeCommand("setContext", "mai.nextEditShown", true); // The keys work as soon as it is seen.
    if (version !== null && version !== editor.document.version) {
      return clear();
    }
    const range = client.protocol2CodeConverter.asRange(edit.range);
    const color = new vscode.ThemeColor("editorGhostText.foreground");
    const after = { contentText: edit.text.split(/\r?\n/).join(" ⏎ "), color, fontStyle: "italic", margin: "0 0 0 1ch" };
    editor.setDecorations(away, [{ range, renderOptions: { after } }]);
    editor.selection = new vscode.Selection(range.start, range.start);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    shown = { editor, edit };
  }

  subscriptions.push(
    away,
    vscode.workspace.onDidChangeTextDocument(
      ({ document, contentChanges }) => contentChanges.length > 0 && document === shown?.editor.document && clear(),
    ),
    vscode.window.onDidChangeActiveTextEditor((editor) => shown && editor !== shown.editor && clear()),
    vscode.commands.registerCommand("mai.dismissNextEdit", clear),
  );
  return async (client, find) => {
    const editor = vscode.window.activeTextEditor;
    if (!editor) {
      return;
    }
    if (shown?.editor === editor) {
      return apply(client, editor, shown.edit);
    }
    const at = client.code2ProtocolConverter.asPosition(editor.selection.active);
    const found = await find(editor.document.uri.toString(), at);
    const first = found?.edits[0];
    if (first) {
      await show(client, first);
    } else {
      const why = found?.reason ? ` (${found.reason.replaceAll("_", " ")})` : "";
      vscode.window.setStatusBarMessage(`MAI: there is no next edit${why}.`, 5000);
    }
  };
}
