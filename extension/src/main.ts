/** The extension's beginning and end: it only joins the parts. */

import * as vscode from "vscode";
import { createServer, type Server } from "./client";
import { byHand, register } from "./commands";
import { keysIn } from "./keys";
import { serveLanguageModels } from "./lm";
import { createNextEdits } from "./nextEdit";
import { createPages } from "./pages";
import { onMayHaveChanged } from "./python";
import { report } from "./reported";
import { createStatus } from "./status";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const { subscriptions, extension } = context;
  const log = vscode.window.createOutputChannel("MAI", { log: true });
  const serverLog = vscode.window.createOutputChannel("MAI Language Server", { log: true });
  const keys = keysIn(context.secrets);
  const show = createPages(subscriptions);
  const running = () => server?.running();
  const status = createStatus(subscriptions, running);
  const made = (server = createServer({
    extension,
    keys,
    log,
    serverLog,
    executeCommand: byHand(running, show, createNextEdits(subscriptions)),
    attach: (client) => vscode.Disposable.from(status.attach(client), report(client), serveLanguageModels(client)),
    failed: status.failed,
  }));
  register(context, made, keys, show, { own: log, server: serverLog });
  subscriptions.push(log, serverLog, keys.onDidChange(made.settingsChanged), onMayHaveChanged(made.follow));
  await made.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
