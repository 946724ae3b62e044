/** Dialogues for a provider, its key and its models; what there is to choose from, the server says. */

import * as vscode from "vscode";
import type { Keys } from "./keys";
import type { Catalogue, CatalogueProvider } from "./protocol";
import { modelDetails } from "./texts";

/** `mai.models`: with a provider's name also the models that it lists now. */
export type Models = (provider?: string) => Promise<Catalogue>;

const ROLES = { completion: "Suggestions", edit: "Code actions and edits", plan: "Plans of large refactors" } as const;
type RoleName = keyof typeof ROLES;

const PROVIDER = "mai.provider";
const BASE_URL = "mai.baseUrl";

/** Asks for a provider, what it needs, and which of its models to use. */
export async function chooseModel(models: Models, keys: Keys): Promise<void> {
  const { providers, provider: present } = await models();
  const provider = await pickProvider(providers, present, keys);
  if (!provider) {
    return;
  }
  if (provider.needsUrl && !(await askUrl(provider))) {
    return;
  }
  if (provider.key !== "none" && !provider.keyFrom && !(await keys.get(provider.name))) {
    if (!(await askKey(provider, keys))) {
      return;
    }
  }
  if (setting(PROVIDER) !== provider.name) {
    // Models of one provider are unknown to the next.
    await Promise.all(Object.keys(ROLES).map((role) => update(`mai.${role}.model`, undefined)));
    await update(PROVIDER, provider.name);
  }
  await pickModel(await listed(models, provider));
}

/** Asks whose key it is and for the key; chooses that provider if none is chosen. */
export async function setApiKey(models: Models, keys: Keys): Promise<void> {
  const { providers, provider: present } = await models();
  const taking = providers.filter(({ key }) => key !== "none");
  const provider = await pickProvider(taking, present, keys);
  if (provider && (await askKey(provider, keys)) && !setting(PROVIDER)) {
    await update(PROVIDER, provider.name);
  }
}

async function pickProvider(
  providers: readonly CatalogueProvider[],
  present: string,
  keys: Keys,
): Promise<CatalogueProvider | undefined> {
  const items = providers.map(async (provider) => ({
    label: provider.label,
    description: [
      provider.name === present ? "in use" : "",
      (await keys.get(provider.name)) ? "key set" : provider.keyFrom && `key from ${provider.keyFrom}`,
      provider.key === "none" ? "needs no key" : "",
    ]
      .filter(Boolean)
      .join(", "),
    provider,
  }));
  const picked = await vscode.window.showQuickPick(Promise.all(items), { title: "Who answers" });
  return picked?.provider;
}

async function askUrl(provider: CatalogueProvider): Promise<boolean> {
  const url = await vscode.window.showInputBox({
    title: `Address of ${provider.label}`,
    prompt: "The base URL below which requests go, as the provider shows it; usually it ends in /v1",
    value: setting(PROVIDER) === provider.name ? setting(BASE_URL) : "",
    ignoreFocusOut: true,
    validateInput: (text) => (/^https?:\/\/[^/\s]+/.test(text.trim()) ? undefined : "An address like https://host/v1"),
  });
  if (!url) {
    return false;
  }
  await update(BASE_URL, url.trim());
  return true;
}

/** Whether the user has gone on: with a key, or without where it can be done without. */
async function askKey(provider: CatalogueProvider, keys: Keys): Promise<boolean> {
  const known = await keys.get(provider.name);
  const key = await vscode.window.showInputBox({
    title: `API key of ${provider.label}`,
    prompt: known
      ? "Kept in the editor's secret storage. Leave empty to remove the one that is set"
      : `Kept in the editor's secret storage, never in settings${provider.key === "optional" ? ". Leave empty if none is needed" : ""}`,
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined || (!key.trim() && !known && provider.key === "needed")) {
    return false;
  }
  await keys.set(provider.name, key.trim() || undefined);
  return true;
}

async function listed(models: Models, { name, label }: CatalogueProvider): Promise<Catalogue> {
  const title = `MAI: asking ${label} for its models …`;
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () => models(name));
}

async function pickModel(catalogue: Catalogue): Promise<void> {
  const other = { label: "$(edit) Another one …", description: "type its id", id: "" };
  const items = [
    ...catalogue.models.map((model) => ({
      label: model.id,
      description: Object.values(catalogue.roles).includes(model.id) ? "in use" : "",
      detail: modelDetails(model),
      id: model.id,
    })),
    other,
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: catalogue.reason || `Models of ${catalogue.provider}`,
    placeHolder: `Suggestions now come from ${catalogue.roles.completion || "none"}`,
    matchOnDetail: true,
  });
  const id = picked === other ? await vscode.window.showInputBox({ title: "The model's id" }) : picked?.id;
  if (!id?.trim()) {
    return;
  }
  const uses = await vscode.window.showQuickPick(
    Object.entries(ROLES).map(([role, label]) => ({ label, role, picked: role !== "plan" })),
    { title: `What ${id.trim()} is used for`, canPickMany: true },
  );
  for (const { role } of uses ?? []) {
    await update(`mai.${role as RoleName}.model`, id.trim());
  }
}

function setting(name: string): string {
  return vscode.workspace.getConfiguration().get<string>(name, "");
}

async function update(name: string, value: string | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  if (configuration.inspect(name)?.globalValue !== value) {
    await configuration.update(name, value, vscode.ConfigurationTarget.Global);
  }
}
