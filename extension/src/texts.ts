/** Words for what the server says: status, prompts, checks, models. Pure; nothing here knows the editor. */

import type { CatalogueModel, Examined, ShownPrompt, State, StatusParams } from "./protocol";

const ICONS: Readonly<Record<State, string>> = {
  ready: "$(sparkle)",
  working: "$(loading~spin)",
  slow: "$(clock)",
  limited: "$(watch)",
  offline: "$(debug-disconnect)",
  error: "$(error)",
  off: "$(circle-slash)",
};

/** The status bar's text: how it is, and today's cost where something was spent. */
export function statusText(status: StatusParams): string {
  return [`${ICONS[status.state]} MAI`, status.cost ? dollars(status.cost) : ""].filter(Boolean).join(" ");
}

/** Markdown behind it. */
export function statusDetails(status: StatusParams, why: string): string {
  const model = [status.provider, status.model].filter(Boolean).map(plain).join(" · ");
  return [
    `**MAI: ${status.state}**${model ? ` — ${model}` : ""}`,
    plain(status.message),
    plain(why),
    status.until ? `Until ${new Date(status.until).toLocaleTimeString()}.` : "",
    `${status.shown} suggested, ${status.accepted} taken in this session.`,
    status.cost === null ? "" : `Today: ${dollars(status.cost)}.`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

export function dollars(usd: number): string {
  return usd >= 1 ? `$${usd.toFixed(2)}` : usd >= 0.01 ? `$${usd.toFixed(3)}` : usd > 0 ? "< $0.01" : "$0";
}

/** A page that shows what would be sent; keys are hidden by the server. */
export function promptPage(shown: ShownPrompt): string {
  if (!shown.body) {
    return `Nothing would be sent. ${shown.reason}\n`;
  }
  const pieces = shown.pieces.map((at) => `- ${at.piece}${at.path ? ` of ${at.path}` : ""}: ${at.tokens} tokens. ${at.why}`);
  const withheld = shown.withheld.map((at) => `- ${at.what}${at.path ? ` in ${at.path}` : ""}: ${at.why}`);
  const headers = Object.entries(shown.headers).map(([name, value]) => `${name}: ${value}`);
  return [
    "# What a suggestion here would send",
    `${shown.method} ${shown.url}`,
    fenced(headers.join("\n")),
    "## Where the prompt comes from",
    pieces.join("\n") || "Only from the lines around the cursor.",
    ...(withheld.length ? ["## Masked or left out", withheld.join("\n")] : []),
    "## Body",
    fenced(JSON.stringify(shown.body, null, 2), "json"),
    ...texts(shown.body).flatMap(([name, text]) => [`## ${name}, as text`, fenced(text)]),
  ]
    .join("\n\n")
    .concat("\n");
}

export function examinedPage({ version, ok, checks }: Examined): string {
  const marks = { ok: "✓", warn: "!", fail: "✗", skip: "–" };
  const failed = checks.filter((check) => check.state === "fail").length;
  const verdict = ok ? "Everything a suggestion needs is there." : `${failed} of ${checks.length} checks failed.`;
  const lines = checks.map(({ name, state, fact, advice }) => {
    return `${marks[state]} ${name.padEnd(13)} ${fact}${advice ? `\n${" ".repeat(16)}→ ${advice}` : ""}`;
  });
  return [`MAI ${version}: ${verdict}`, "", ...lines, ""].join("\n");
}

export function modelDetails({ window, price }: CatalogueModel): string {
  return [
    window ? `${Math.round(window / 1000)}k tokens` : "",
    price ? `$${price.input} in, $${price.output} out per million tokens` : "",
  ]
    .filter(Boolean)
    .join(" · ");
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

/** The strings of a request in which code stands, which JSON's escapes make hard to read. */
function texts(body: object): [string, string][] {
  const found: [string, string][] = [];
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === "string" && value.includes("\n")) {
      found.push([name, value]);
    } else if (Array.isArray(value)) {
      for (const one of value) {
        if (typeof one?.content === "string") {
          found.push([String(one.role ?? name), one.content]);
        }
      }
    }
  }
  return found;
}
