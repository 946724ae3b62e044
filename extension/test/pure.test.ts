/** The parts that know nothing of the editor: interpreters, queues, settings, preview, words, errors. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkspaceEdit } from "vscode-languageclient";
import { type Candidate, firstUsable, newEnough, onPath } from "../src/interpreter";
import { errorOf } from "../src/lmError";
import { ticked } from "../src/preview";
import type { Examined, ShownPrompt, StatusParams } from "../src/protocol";
import { coalesced, debounced } from "../src/queue";
import { declared, explicit } from "../src/settings";
import { dollars, examinedPage, modelDetails, promptPage, statusDetails, statusText } from "../src/texts";

const candidate = (name: string): Candidate => ({ command: [name], source: "test" });

async function* given(...names: string[]): AsyncGenerator<Candidate> {
  yield* names.map(candidate);
}

test("the first interpreter that runs and is new enough is taken, and the others' faults are told", async () => {
  const said: Record<string, string> = { old: "/old\n3.10.13\n", good: "/usr/bin/python3.12\r\n3.12.1\r\n", odd: "?" };
  const asked: string[] = [];
  const { found, rejected } = await firstUsable(given("missing", "odd", "old", "good", "never"), async ([name = ""]) => {
    asked.push(name);
    const text = said[name];
    if (text === undefined) {
      throw new Error("spawn missing ENOENT\nand more");
    }
    return text;
  });
  assert.deepEqual(found, { path: "/usr/bin/python3.12", version: "3.12.1", source: "test" });
  assert.deepEqual(asked, ["missing", "odd", "old", "good"]);
  assert.deepEqual(rejected.map(({ why }) => why), [
    "it can not be run (Error: spawn missing ENOENT)",
    "it did not say its version",
    "it is Python 3.10.13",
  ]);
});

test("a real program is asked in a process", async () => {
  const { found, rejected } = await firstUsable(onPath(process.platform));
  // Every machine that builds this has a Python; whether it is new enough is seen by what is told.
  assert.ok(found ? newEnough(found.version) : rejected.length > 0);
});

test("versions are compared as numbers", () => {
  assert.deepEqual(["3.9.18", "3.10.0", "3.11.0", "3.14.1", "4.0.0", "2.7.18", "x"].map(newEnough), [
    false, false, true, true, true, false, false,
  ]);
});

test("Windows asks its launcher first", () => {
  assert.deepEqual(onPath("win32")[0]?.command, ["py", "-3"]);
  assert.deepEqual(onPath("linux")[0]?.command, ["python3"]);
});

test("what is asked for while it runs is done once more, and only once", async () => {
  const gates: (() => void)[] = [];
  const restart = coalesced(() => new Promise<void>((resolve) => gates.push(resolve)));
  const first = restart();
  assert.equal(restart(), first);
  assert.equal(restart(), first);
  gates[0]?.();
  await new Promise(setImmediate);
  assert.equal(gates.length, 2);
  gates[1]?.();
  await first;
  assert.equal(gates.length, 2);
  const second = restart();
  assert.equal(gates.length, 3);
  gates[2]?.();
  await second;
});

test("who waits until nothing runs waits for what was asked for meanwhile, too", async () => {
  const gates: (() => void)[] = [];
  const restart = coalesced(() => new Promise<void>((resolve) => gates.push(resolve)));
  await restart.idle();
  void restart();
  void restart();
  let idle = false;
  const waiting = restart.idle().then(() => (idle = true));
  gates[0]?.();
  await new Promise(setImmediate);
  assert.equal(idle, false);
  gates[1]?.();
  await waiting;
  assert.equal(gates.length, 2);
});

test("work that fails can be asked for again", async () => {
  let runs = 0;
  const restart = coalesced(async () => {
    runs += 1;
    throw new Error("no");
  });
  await assert.rejects(restart());
  await assert.rejects(restart());
  assert.equal(runs, 2);
});

test("keys that come together are worked on together", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const seen: string[][] = [];
  const queue = debounced<string>(100, (keys) => seen.push([...keys]));
  queue.add("a");
  t.mock.timers.tick(60);
  queue.add("b");
  queue.add("a");
  t.mock.timers.tick(99);
  assert.deepEqual(seen, []);
  t.mock.timers.tick(1);
  assert.deepEqual(seen, [["a", "b"]]);
  queue.add("c");
  queue.dispose();
  t.mock.timers.tick(500);
  assert.equal(seen.length, 1);
});

test("only what somebody has set is told, the nearest first, and never the client's own", () => {
  const values: Record<string, object> = {
    "mai.provider": { globalValue: "openrouter" },
    "mai.completion.maxLines": { globalValue: 3, workspaceValue: 5 },
    "mai.index.enable": { workspaceValue: true, workspaceFolderValue: false },
    "mai.interpreter": { globalValue: "/usr/bin/python3" },
    "mai.baseUrl": {},
  };
  const names = declared({ contributes: { configuration: [{ properties: values }, { properties: { "mai.wire": {} } }] } });
  assert.deepEqual(explicit(names, (name) => values[name]), {
    provider: "openrouter",
    "completion.maxLines": 5,
    "index.enable": false,
  });
});

const EDIT: WorkspaceEdit = {
  documentChanges: [
    { textDocument: { uri: "file:///a.py", version: 1 }, edits: [] },
    { kind: "create", uri: "file:///b.py" },
  ],
  changeAnnotations: { "1": { label: "Rename", needsConfirmation: true, description: "a.py" } },
};

test("an edit that needs confirmation comes ticked, by one that does nothing", () => {
  const { documentChanges = [], changeAnnotations } = ticked(EDIT);
  const [marker, ...rest] = documentChanges;
  assert.deepEqual(rest, EDIT.documentChanges);
  assert.deepEqual(changeAnnotations?.["1"], { label: "Rename", needsConfirmation: false, description: "a.py" });
  assert.ok(marker && "kind" in marker && marker.kind === "delete");
  assert.equal(marker.options?.ignoreIfNotExists, true);
  assert.match(marker.uri, /^file:\/\/\/a\.py\.[0-9a-f-]{36}$/);
  assert.equal(changeAnnotations?.[marker.annotationId ?? ""]?.needsConfirmation, true);
});

test("other edits are left alone", () => {
  for (const edit of [{ changes: {} }, { documentChanges: [] }, { ...EDIT, changeAnnotations: { "1": { label: "x" } } }]) {
    assert.equal(ticked(edit), edit);
  }
});

const STATUS: StatusParams = {
  state: "ready", provider: "openrouter", model: "microsoft/mai-code", message: "", until: "", cost: null, shown: 2, accepted: 1,
};

test("the status bar shows what today has cost, where that is something", () => {
  assert.equal(statusText(STATUS), "$(sparkle) MAI");
  assert.equal(statusText({ ...STATUS, cost: 0 }), "$(sparkle) MAI");
  assert.equal(statusText({ ...STATUS, state: "slow", cost: 1.234 }), "$(clock) MAI $1.23");
  assert.deepEqual([0, 0.004, 0.0215].map(dollars), ["$0", "< $0.01", "$0.021"]);
});

test("what the server says becomes no Markdown", () => {
  const text = statusDetails({ ...STATUS, message: "[click](command:x) <b>" }, "");
  assert.ok(text.includes("\\[click\\]\\(command:x\\) \\<b\\>"));
});

test("the page of a prompt fences whatever it holds", () => {
  const shown: ShownPrompt = {
    method: "POST", url: "http://x/v1", headers: { accept: "*/*" }, body: { prompt: "a ```` b" },
    pieces: [{ piece: "prefix", path: "a.py", tokens: 3, why: "before the cursor" }],
    withheld: [{ what: "a key", path: "b.py", why: "masked" }], reason: "",
  };
  const page = promptPage(shown);
  assert.ok(page.includes("- prefix of a.py: 3 tokens, before the cursor"));
  assert.ok(page.includes("a key of b.py, masked"));
  assert.ok(page.includes("`````json"));
  assert.equal(promptPage({ ...shown, body: null, reason: "It is ignored." }), "Nothing would be sent. It is ignored.\n");
});

