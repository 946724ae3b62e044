/** The language client: made, started, stopped and restarted here; what it is told and shows is elsewhere. */

import * as vscode from "vscode";
import { CancellationToken, DidChangeConfigurationNotification as DidChange } from "vscode-languageclient";
import { RevealOutputChannelOn, State as ClientState } from "vscode-languageclient";
import { type Executable, LanguageClient, type LanguageClientOptions, type Middleware } from "vscode-languageclient/node";
import type { Interpreter } from "./interpreter";
import type { Keys } from "./keys";
import { ticked } from "./preview";
import { INPUT, type InputParams } from "./protocol";
import { findInterpreter } from "./python";
import { coalesced } from "./queue";
import { declared, DOCUMENTS, explicit, SECTION } from "./settings";

/** How often within three minutes a server that died is started again; then the user is told. */
const RESTARTS = 5;

export type Server = ReturnType<typeof createServer>;

interface Wiring {
  extension: vscode.Extension<unknown>;
  log: vscode.LogOutputChannel;
  serverLog: vscode.LogOutputChannel;
  keys: Keys;
  executeCommand: NonNullable<Middleware["executeCommand"]>;
  /** Called for every new client before it starts; what it returns lives as long as the client. */
  attach(client: LanguageClient): vscode.Disposable;
  /** Called with what kept the server from running, undefined once it runs. */
  failed(error: Error | undefined): void;
}

export function createServer(wiring: Wiring) {
  const { extension, log } = wiring;
  let client: LanguageClient | undefined;
  let attached: vscode.Disposable | undefined;
  let interpreter: Interpreter | undefined;
  let wanted = true;
  const running = () => (client?.isRunning() ? client : undefined);

  async function stop(): Promise<void> {
    attached?.dispose();
    if (client && client.state !== ClientState.Stopped) {
      // A server that does not answer within this time is killed.
      await client.dispose(2000).catch((error: unknown) => log.warn("stopping:", String(error)));
    }
  }

  async function start(): Promise<void> {
    try {
      interpreter = undefined;
      interpreter = await findInterpreter(log);
      log.info(`Python ${interpreter.version} at ${interpreter.path}, from ${interpreter.source}`);
      client = new LanguageClient(SECTION, "MAI", launch(extension, interpreter, "--stdio"), options(wiring));
      attached = vscode.Disposable.from(wiring.attach(client), client.onRequest(INPUT, input));
      await client.start();
      wiring.failed(undefined);
    } catch (error) {
      log.error(String(error));
      wiring.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  const restart = coalesced(() => stop().then(() => (wanted ? start() : undefined)));
  return {
    /** The client, while it runs. */
    running,
    interpreter: () => interpreter,
    /** Stops what runs and starts anew; asked for while that goes on, it is done once more. */
    restart,
    /** The same, but only if another interpreter would run it now, or none runs. */
    follow: coalesced(async () => {
      await restart.idle(); // What is being started may be the right one already: one change comes as several events.
      const now = await findInterpreter(log).catch(() => undefined);
      if (now?.path !== interpreter?.path || !running()) {
        await restart();
      }
    }),
    stop(): Promise<void> {
      wanted = false;
      return restart();
    },
    /** Has the server ask for its settings. */
    async settingsChanged(): Promise<void> {
      await running()?.sendNotification(DidChange.type, { settings: null });
    },
  };
}

/** The server's command line, isolated and without site packages: nothing of the user's Python is mixed with ours. */
export function launch(extension: vscode.Extension<unknown>, { path }: Interpreter, ...args: string[]) {
  const script = vscode.Uri.joinPath(extension.extensionUri, "bundled", "launch.py").fsPath;
  return { command: path, args: ["-I", "-S", script, ...args] } satisfies Executable;
}

function options({ extension, keys, serverLog, executeCommand }: Wiring): LanguageClientOptions {
  const names = declared(extension.packageJSON);
  return {
    documentSelector: [...DOCUMENTS],
    outputChannel: serverLog,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: { mai: { input: true, languageModels: true, log: true, preview: true } },
    connectionOptions: { maxRestartCount: RESTARTS },
    initializationFailedHandler: () => false,
    middleware: {
      executeCommand,
      workspace: {
        configuration: ({ items }) =>
          Promise.all(items.map(({ section }) => (section === SECTION ? settings(names, keys) : null))),
        handleApplyEdit: (params, next) => next({ ...params, edit: ticked(params.edit) }, CancellationToken.None),
      },
    },
  };
}

/** What the user has set, and the keys of the providers that it names. */
async function settings(names: readonly string[], keys: Keys): Promise<Record<string, unknown>> {
  const configuration = vscode.workspace.getConfiguration(undefined, vscode.workspace.workspaceFolders?.[0]?.uri);
  const found = explicit(names, (name) => configuration.inspect(name));
  const named = [found["provider"], found["route.fallback"]].flat().filter((name) => typeof name === "string");
  const kept = named.map(async (name) => [name, (await keys.get(name)) ?? ""] as const);
  return { ...found, apiKeys: Object.fromEntries(await Promise.all(kept)) };
}

async function input({ prompt, placeholder: placeHolder, value }: InputParams): Promise<{ text: string | null }> {
  return { text: (await vscode.window.showInputBox({ prompt, placeHolder, value, ignoreFocusOut: true })) ?? null };
}
