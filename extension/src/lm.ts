/**
 * Asks the editor's own language models for the server, with the editor's consent dialog (`mai/lm/*`). What is asked and
 * what becomes of the answer is the server's business.
 */

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { errorOf } from "./lmError";
import {
  type ChatParams,
  type ChatPart,
  type ChatResult,
  type LanguageModel,
  LM_CANCEL,
  LM_CHAT,
  LM_MODELS,
  LM_PART,
} from "./protocol";

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
    client.onRequest(LM_MODELS, async (): Promise<LanguageModel[]> =>
      (await vscode.lm.selectChatModels()).map(({ vendor, family, id, name, maxInputTokens }) => ({
        vendor,
        family,
        id,
        name,
        maxInputTokens,
      })),
    ),
    new vscode.Disposable(() => {
      for (const source of running.values()) {
        source.cancel();
      }
    }),
  );
}

async function chat(
  params: ChatParams,
  token: vscode.CancellationToken,
  send: (part: Omit<ChatPart, "id">) => Promise<void>,
): Promise<ChatResult> {
  const found = await vscode.lm.selectChatModels({
    ...(params.vendor && { vendor: params.vendor }),
    ...(params.family && { family: params.family }),
  });
  const [model] = found;
  if (!model) {
    const message = `The editor has no language model ${[params.vendor, params.family].filter(Boolean).join("/")}.`;
    return { error: { code: "missing", message } };
  }
  const messages = params.messages.map(({ role, content }) =>
    role === "assistant"
      ? vscode.LanguageModelChatMessage.Assistant(content)
      : vscode.LanguageModelChatMessage.User(content),
  );
  const options: vscode.LanguageModelChatRequestOptions = {
    justification: params.justification,
    // Providers look for it under this name; the API itself has no output limit.
    ...(params.maxTokens && { modelOptions: { max_tokens: params.maxTokens } }),
    ...(params.tools && { tools: params.tools.map((tool) => ({ ...tool })) }),
  };
  const response = await model.sendRequest(messages, options, token);
  for await (const part of response.stream) {
    if (part instanceof vscode.LanguageModelTextPart) {
      await send({ text: part.value });
    } else if (part instanceof vscode.LanguageModelToolCallPart) {
      await send({ call: { name: part.name, arguments: part.input } });
    }
  }
  return { finish: "stop" };
}