test("the page of checks says what to do", () => {
  const examined: Examined = {
    version: "1.0", ok: false,
    checks: [{ name: "Key", state: "fail", fact: "refused", advice: "Set it." }, { name: "Model", state: "ok", fact: "x", advice: "" }],
  };
  assert.equal(
    examinedPage(examined),
    "MAI 1.0: 1 of 2 checks failed.\n\n✗ Key           refused\n                → Set it.\n✓ Model         x",
  );
});

test("models show what is known of them", () => {
  assert.equal(modelDetails({ id: "a", window: null, price: null }), "");
  const price = { input: 0.2, cachedInput: 0.02, output: 1.2 };
  assert.equal(modelDetails({ id: "a", window: 256000, price }), "256k tokens · $0.2 in, $1.2 out per million tokens");
});

test("errors of the editor's models are sorted by code, then by words", () => {
  const thrown = (code: string, message: string) => Object.assign(new Error(message), { code });
  assert.deepEqual(errorOf(thrown("NoPermissions", "no")), { code: "consent", message: "no" });
  assert.equal(errorOf(thrown("NotFound", "gone")).code, "missing");
  assert.equal(errorOf(thrown("Blocked", "filtered")).code, "blocked");
  assert.equal(errorOf(thrown("Blocked", "You have exceeded your premium request allowance")).code, "quota");
  assert.equal(errorOf(new Error("429 Too Many Requests")).code, "quota");
  assert.deepEqual(errorOf("odd"), { code: "other", message: "odd" });
});
