/**
 * Our additions to LSP: a mirror of `server/mai_lsp/lsp/protocol.py`, explained in `server/PROTOCOL.md`, which
 * also says what each field means. Names and payload shapes only; nothing here sends anything.
 */

import type { Diagnostic, Range } from "vscode-languageclient";

export const STATUS = "mai/status";
export const INPUT = "mai/input";
export const DID_CHANGE_DIAGNOSTICS = "mai/didChangeDiagnostics";
export const DID_CHANGE_CLIPBOARD = "mai/didChangeClipboard";
export const LM_CHAT = "mai/lm/chat";
export const LM_PART = "mai/lm/part";
export const LM_CANCEL = "mai/lm/cancel";
export const LM_MODELS = "mai/lm/models";

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

export interface StatusParams {
  state: "ready" | "working" | "slow" | "limited" | "offline" | "error" | "off";
  provider: string;
  model: string;
  message: string;
  until: string;
  cost: number | null;
  shown: number;
  accepted: number;
}

export interface StatusResult extends StatusParams {
  file: { uri: string; on: boolean; reason: string; why: string };
}

export interface InputParams { prompt: string; placeholder: string; value: string }

export interface ShownPrompt {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: object | null;
  pieces: { piece: string; path: string; tokens: number; why: string }[];
  withheld: { what: string; path: string; why: string }[];
  reason: string;
}

export interface InlineEdit {
  text: string;
  textDocument: { uri: string; version: number | null };
  range: Range;
  command: { title: string; command: string; arguments?: unknown[] };
}

export interface NextEdit { edits: InlineEdit[]; certain: boolean; reason: string }

export interface Examined {
  version: string;
  ok: boolean;
  checks: { name: string; state: "ok" | "warn" | "fail" | "skip"; fact: string; advice: string }[];
}

export interface CatalogueProvider {
  name: string;
  label: string;
  key: "needed" | "optional" | "none";
  keyFrom: string;
  needsUrl: boolean;
}

export interface CatalogueModel {
  id: string;
  window: number | null;
  price: { input: number; cachedInput: number; output: number } | null;
}

export interface Catalogue {
  providers: CatalogueProvider[];
  provider: string;
  models: CatalogueModel[];
  roles: { completion: string; edit: string; plan: string };
  reason: string;
}

export interface DidChangeDiagnosticsParams { uri: string; version: number; diagnostics: Diagnostic[] }

export interface ChatParams {
  id: string;
  vendor: string;
  family: string;
  messages: { role: "system" | "user" | "assistant"; content: string }[];
  maxTokens?: number;
  tools?: { name: string; description: string; inputSchema: object }[];
  justification: string;
}

export interface ChatPart { id: string; text?: string; call?: { name: string; arguments: object } }

export interface ChatError { code: "consent" | "quota" | "missing" | "blocked" | "other"; message: string }

export interface ChatResult { finish?: string; usage?: { input: number; output: number }; error?: ChatError }

export interface LanguageModel {
  vendor: string;
  family: string;
  id: string;
  name: string;
  maxInputTokens: number;
}
