/** Words for what the server says: status, prompts, checks, models. Pure; nothing here knows the editor. */

import type { CatalogueModel, Examined, ShownPrompt, StatusParams } from "./protocol";

const ICONS: Readonly<Record<StatusParams["state"], string>> = {
  ready: "$(sparkle)",
  working: "$(loading~spin)",
  slow: "$(clock)",
  limited: "$(watch)",
  offline: "$(debug-disconnect)",
  error: "$(error)",
  off: "$(circle-slash)",
};

/** The status bar's text: how it is, and today's cost where something was spent. */
export function statusText({ state, cost }: StatusParams): string {
  return `${ICONS[state]} MAI${cost ? ` ${dollars(cost)}` : ""}`;
}

/** Markdown behind it; `why` says why no suggestions come where the cursor is. */
export function statusDetails(status: StatusParams, why: string): string {
  const model = [status.provider, status.model].filter(Boolean).map(plain).join(" · ");
  return lines("\n\n", [
    `**MAI: ${status.state}**${model && ` — ${model}`}`,
    plain(status.message),
    plain(why),
    status.until && `Until ${new Date(status.until).toLocaleTimeString()}.`,
    `${status.shown} suggested, ${status.accepted} taken in this session.`,
    status.cost !== null && `Today: ${dollars(status.cost)}.`,
  ]);
}

export function dollars(usd: number): string {
  return usd >= 1 ? `$${usd.toFixed(2)}` : usd >= 0.01 ? `$${usd.toFixed(3)}` : usd > 0 ? "< $0.01" : "$0";
}

/** A page that shows what would be sent; keys are hidden by the server. */
export function promptPage({ method, url, headers, body, pieces, withheld, reason }: ShownPrompt): string {
  if (!body) {
    return `Nothing would be sent. ${reason}\n`;
  }
  const where = (path: string) => path && ` of ${path}`;
  return lines("\n\n", [
    "# What a suggestion here would send",
    `${method} ${url}`,
    fenced(Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n")),
    "## Where it comes from",
    pieces.map((at) => `- ${at.piece}${where(at.path)}: ${at.tokens} tokens, ${at.why}`).join("\n"),
    withheld.map((at) => `- not: ${at.what}${where(at.path)}, ${at.why}`).join("\n"),
    "## Body",
    fenced(JSON.stringify(body, null, 2), "json"),
    "",
  ]);
}

export function examinedPage({ version, ok, checks }: Examined): string {
  const marks = { ok: "✓", warn: "!", fail: "✗", skip: "–" };
  const failed = checks.filter(({ state }) => state === "fail").length;
  return lines("\n", [
    `MAI ${version}: ${ok ? "Everything a suggestion needs is there." : `${failed} of ${checks.length} checks failed.`}\n`,
    ...checks.map(({ name, state, fact, advice }) =>
      `${marks[state]} ${name.padEnd(13)} ${fact}${advice && `\n${" ".repeat(16)}→ ${advice}`}`),
  ]);
}

export function modelDetails({ window, price }: CatalogueModel): string {
  const prices = price && `$${price.input} in, $${price.output} out per million tokens`;
  return lines(" · ", [window && `${Math.round(window / 1000)}k tokens`, prices]);
}

function lines(between: string, parts: readonly (string | number | false | null)[]): string {
  return parts.filter(Boolean).join(between);
}

/** Text of the server in Markdown, without becoming any: it may name files and models of whatever spelling. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#|~]/g, "\\$&");
}

function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
