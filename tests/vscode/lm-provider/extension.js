// Registers a language model that says one thing, and writes what it was asked to the file that MAI_TEST_ASKED names.

const fs = require("node:fs");
const vscode = require("vscode");

const MODEL = {
  id: "mai-code-1-flash",
  name: "MAI Code 1 Flash",
  family: "mai-code-1-flash",
  version: "1",
  maxInputTokens: 128000,
  maxOutputTokens: 64000,
  capabilities: {},
  // A proposed part of the API, as Copilot uses it: with it the editor asks the user for consent.
  requiresAuthorization: { label: "scripted-user" },
};

const PIECES = ["```python\n", "    return first ", "* second", "\n```"];

exports.activate = ({ subscriptions }) => {
  subscriptions.push(
    vscode.lm.registerLanguageModelChatProvider("scripted", {
      provideLanguageModelChatInformation: async () => [MODEL],
      provideTokenCount: async (_model, text) => Math.ceil(String(text).length / 4),
      async provideLanguageModelChatResponse(_model, messages, _options, progress) {
        const texts = messages.map(({ content }) => content.map(({ value }) => value ?? "").join(""));
        fs.appendFileSync(process.env.MAI_TEST_ASKED, `${JSON.stringify(texts)}\n`);
        for (const piece of PIECES) {
          progress.report(new vscode.LanguageModelTextPart(piece));
        }
      },
    }),
  );
};
