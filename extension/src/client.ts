/** The language client: made, started, stopped and restarted here; what it is told and shows is elsewhere. */

import * as vscode from "vscode";
import { DidChangeConfigurationNotification, RevealOutputChannelOn, State as ClientState } from "vscode-languageclient";
import { LanguageClient, type LanguageClientOptions, type Middleware } from "vscode-languageclient/node";
import type { Interpreter } from "./interpreter";
import type { Keys } from "./keys";
import { INPUT, type InputParams } from "./protocol";
import { findInterpreter } from "./python";
import { coalesced } from "./queue";
import { declared, explicit, SECTION } from "./settings";

/** How often a server that died is started again within three minutes, before the user is asked. */
const RESTARTS = 5;

export interface Server {
  /** The running client; undefined while there is none. */
  readonly client: LanguageClient | undefined;
  readonly interpreter: Interpreter | undefined;
  /** Stops what runs and starts anew; asked for while that goes on, it is done once more. */
  restart(): Promise<void>;
  /** The same, but only if another interpreter would run it now. */
  follow(): Promise<void>;
  stop(): Promise<void>;
  /** Has the server ask for its settings. */
  settingsChanged(): Promise<void>;
}

export interface Wiring {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly serverLog: vscode.LogOutputChannel;
  readonly keys: Keys;
  readonly executeCommand: NonNullable<Middleware["executeCommand"]>;
  /** Called for every new client before it starts; what it returns lives as long as the client. */
  attach(client: LanguageClient): vscode.Disposable;
  /** Called with what kept the server from running, undefined once it runs. */
  failed(error: unknown): void;
}

export function createServer(wiring: Wiring): Server {
  let client: LanguageClient | undefined;
  let attached: vscode.Disposable | undefined;
  let interpreter: Interpreter | undefined;
  let wanted = true;

  async function stop(): Promise<void> {
    const old = client;
    client = undefined;
    attached?.dispose();
    if (old && old.state !== ClientState.Stopped) {
      // A server that does not answer is killed by the client after this time.
      await old.dispose(2000).catch((error: unknown) => wiring.log.warn("stopping:", String(error)));
    }
  }

  async function start(): Promise<void> {
    try {
      interpreter = await findInterpreter(wiring.log);
      wiring.log.info(`Python ${interpreter.version} at ${interpreter.path}, from ${interpreter.source}`);
      const made = new LanguageClient(SECTION, "MAI", command(wiring.context, interpreter), options(wiring));
      client = made;
      attached = vscode.Disposable.from(wiring.attach(made), made.onRequest(INPUT, input));
      await made.start();
      wiring.failed(undefined);
    } catch (error) {
      wiring.log.error(error instanceof Error ? error.message : String(error));
      wiring.failed(error);
    }
  }

  const restart = coalesced(async () => {
    await stop();
    if (wanted) {
      await start();
    }
  });
  return {
    get client() {
      return client?.isRunning() ? client : undefined;
    },
    get interpreter() {
      return interpreter;
    },
    restart,
    async follow() {
      const now = await findInterpreter(wiring.log).catch(() => undefined);
      if (now?.path !== interpreter?.path || !client?.isRunning()) {
        await restart();
      }
    },
    stop() {
      wanted = false;
      return restart();
    },
    async settingsChanged() {
      if (client?.isRunning()) {
        await client.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
      }
    },
  };
}

function command(context: vscode.ExtensionContext, { path }: Interpreter): { command: string; args: string[] } {
  // Isolated, without site packages: nothing of the user's environment is mixed with what the extension carries.
  return { command: path, args: ["-I", "-S", context.asAbsolutePath("bundled/launch.py"), "--stdio"] };
}

function options({ context, keys, serverLog, executeCommand }: Wiring): LanguageClientOptions {
  const names = declared(context.extension.packageJSON);
  return {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
    outputChannel: serverLog,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: { mai: { input: true, languageModels: true } },
    connectionOptions: { maxRestartCount: RESTARTS },
    initializationFailedHandler: () => false,
    middleware: {
      executeCommand,
      workspace: {
        async configuration(params, token, next) {
          const others = await next(params, token);
          return Promise.all(
            params.items.map((item, at) =>
              item.section === SECTION ? settings(names, keys) : Array.isArray(others) ? others[at] : null,
            ),
          );
        },
      },
    },
  };
}

/** What the user has set, and the key of the provider that is chosen. */
async function settings(names: readonly string[], keys: Keys): Promise<Record<string, unknown>> {
  const configuration = vscode.workspace.getConfiguration(undefined, vscode.workspace.workspaceFolders?.[0]?.uri);
  const found = explicit(names, (name) => configuration.inspect(name));
  const key = typeof found["provider"] === "string" ? await keys.get(found["provider"]) : undefined;
  return key ? { ...found, apiKey: key } : found;
}

async function input({ prompt, placeholder, value }: InputParams): Promise<{ text: string | null }> {
  const text = await vscode.window.showInputBox({ prompt, placeHolder: placeholder, value, ignoreFocusOut: true });
  return { text: text ?? null };
}
