/** The one status item, fed by `mai/status`, and its menu of what makes sense in that state. */

import * as vscode from "vscode";
import { State as ClientState } from "vscode-languageclient";
import type { LanguageClient } from "vscode-languageclient/node";
import { NoInterpreter } from "./python";
import { Command, STATUS, type StatusParams, type StatusResult } from "./protocol";
import { INTERPRETER } from "./settings";
import { statusDetails, statusText } from "./texts";

export const MENU = "mai.menu";

export interface StatusItem {
  attach(client: LanguageClient): vscode.Disposable;
  failed(error: unknown): void;
}

export function createStatus(subscriptions: vscode.Disposable[], running: () => LanguageClient | undefined): StatusItem {
  const item = vscode.window.createStatusBarItem("mai.status", vscode.StatusBarAlignment.Right, 100);
  item.name = "MAI";
  item.command = MENU;
  let last: StatusParams | undefined;
  let wrong: unknown;

  function show(why = ""): void {
    if (wrong) {
      item.text = "$(error) MAI";
      item.tooltip = wrong instanceof Error ? wrong.message : String(wrong);
    } else if (last) {
      item.text = statusText(last);
      item.tooltip = new vscode.MarkdownString(statusDetails(last, why), true);
    } else {
      item.text = "$(loading~spin) MAI";
      item.tooltip = "MAI is starting.";
    }
    const bad = wrong ?? (last?.state === "error" || undefined);
    item.backgroundColor = bad ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    item.show();
  }

  async function menu(): Promise<void> {
    const client = running();
    const uri = vscode.window.activeTextEditor?.document.uri.toString() ?? "";
    const now = await client?.sendRequest<StatusResult>(STATUS, { uri }).catch(() => undefined);
    const why = uri && now && !now.file.on ? now.file.why : "";
    if (now) {
      last = now;
      show(why);
    }
    const picked = await vscode.window.showQuickPick(entries(now, wrong), {
      title: now ? [now.provider, now.model, now.message || why].filter(Boolean).join(" · ") : "MAI is not running",
    });
    if (picked) {
      await vscode.commands.executeCommand(picked.command, ...(picked.args ?? []));
    }
  }

  subscriptions.push(item, vscode.commands.registerCommand(MENU, menu));
  show();
  return {
    attach(client) {
      return vscode.Disposable.from(
        client.onNotification(STATUS, (status: StatusParams) => {
          last = status;
          show();
        }),
        client.onDidChangeState(({ newState }) => {
          void vscode.commands.executeCommand("setContext", "mai.running", newState === ClientState.Running);
          if (newState === ClientState.Starting) {
            last = wrong = undefined;
          } else if (newState === ClientState.Stopped) {
            wrong ??= "The server is not running.";
          }
          show();
        }),
      );
    },
    failed(error) {
      wrong = error;
      show();
      if (error) {
        void offer(error);
      }
    },
  };
}

interface Entry extends vscode.QuickPickItem {
  readonly command: string;
  readonly args?: unknown[];
}

function entries(now: StatusResult | undefined, wrong: unknown): Entry[] {
  const logs = { label: "$(output) Show the logs", command: "mai.showServerLogs" };
  const restart = { label: "$(debug-restart) Restart the server", command: "mai.restart" };
  const settings = {
    label: "$(gear) Settings",
    command: "workbench.action.openSettings",
    args: ["@ext:mai-lsp.mai-lsp"],
  };
  const key = { label: "$(key) Set an API key …", command: "mai.setApiKey" };
  const doctor = { label: "$(pulse) Check everything a suggestion needs", command: Command.doctor };
  if (!now) {
    const choose = { label: "$(folder-opened) Choose a Python …", command: "mai.chooseInterpreter" };
    return [...(wrong instanceof NoInterpreter ? [choose] : []), restart, logs, settings];
  }
  const snoozed = now.state === "off" && now.until;
  return [
    ...(now.state === "error" || now.state === "offline" ? [doctor, key] : []),
    snoozed
      ? { label: "$(bell) Suggest again", command: Command.unsnooze }
      : { label: "$(bell-slash) Snooze for half an hour", command: Command.snooze },
    ...(now.file.uri
      ? [{ label: now.file.on ? "$(circle-slash) Off in this file" : "$(check) On in this file", command: Command.toggle }]
      : []),
    { label: "$(server) Choose provider and model …", command: "mai.chooseModel" },
    ...(now.state === "error" || now.state === "offline" ? [] : [key, doctor]),
    { label: "$(eye) Show what would be sent here", command: Command.showPrompt },
    { label: "$(graph) Statistics and cost", command: "mai.stats" },
    settings,
    restart,
    logs,
  ];
}

async function offer(error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const choices =
    error instanceof NoInterpreter
      ? ({ "Choose a Python …": "mai.chooseInterpreter", "Show the log": "mai.showLogs" } as const)
      : ({ "Show the log": "mai.showServerLogs", Restart: "mai.restart" } as const);
  const picked = await vscode.window.showErrorMessage(`MAI: ${message}`, ...Object.keys(choices));
  const chosen = Object.entries(choices).find(([label]) => label === picked)?.[1];
  if (chosen) {
    await vscode.commands.executeCommand(chosen);
  }
}

/** Lets the user name the program that runs the server. */
export async function chooseInterpreter(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({ title: "The Python that runs MAI", openLabel: "Use this Python" });
  if (picked?.[0]) {
    await vscode.workspace
      .getConfiguration()
      .update(INTERPRETER, picked[0].fsPath, vscode.ConfigurationTarget.Global);
  }
}
