/**
 * What the palette offers. Commands of the server are the editor's commands of the same name; run without arguments, from
 * the palette or by a key, they get theirs from the active editor here, and their results are shown.
 */

import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { ExecuteCommandMiddleware } from "vscode-languageclient";
import type { LanguageClient } from "vscode-languageclient/node";
import { chooseModel, setApiKey } from "./choosing";
import type { Server } from "./client";
import type { Keys } from "./keys";
import type { NextEdits } from "./nextEdit";
import type { Pages } from "./pages";
import { type Catalogue, Command, type Examined, type NextEdit, type ShownPrompt } from "./protocol";
import { chooseInterpreter } from "./status";
import { examinedPage, promptPage } from "./texts";

type Next = (...args: unknown[]) => Promise<unknown>;
type ByHand = (next: Next, client: LanguageClient) => Thenable<unknown>;

export function byHand(
  running: () => LanguageClient | undefined,
  pages: Pages,
  nextEdits: NextEdits,
): NonNullable<ExecuteCommandMiddleware["executeCommand"]> {
  const commands: Readonly<Record<string, ByHand>> = {
    [Command.alternatives]: () => vscode.commands.executeCommand("editor.action.inlineSuggest.trigger"),
    [Command.doctor]: (next) =>
      vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: "MAI: checking …" },
        async () => pages.show("MAI check.txt", examinedPage((await next()) as Examined)),
      ),
    [Command.edit]: (next, client) => {
      const place = here(client);
      return place ? next(place.uri, place.range) : nothingOpen();
    },
    [Command.nextEdit]: (next, client) =>
      nextEdits.run(client, async (uri, position) => (await next(uri, position)) as NextEdit | null),
    [Command.refactor]: (next, client) => {
      const place = here(client);
      return next("", place ? { uri: place.uri, range: place.range } : {});
    },
    [Command.showPrompt]: async (next, client) => {
      const place = here(client);
      if (!place) {
        return nothingOpen();
      }
      return pages.show("MAI prompt.md", promptPage((await next(place.uri, place.position)) as ShownPrompt), "markdown");
    },
    [Command.toggle]: (next, client) => {
      const place = here(client);
      return place ? next(place.uri) : nothingOpen();
    },
    [Command.undo]: (next, client) => {
      const place = here(client);
      return place ? next(place.uri) : next();
    },
  };
  return (command, args, next) => {
    const client = running();
    const own = args.length === 0 && client ? commands[command] : undefined;
    return own && client
      ? own((...rest) => Promise.resolve(next(command, rest)) as Promise<unknown>, client)
      : next(command, args);
  };
}

/** Commands that are the extension's own. */
export function register(
  context: vscode.ExtensionContext,
  server: Server,
  keys: Keys,
  logs: { readonly own: vscode.LogOutputChannel; readonly server: vscode.LogOutputChannel },
): void {
  const models = async (provider?: string): Promise<Catalogue> => {
    const args = provider ? [provider] : [""];
    const found = await vscode.commands.executeCommand<Catalogue | undefined>(Command.models, ...args);
    if (!found) {
      throw new Error("MAI is not running.");
    }
    return found;
  };
  const own: Readonly<Record<string, () => unknown>> = {
    "mai.chooseInterpreter": chooseInterpreter,
    "mai.chooseModel": () => chooseModel(models, keys),
    "mai.restart": () => server.restart(),
    "mai.setApiKey": () => setApiKey(models, keys),
    "mai.showLogs": () => logs.own.show(),
    "mai.showServerLogs": () => logs.server.show(),
    "mai.stats": () => stats(context, server),
    "mai.walkthrough": () =>
      vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#mai.start`, false),
  };
  for (const [name, run] of Object.entries(own)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
}

/** Has the server's command line write its page of figures, and opens it in the browser. */
async function stats(context: vscode.ExtensionContext, { interpreter }: Server): Promise<void> {
  if (!interpreter) {
    throw new Error("MAI has no Python to run with.");
  }
  const page = join(await mkdtemp(join(tmpdir(), "mai-lsp-")), "stats.html");
  const args = ["-I", "-S", context.asAbsolutePath("bundled/launch.py"), "stats", "--html", page];
  try {
    await promisify(execFile)(interpreter.path, args, { windowsHide: true });
  } catch (error) {
    // Code 1 says that there are no figures yet, and its words say why.
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    const words = (code === 1 ? stdout : stderr)?.trim() || String(error);
    void vscode.window.showInformationMessage(`MAI: ${words.split("\n")[0]}`);
    return;
  }
  await vscode.env.openExternal(vscode.Uri.file(page));
}

interface TextPlace {
  readonly uri: string;
  readonly position: unknown;
  readonly range: unknown;
}

function here(client: LanguageClient): TextPlace | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return undefined;
  }
  const convert = client.code2ProtocolConverter;
  return {
    uri: editor.document.uri.toString(),
    position: convert.asPosition(editor.selection.active),
    range: convert.asRange(editor.selection),
  };
}

async function nothingOpen(): Promise<void> {
  await vscode.window.showInformationMessage("MAI: open a file first.");
}
