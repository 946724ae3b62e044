/**
 * Which settings the server is told: those that somebody has set. Defaults are the server's own to know; sent along they
 * would hide what the environment or a project file says.
 */

export const SECTION = "mai";
export const INTERPRETER = "mai.interpreter";

/** Settings that only this client reads. */
const CLIENT_ONLY: ReadonlySet<string> = new Set([INTERPRETER]);

/** What `WorkspaceConfiguration.inspect` gives, weakest first. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** The settings among `names` (`mai.…`) that are set, by their name without `mai.`. */
export function explicit(
  names: Iterable<string>,
  inspect: (name: string) => Inspected | undefined,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    if (CLIENT_ONLY.has(name)) {
      continue;
    }
    const at = inspect(name);
    const value = at?.workspaceFolderValue ?? at?.workspaceValue ?? at?.globalValue;
    if (value !== undefined) {
      found[name.slice(SECTION.length + 1)] = value;
    }
  }
  return found;
}

interface Manifest {
  readonly contributes: { readonly configuration: readonly { readonly properties: Readonly<Record<string, unknown>> }[] };
}

/** Names of all settings that the manifest declares. */
export function declared(manifest: Manifest): string[] {
  return manifest.contributes.configuration.flatMap((section) => Object.keys(section.properties));
}
