/**
 * Our additions to LSP: a mirror of `server/mai_lsp/lsp/protocol.py`, explained in `server/PROTOCOL.md`.
 * Names and payload shapes only; nothing here sends anything.
 */

import type { Diagnostic, Range } from "vscode-languageclient";

export const STATUS = "mai/status";
export const INPUT = "mai/input";
export const DID_CHANGE_DIAGNOSTICS = "mai/didChangeDiagnostics";
export const DID_CHANGE_CLIPBOARD = "mai/didChangeClipboard";

/** Commands that the server registers; the client makes editor commands of the same names of them. */
export const Command = {
  alternatives: "mai.alternatives",
  doctor: "mai.doctor",
  edit: "mai.edit",
  models: "mai.models",
  nextEdit: "mai.nextEdit",
  refactor: "mai.refactor",
  showPrompt: "mai.showPrompt",
  snooze: "mai.snooze",
  toggle: "mai.toggle",
  undo: "mai.undo",
  unsnooze: "mai.unsnooze",
} as const;

export type State = "ready" | "working" | "slow" | "limited" | "offline" | "error" | "off";

export interface StatusParams {
  readonly state: State;
  readonly provider: string;
  readonly model: string;
  readonly message: string;
  /** ISO 8601 in UTC, or empty. */
  readonly until: string;
  /** USD that today has cost; null where no price is known. */
  readonly cost: number | null;
  readonly shown: number;
  readonly accepted: number;
}

export interface StatusResult extends StatusParams {
  readonly file: { readonly uri: string; readonly on: boolean; readonly reason: string; readonly why: string };
}

export interface InputParams {
  readonly prompt: string;
  readonly placeholder: string;
  readonly value: string;
}

export interface ShownPrompt {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | null;
  readonly pieces: readonly { piece: string; path: string; tokens: number; why: string }[];
  readonly withheld: readonly { what: string; path: string; why: string }[];
  readonly reason: string;
}

export interface InlineEdit {
  readonly text: string;
  readonly textDocument: { readonly uri: string; readonly version: number | null };
  readonly range: Range;
  readonly command: { readonly title: string; readonly command: string; readonly arguments?: unknown[] };
}

export interface NextEdit {
  readonly edits: readonly InlineEdit[];
  readonly certain: boolean;
  readonly reason: string;
}

export interface Check {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail" | "skip";
  readonly fact: string;
  readonly advice: string;
}

export interface Examined {
  readonly version: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export interface CatalogueModel {
  readonly id: string;
  /** Tokens; null where the provider does not say. */
  readonly window: number | null;
  /** USD per million tokens; null where the provider does not say. */
  readonly price: { readonly input: number; readonly cachedInput: number; readonly output: number } | null;
}

export interface CatalogueProvider {
  readonly name: string;
  /** Its name in sentences. */
  readonly label: string;
  readonly key: "needed" | "optional" | "none";
  /** The variable in the server's environment that holds a key of it, or empty. */
  readonly keyFrom: string;
  /** Every user has an address of their own. */
  readonly needsUrl: boolean;
}

export interface Catalogue {
  readonly providers: readonly CatalogueProvider[];
  /** The one whose models are listed; empty where none could be chosen. */
  readonly provider: string;
  readonly models: readonly CatalogueModel[];
  /** What each role asks now; empty where nothing is set and the provider has no usual one. */
  readonly roles: { readonly completion: string; readonly edit: string; readonly plan: string };
  /** For the user: why there is no list. */
  readonly reason: string;
}

export interface DidChangeDiagnosticsParams {
  readonly uri: string;
  readonly version: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** The editor's own language models, asked by the server (provider `vscode`). */
export const LM_CHAT = "mai/lm/chat";
export const LM_PART = "mai/lm/part";
export const LM_CANCEL = "mai/lm/cancel";
export const LM_MODELS = "mai/lm/models";

export interface ChatParams {
  readonly id: string;
  readonly vendor: string;
  readonly family: string;
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
  readonly maxTokens?: number;
  readonly tools?: readonly { readonly name: string; readonly description: string; readonly inputSchema: object }[];
  readonly justification: string;
}

export interface ChatPart {
  readonly id: string;
  readonly text?: string;
  readonly call?: { readonly name: string; readonly arguments: object };
}

export interface ChatError {
  readonly code: "consent" | "quota" | "missing" | "blocked" | "other";
  readonly message: string;
}

export interface ChatResult {
  readonly finish?: string;
  readonly usage?: { readonly input: number; readonly output: number };
  readonly error?: ChatError;
}

export interface LanguageModel {
  readonly vendor: string;
  readonly family: string;
  readonly id: string;
  readonly name: string;
  readonly maxInputTokens: number;
}
