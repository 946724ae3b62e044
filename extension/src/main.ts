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
  const own = vscode.window.createOutputChannel("MAI", { log: true });
  const serverLog = vscode.window.createOutputChannel("MAI Language Server", { log: true });
  const { subscriptions } = context;
  subscriptions.push(own, serverLog);
  const running = () => server?.client;
  const keys = keysIn(context.secrets, subscriptions);
  const status = createStatus(subscriptions, running);
  const made = createServer({
    context,
    keys,
    log: own,
    serverLog,
    executeCommand: byHand(running, createPages(subscriptions), createNextEdits(subscriptions)),
    attach: (client) => vscode.Disposable.from(status.attach(client), report(client), serveLanguageModels(client)),
    failed: (error) => status.failed(error),
  });
  server = made;
  register(context, made, keys, { own, server: serverLog });
  subscriptions.push(
    keys.onDidChange(() => void made.settingsChanged()),
    onMayHaveChanged(() => void made.follow()),
  );
  await made.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
