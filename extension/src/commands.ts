/**
 * What the palette offers. Commands of the server are the editor's commands of the same name; run without arguments, from
 * the palette or by a key, they get theirs from the active editor here, and their results are shown.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { ExecuteCommandMiddleware } from "vscode-languageclient";
import type { LanguageClient } from "vscode-languageclient/node";
import { type Asked, chooseModel, setApiKey } from "./choosing";
import { launch, type Server } from "./client";
import type { Keys } from "./keys";
import type { RunNextEdit } from "./nextEdit";
import type { ShowPage } from "./pages";
import { Command, type Examined, type NextEdit, type ShownPrompt } from "./protocol";
import { chooseInterpreter } from "./python";
import { examinedPage, promptPage } from "./texts";

type Next = (...args: unknown[]) => Promise<unknown>;
type ExecuteCommand = NonNullable<ExecuteCommandMiddleware["executeCommand"]>;

export function byHand(running: () => LanguageClient | undefined, show: ShowPage, nextEdit: RunNextEdit): ExecuteCommand {
  const commands: Readonly<Record<string, (next: Next, client: LanguageClient, at: Place) => unknown>> = {
    [Command.alternatives]: () => vscode.commands.executeCommand("editor.action.inlineSuggest.trigger"),
    [Command.doctor]: (next) =>
      vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: "MAI: checking …" }, async () =>
        show("MAI check.txt", examinedPage((await next()) as Examined)),
      ),
    [Command.edit]: (next, _, { uri, range }) => next(uri, range),
    [Command.nextEdit]: (next, client) =>
      nextEdit(client, async (uri, position) => (await next(uri, position)) as NextEdit | null),
    [Command.refactor]: (next, _, { uri, range }) => next("", uri ? { uri, range } : {}),
    [Command.showPrompt]: async (next, _, { uri, position }) =>
      show("MAI prompt.md", promptPage((await next(uri, position)) as ShownPrompt)),
    [Command.toggle]: (next, _, { uri }) => next(uri),
    [Command.undo]: (next, _, { uri }) => (uri ? next(uri) : next()),
  };
  return (command, args, next) => {
    const client = running();
    const run = args.length === 0 ? commands[command] : undefined;
    return run && client
      ? run((...rest) => Promise.resolve(next(command, rest)), client, place(client))
      : next(command, args);
  };
}

/** Commands that are the extension's own. */
export function register(
  { extension, subscriptions }: vscode.ExtensionContext,
  server: Server,
  keys: Keys,
  show: ShowPage,
  logs: { own: vscode.LogOutputChannel; server: vscode.LogOutputChannel },
): void {
  const asked: Asked = { keys, models: (list) => vscode.commands.executeCommand(Command.models, list) };
  const own: Readonly<Record<string, () => unknown>> = {
    "mai.chooseInterpreter": chooseInterpreter,
    "mai.chooseModel": () => chooseModel(asked),
    "mai.restart": () => server.restart(),
    "mai.setApiKey": () => setApiKey(asked),
    "mai.showLogs": () => logs.own.show(),
    "mai.showServerLogs": () => logs.server.show(),
    "mai.stats": async () => show("MAI statistics.txt", await stats(extension, server)),
  };
  subscriptions.push(...Object.entries(own).map(([name, run]) => vscode.commands.registerCommand(name, run)));
}

/** Has the server's command line write its table of figures; without any it says why. */
async function stats(extension: vscode.Extension<unknown>, server: Server): Promise<string> {
  const interpreter = server.interpreter();
  if (!interpreter) {
    return "There is no Python to run with.";
  }
  const { command, args } = launch(extension, interpreter, "stats");
  const run = promisify(execFile)(command, args, { windowsHide: true, env: { ...process.env, PYTHONUTF8: "1" } });
  return (await run.catch((error: { stdout?: string; stderr?: string }) => error)).stdout || "There are no figures.";
}

type Place = { uri: string; position?: unknown; range?: unknown };

/** Where the cursor is; without an active editor the server says what is missing. */
function place({ code2ProtocolConverter: convert }: LanguageClient): Place {
  const { document, selection } = vscode.window.activeTextEditor ?? {};
  return document && selection
    ? { uri: convert.asUri(document.uri), position: convert.asPosition(selection.active), range: convert.asRange(selection) }
    : { uri: "" };
}
