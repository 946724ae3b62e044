/**
 * Which settings the server is told: those that somebody has set. Defaults are the server's own to know; sent along they
 * would hide what the environment or a project file says.
 */

export const SECTION = "mai";
/** The only one that the server does not know. */
export const INTERPRETER = "mai.interpreter";

/** Documents that the server is told of. */
export const DOCUMENTS = [{ scheme: "file" }, { scheme: "untitled" }, { scheme: "vscode-notebook-cell" }] as const;

/** What `WorkspaceConfiguration.inspect` gives, weakest first. */
type Inspected = { globalValue?: unknown; workspaceValue?: unknown; workspaceFolderValue?: unknown };

/** The settings among `names` (`mai.…`) that are set, by their name without `mai.`. */
export function explicit(
  names: Iterable<string>,
  inspect: (name: string) => Inspected | undefined,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    const at = inspect(name);
    const value = at?.workspaceFolderValue ?? at?.workspaceValue ?? at?.globalValue;
    if (value !== undefined && name !== INTERPRETER) {
      found[name.slice(SECTION.length + 1)] = value;
    }
  }
  return found;
}

/** Names of all settings that the extension's `package.json` declares. */
export function declared(manifest: { contributes: { configuration: { properties: object }[] } }): string[] {
  return manifest.contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
}
