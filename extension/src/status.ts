/** The one status item, fed by `mai/status`, and its menu of what makes sense in that state. */

import * as vscode from "vscode";
import { State as ClientState, MessageType, type ShowMessageParams } from "vscode-languageclient";
import type { LanguageClient } from "vscode-languageclient/node";
import { Command, STATUS, type StatusParams, type StatusResult } from "./protocol";
import { NoInterpreter } from "./python";
import { statusDetails, statusText } from "./texts";

const MENU = "mai.menu";

export function createStatus(subscriptions: vscode.Disposable[], running: () => LanguageClient | undefined) {
  const item = vscode.window.createStatusBarItem("mai.status", vscode.StatusBarAlignment.Right, 100);
  let last: StatusParams | undefined;
  let wrong: Error | undefined;

  function show(status?: StatusParams, why = ""): void {
    last = status;
    const state = wrong ? "error" : (last?.state ?? "starting");
    const waiting = wrong ? "$(error) MAI" : "$(loading~spin) MAI";
    item.text = last && !wrong ? statusText(last) : waiting;
    item.tooltip = last && !wrong ? new vscode.MarkdownString(statusDetails(last, why)) : wrong?.message;
    item.accessibilityInformation = { label: [`MAI: ${state}`, wrong?.message ?? last?.message].filter(Boolean).join(". ") };
    item.backgroundColor = state === "error" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    item.show();
  }

  function became(state: ClientState): void {
    void vscode.commands.executeCommand("setContext", "mai.running", state === ClientState.Running);
    wrong = state === ClientState.Stopped ? (wrong ?? new Error("The server is not running.")) : undefined;
    show();
  }

  async function menu(): Promise<void> {
    const uri = vscode.window.activeTextEditor?.document.uri.toString() ?? "";
    const now = await running()?.sendRequest<StatusResult>(STATUS, { uri });
    const why = now && uri && !now.file.on ? now.file.why : "";
    if (now) {
      show(now, why);
    }
    const title = now && [now.provider, now.model, now.message || why].filter(Boolean).join(" · ");
    const entries = now ? entriesFor(now, uri) : [...ways(wrong), SETTINGS];
    const picked = await vscode.window.showQuickPick(entries, { title: title ?? wrong?.message ?? "MAI is starting." });
    await (picked && vscode.commands.executeCommand(picked.command, ...picked.args));
  }

  item.name = "MAI";
  item.command = MENU;
  subscriptions.push(item, vscode.commands.registerCommand(MENU, menu));
  show();
  return {
    attach: (client: LanguageClient) =>
      vscode.Disposable.from(
        client.onNotification(STATUS, (status: StatusParams) => show(status)),
        client.onNotification("window/showMessage", ({ type, message }: ShowMessageParams) => void say(type, message)),
        client.onDidChangeState(({ newState }) => became(newState)),
        new vscode.Disposable(() => became(ClientState.Starting)), // It is stopped, to be started anew.
      ),
    /** Shows what keeps the server from running; undefined: nothing does. */
    failed(error: Error | undefined): void {
      wrong = error;
      show(last);
      void vscode.commands.executeCommand("setContext", "mai.running", !error);
      void (error && offer(`MAI: ${error.message}`, ways(error)));
    },
  };
}

type Entry = vscode.QuickPickItem & { command: string; args: unknown[] };
const entry = (label: string, command: string, ...args: unknown[]): Entry => ({ label, command, args });

const LOGS = entry("$(output) Show the server's log", "mai.showServerLogs");
const RESTART = entry("$(debug-restart) Restart the server", "mai.restart");
const SETTINGS = entry("$(gear) Settings", "workbench.action.openSettings", "@ext:mai-lsp.mai-lsp");
const CHOOSE_PYTHON = entry("$(folder-opened) Choose a Python …", "mai.chooseInterpreter");

const CHECK = entry("$(pulse) Check everything a suggestion needs", Command.doctor);
const MEND = [CHECK, entry("$(key) Set an API key …", "mai.setApiKey")];

function entriesFor({ state, until, file }: StatusResult, uri: string): Entry[] {
  const broken = state === "error" || state === "offline";
  const awake = state !== "off" || !until;
  return [
    ...(broken ? MEND : []),
    awake ? entry("$(bell-slash) Snooze for half an hour", Command.snooze) : entry("$(bell) Suggest again", Command.unsnooze),
    ...(uri ? [entry(file.on ? "$(circle-slash) Off in this file" : "$(check) On in this file", Command.toggle)] : []),
    entry("$(server) Choose provider and model …", "mai.chooseModel"),
    ...(broken ? [] : MEND),
    entry("$(eye) Show what would be sent here", Command.showPrompt),
    entry("$(graph) Statistics and cost", "mai.stats"),
    ...[SETTINGS, RESTART, LOGS],
  ];
}

/** What may help where no server runs. */
function ways(wrong: Error | undefined): Entry[] {
  return [wrong instanceof NoInterpreter ? CHOOSE_PYTHON : RESTART, LOGS];
}

const say = (type: MessageType, text: string) => offer(text, type > MessageType.Warning ? [] : MEND, type);

/** Says something, and what to do about it: a message without ways to go on is cut to one line. */
async function offer(message: string, entries: Entry[], type: MessageType = MessageType.Error): Promise<void> {
  const { showErrorMessage, showWarningMessage, showInformationMessage } = vscode.window;
  const tell = [showInformationMessage, showErrorMessage, showWarningMessage][type] ?? showInformationMessage;
  const plain = entries.map(({ label, command }) => ({ title: label.replace(/^\$\(.*?\) /, ""), command }));
  const picked = await tell(message, ...plain);
  await (picked && vscode.commands.executeCommand(picked.command));
}
