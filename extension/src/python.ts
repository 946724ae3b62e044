/**
 * Finds the interpreter, in this order:
 *
 * 1. the setting `mai.interpreter`; if it can not be used that is an error, and nothing else is tried;
 * 2. the environment that the Python Environments extension has for the workspace;
 * 3. the environment that the Python extension has for it;
 * 4. `python3`, `python`, `python3.14` … `python3.11` on the PATH (`py -3` first on Windows);
 * 5. none: the status says so and offers to choose one.
 *
 * In a workspace that is not trusted 2 and 3 are left out: they may name a program inside it. Whether one is new
 * enough is seen by running it. Neither extension has to be there.
 */

import * as vscode from "vscode";
import { type Candidate, firstUsable, type Interpreter, OLDEST, onPath } from "./interpreter";
import { INTERPRETER } from "./settings";

/** The part of the Python Environments API that is read here. */
interface EnvironmentsApi {
  getEnvironment(scope?: vscode.Uri): Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
  onDidChangeEnvironment?: vscode.Event<unknown>;
}

/** The part of the Python extension's API that is read here. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** Raised where there is none; its message is for the user. */
export class NoInterpreter extends Error {}

export async function findInterpreter(log: vscode.LogOutputChannel): Promise<Interpreter> {
  const set = vscode.workspace.getConfiguration().get(INTERPRETER, "").trim();
  const { found, rejected } = await firstUsable(set ? [{ command: [set], source: INTERPRETER }] : everywhere(log));
  for (const { candidate, why } of rejected) {
    log.info(`${candidate.command.join(" ")} (${candidate.source}): ${why}`);
  }
  if (found) {
    return found;
  }
  const fault = set ? `; ${INTERPRETER} names ${set}: ${rejected[0]?.why}.` : ", and none was found.";
  throw new NoInterpreter(`MAI needs Python ${OLDEST.join(".")} or newer${fault}`);
}

/** Tells when the answer may have become another one. */
export function onMayHaveChanged(changed: () => void): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidGrantWorkspaceTrust(changed),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(INTERPRETER) && changed()),
    moved.event(changed),
  );
}

/** Lets the user name the program that runs the server. */
export async function chooseInterpreter(): Promise<void> {
  const [picked] = (await vscode.window.showOpenDialog({ title: "The Python that runs MAI", openLabel: "Use" })) ?? [];
  if (picked) {
    await vscode.workspace.getConfiguration().update(INTERPRETER, picked.fsPath, vscode.ConfigurationTarget.Global);
  }
}

const ENVIRONMENTS = "ms-python.vscode-python-envs";
const PYTHON = "ms-python.python";
/** Fires when one of the two may have another answer than the last one it gave. */
const moved = new vscode.EventEmitter<unknown>();
const heard: Record<string, vscode.Disposable | undefined> = {};

async function* everywhere(log: vscode.LogOutputChannel): AsyncGenerator<Candidate> {
  const scope = vscode.workspace.workspaceFolders?.[0]?.uri;
  const fromEnvironments = async () => {
    const known = await vscode.extensions.getExtension<EnvironmentsApi>(ENVIRONMENTS)?.activate();
    hear(ENVIRONMENTS, known?.onDidChangeEnvironment);
    return (await known?.getEnvironment(scope))?.execInfo?.run?.executable;
  };
  const fromPython = async () => {
    const known = (await vscode.extensions.getExtension<PythonApi>(PYTHON)?.activate())?.environments;
    hear(PYTHON, known?.onDidChangeActiveEnvironmentPath);
    return (await known?.resolveEnvironment(known.getActiveEnvironmentPath(scope)))?.executable.uri?.fsPath;
  };
  const extensions = [[ENVIRONMENTS, fromEnvironments], [PYTHON, fromPython]] as const;
  for (const [source, ask] of vscode.workspace.isTrusted ? extensions : []) {
    const path = await ask().catch((error: unknown) => log.warn(`${source}: ${String(error)}`));
    if (path) {
      yield { command: [path], source };
    }
  }
  yield* onPath(process.platform);
}

/** Listens to an extension that has been asked, and was started for that: before, it has no events. */
const hear = (id: string, event?: vscode.Event<unknown>) => (heard[id] ??= event?.((what) => moved.fire(what)));
