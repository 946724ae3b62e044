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
 * enough is seen by running it. Neither extension is needed, or activated for our sake alone.
 */

import * as vscode from "vscode";
import { type Candidate, firstUsable, type Interpreter, OLDEST, onPath } from "./interpreter";
import { INTERPRETER } from "./settings";

const ENVIRONMENTS = "ms-python.vscode-python-envs";
const PYTHON = "ms-python.python";

/** The part of the Python Environments API that is read here. */
interface EnvironmentsApi {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
  onDidChangeEnvironment?: vscode.Event<unknown>;
}

/** The part of the Python extension's API that is read here. */
interface PythonApi {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** Raised where there is none; its message is for the user. */
export class NoInterpreter extends Error {}

export async function findInterpreter(log: vscode.LogOutputChannel): Promise<Interpreter> {
  const set = configured();
  const candidates = set ? one({ command: [set], source: INTERPRETER }) : everywhere(log);
  const { found, rejected } = await firstUsable(candidates);
  for (const { candidate, why } of rejected) {
    log.info(`${candidate.command.join(" ")} (${candidate.source}) ${why}`);
  }
  if (found) {
    return found;
  }
  throw new NoInterpreter(
    set
      ? `${INTERPRETER} names ${set}, which ${rejected[0]?.why ?? "can not run"}.`
      : `MAI needs Python ${OLDEST.join(".")} or newer, and none was found. Install one, or set ${INTERPRETER}.`,
  );
}

/** Tells when the answer may have become another one. */
export function onMayHaveChanged(changed: () => void): vscode.Disposable {
  const listeners: vscode.Disposable[] = [
    vscode.workspace.onDidGrantWorkspaceTrust(changed),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(INTERPRETER)) {
        changed();
      }
    }),
  ];
  const follow = <T>(id: string, event: (api: T) => vscode.Event<unknown> | undefined): void => {
    const listener = event((vscode.extensions.getExtension<T>(id)?.isActive
      ? vscode.extensions.getExtension<T>(id)?.exports
      : undefined) as T)?.(changed);
    if (listener) {
      listeners.push(listener);
    }
  };
  follow<EnvironmentsApi | undefined>(ENVIRONMENTS, (api) => api?.onDidChangeEnvironment);
  follow<PythonApi | undefined>(PYTHON, (api) => api?.environments?.onDidChangeActiveEnvironmentPath);
  return vscode.Disposable.from(...listeners);
}

function configured(): string {
  return vscode.workspace.getConfiguration().get<string>(INTERPRETER, "").trim();
}

async function* one(candidate: Candidate): AsyncGenerator<Candidate> {
  yield candidate;
}

async function* everywhere(log: vscode.LogOutputChannel): AsyncGenerator<Candidate> {
  if (vscode.workspace.isTrusted) {
    for (const [id, ask] of [[ENVIRONMENTS, fromEnvironments], [PYTHON, fromPython]] as const) {
      try {
        const path = await ask();
        if (path) {
          yield { command: [path], source: id };
        }
      } catch (error) {
        log.info(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  yield* onPath(process.platform);
}

async function fromEnvironments(): Promise<string | undefined> {
  const api = await exportsOf<EnvironmentsApi>(ENVIRONMENTS);
  return (await api?.getEnvironment(folder()))?.execInfo?.run?.executable;
}

async function fromPython(): Promise<string | undefined> {
  const environments = (await exportsOf<PythonApi>(PYTHON))?.environments;
  const active = environments?.getActiveEnvironmentPath(folder());
  return active && (await environments?.resolveEnvironment(active))?.executable.uri?.fsPath;
}

async function exportsOf<T>(id: string): Promise<T | undefined> {
  return vscode.extensions.getExtension<T>(id)?.activate();
}

function folder(): vscode.Uri | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri;
}
