/**
 * Which Python runs the server. Knows nothing of the editor: candidates come in as values, a program is judged by
 * running it.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

export const OLDEST = [3, 11] as const;
const ANSWER_MS = 15_000;
/** Isolated and without site packages, as the server itself is started. */
const PROBE = ["-I", "-S", "-c", "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])"];

export interface Candidate {
  /** Program and arguments, as for a process. */
  command: readonly string[];
  /** Where it was found, for the log. */
  source: string;
}

export interface Interpreter {
  /** The path it gives itself. */
  path: string;
  version: string;
  source: string;
}

/** The first candidate that runs and is new enough; lists what was wrong with those before it. */
export async function firstUsable(
  candidates: Iterable<Candidate> | AsyncIterable<Candidate>,
  run: (command: readonly string[]) => Promise<string> = output,
): Promise<{ found: Interpreter | undefined; rejected: { candidate: Candidate; why: string }[] }> {
  const rejected: { candidate: Candidate; why: string }[] = [];
  for await (const candidate of candidates) {
    try {
      const [path, version] = (await run([...candidate.command, ...PROBE])).trim().split(/\r?\n/);
      if (path && version && newEnough(version)) {
        return { found: { path, version, source: candidate.source }, rejected };
      }
      rejected.push({ candidate, why: version ? `it is Python ${version}` : "it did not say its version" });
    } catch (error) {
      rejected.push({ candidate, why: `it can not be run (${String(error).split("\n")[0]})` });
    }
  }
  return { found: undefined, rejected };
}

/** What stands on the PATH under the usual names. */
export function onPath(platform: NodeJS.Platform): Candidate[] {
  const commands = platform === "win32" ? [["py", "-3"], ["python"], ["python3"]] : [["python3"], ["python"]];
  // Systems keep several beside each other, and the plain name is often the oldest of them.
  const numbered = platform === "win32" ? [] : ["3.14", "3.13", "3.12", "3.11"].map((minor) => [`python${minor}`]);
  return [...commands, ...numbered].map((command) => ({ command, source: "PATH" }));
}

export function newEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

async function output([program = "", ...rest]: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, rest, { timeout: ANSWER_MS, windowsHide: true })).stdout;
}
