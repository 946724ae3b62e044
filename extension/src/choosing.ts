/** Dialogues for a provider, its key and its models; what there is to choose from, the server says. */

import * as vscode from "vscode";
import type { Keys } from "./keys";
import type { Catalogue, CatalogueProvider } from "./protocol";
import { modelDetails } from "./texts";

export interface Asked {
  keys: Keys;
  /** `mai.models`: with `true` also the models that the chosen provider lists now. */
  models(list: boolean): Thenable<Catalogue>;
}

const ROLES = { completion: "Suggestions", edit: "Code actions and edits", plan: "Plans of large refactors" };
const PROVIDER = "mai.provider";
const BASE_URL = "mai.baseUrl";

/** Asks for a provider, what it needs, and which of its models to use. */
export async function chooseModel({ models, keys }: Asked): Promise<void> {
  const { providers, provider: present } = await models(false);
  const provider = await pickProvider(providers, present, keys);
  const url = provider?.needsUrl ? await askUrl(provider) : "";
  if (!provider || url === undefined) {
    return;
  }
  const hasKey = provider.key === "none" || provider.keyFrom || (await keys.get(provider.name));
  if (!hasKey && !(await askKey(provider, keys))) {
    return;
  }
  if (setting(PROVIDER) !== provider.name) {
    // Models of one provider are unknown to the next. Its address goes first, so that no key is sent to another's.
    for (const name of [BASE_URL, ...Object.keys(ROLES).map((role) => `mai.${role}.model`)]) {
      await update(name, undefined);
    }
    await update(PROVIDER, provider.name);
  }
  if (url) {
    await update(BASE_URL, url);
  }
  if (provider.name !== "local") {
    const title = `MAI: ${provider.label} is asked for its models …`;
    const location = vscode.ProgressLocation.Notification;
    await pickModel(await vscode.window.withProgress({ location, title }, () => models(true)));
  }
}

/** Asks whose key it is and for the key; chooses that provider if none is chosen. */
export async function setApiKey({ models, keys }: Asked): Promise<void> {
  const { providers, provider: present } = await models(false);
  const provider = await pickProvider(providers.filter(({ key }) => key !== "none"), present, keys);
  if (provider && (await askKey(provider, keys)) && !setting(PROVIDER)) {
    await update(PROVIDER, provider.name);
  }
}

async function pickProvider(providers: CatalogueProvider[], present: string, keys: Keys) {
  const items = providers.map(async (provider) => {
    const { name, label, keyFrom } = provider;
    const key = (await keys.get(name)) ? "key set" : keyFrom && `key from ${keyFrom}`;
    return { label, description: [name === present && "in use", key].filter(Boolean).join(", "), provider };
  });
  return (await vscode.window.showQuickPick(Promise.all(items), { title: "Who answers" }))?.provider;
}

async function askUrl({ label, name }: CatalogueProvider): Promise<string | undefined> {
  const url = await vscode.window.showInputBox({
    title: `${label}: its address`,
    prompt: "The base URL below which requests go, as the provider shows it; usually it ends in /v1",
    value: setting(PROVIDER) === name ? setting(BASE_URL) : "",
    ignoreFocusOut: true,
    validateInput: (text) => (/^https?:\/\/[^/\s]+/.test(text.trim()) ? undefined : "An address like https://host/v1"),
  });
  return url?.trim();
}

/** Whether the user has gone on: with a key, or without where it can be done without. */
async function askKey({ label, name, key }: CatalogueProvider, keys: Keys): Promise<boolean> {
  const known = await keys.get(name);
  const empty = known ? ". Leave it empty to remove the one that is set" : key === "optional" ? ". May be empty" : "";
  const typed = await vscode.window.showInputBox({
    title: `${label}: the API key`,
    prompt: `Kept in the editor's secret storage, never in settings${empty}`,
    password: true,
    ignoreFocusOut: true,
  });
  if (typed === undefined || (!typed.trim() && !empty)) {
    return false;
  }
  await keys.set(name, typed.trim());
  return true;
}

async function pickModel({ models, roles, provider, reason }: Catalogue): Promise<void> {
  const used = Object.values(roles);
  const known = models.map((model) => {
    return { label: model.id, description: used.includes(model.id) ? "in use" : "", detail: modelDetails(model) };
  });
  const other = { label: "$(edit) Another one …", description: "type its id", detail: "" };
  const picked = await vscode.window.showQuickPick([...known, other], {
    title: reason || `Models of ${provider}`,
    placeHolder: `Suggestions now come from ${roles.completion || "none"}`,
  });
  const typed = picked === other ? await vscode.window.showInputBox({ title: "The model's id" }) : picked?.label;
  const id = typed?.trim();
  if (!id) {
    return;
  }
  const kinds = Object.entries(ROLES).map(([role, label]) => ({ label, role, picked: role !== "plan" }));
  const uses = await vscode.window.showQuickPick(kinds, { title: `What ${id} is used for`, canPickMany: true });
  for (const { role } of uses ?? []) {
    await update(`mai.${role}.model`, id);
  }
}

function setting(name: string): string {
  return vscode.workspace.getConfiguration().get(name, "");
}

async function update(name: string, value: string | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  if (configuration.inspect(name)?.globalValue !== value) {
    await configuration.update(name, value, vscode.ConfigurationTarget.Global);
  }
}
