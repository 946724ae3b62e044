/**
 * Asks the editor's own language models for the server, with the editor's consent dialog (`mai/lm/*`). What is asked and
 * what becomes of the answer is the server's business.
 */

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { errorOf } from "./lmError";
import type { ChatParams, ChatPart, ChatResult, LanguageModel } from "./protocol";
import { LM_CANCEL, LM_CHAT, LM_MODELS, LM_PART } from "./protocol";

export function serveLanguageModels(client: LanguageClient): vscode.Disposable {
  const running = new Map<string, vscode.CancellationTokenSource>();
  return vscode.Disposable.from(
    client.onRequest(LM_CHAT, async (params: ChatParams, token: vscode.CancellationToken): Promise<ChatResult> => {
      const source = new vscode.CancellationTokenSource();
      const outer = token.onCancellationRequested(() => source.cancel());
      running.set(params.id, source);
      try {
        return await chat(params, source.token, (part) => client.sendNotification(LM_PART, { id: params.id, ...part }));
      } catch (error) {
        return { error: errorOf(error) };
      } finally {
        running.delete(params.id);
        outer.dispose();
        source.dispose();
      }
    }),
    client.onNotification(LM_CANCEL, ({ id }: { id: string }) => running.get(id)?.cancel()),
    client.onRequest(LM_MODELS, async (): Promise<LanguageModel[]> => {
      const found = await vscode.lm.selectChatModels();
      return found.map(({ vendor, family, id, name, maxInputTokens }) => ({ vendor, family, id, name, maxInputTokens }));
    }),
    new vscode.Disposable(() => running.forEach((source) => source.cancel())),
  );
}

async function chat(
  params: ChatParams,
  token: vscode.CancellationToken,
  send: (part: Omit<ChatPart, "id">) => Promise<void>,
): Promise<ChatResult> {
  const { vendor, family } = params;
  const [model] = await vscode.lm.selectChatModels({ ...(vendor && { vendor }), ...(family && { family }) });
  if (!model) {
    return { error: { code: "missing", message: `The editor has no language model ${vendor}/${family}.` } };
  }
  const { Assistant, User } = vscode.LanguageModelChatMessage;
  const messages = params.messages.map(({ role, content }) => (role === "assistant" ? Assistant : User)(content));
  const { justification, maxTokens, tools } = params;
  // Providers look for the limit under this name; the API itself has none.
  const limit = maxTokens && { modelOptions: { max_tokens: maxTokens } };
  const response = await model.sendRequest(messages, { justification, ...limit, ...(tools && { tools }) }, token);
  for await (const part of response.stream) {
    if (part instanceof vscode.LanguageModelTextPart) {
      await send({ text: part.value });
    } else if (part instanceof vscode.LanguageModelToolCallPart) {
      await send({ call: { name: part.name, arguments: part.input } });
    }
  }
  return { finish: "stop" };
}
