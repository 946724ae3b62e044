/** Sorts what the editor's language model API throws; providers' own errors have no code, only words. */

import type { ChatError } from "./protocol";

const BY_CODE: Readonly<Record<string, ChatError["code"]>> = {
  NoPermissions: "consent",
  NotFound: "missing",
  Blocked: "blocked",
};

const QUOTA = /quota|rate.?limit|too many requests|\b429\b|premium request|usage limit|exceeded/i;

export function errorOf(error: unknown): ChatError {
  if (!(error instanceof Error)) {
    return { code: "other", message: String(error) };
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const message = error.message || error.name;
  // Asking too much comes as `Blocked`, or without a code, with the provider's words.
  return { code: QUOTA.test(message) ? "quota" : (BY_CODE[code] ?? "other"), message };
}
