/**
 * Has the editor show a refactor in its preview with everything ticked.
 *
 * An edit whose annotation needs confirmation opens the preview, and comes without its tick (microsoft/vscode#77728). So
 * here one edit needs it that does nothing and that the preview leaves out, the deletion of a file that is not there, and
 * none of the others do.
 */

import { randomUUID } from "node:crypto";
import type { ChangeAnnotation, WorkspaceEdit } from "vscode-languageclient";

const ID = "mai-preview";

export function ticked(edit: WorkspaceEdit): WorkspaceEdit {
  const annotations = Object.entries(edit.changeAnnotations ?? {});
  const [first] = edit.documentChanges ?? [];
  if (!first || !annotations.some(([, { needsConfirmation }]) => needsConfirmation)) {
    return edit;
  }
  const near = "textDocument" in first ? first.textDocument.uri : first.kind === "rename" ? first.oldUri : first.uri;
  const uri = `${near}.${randomUUID()}`;
  const plain = annotations.map(([id, one]): [string, ChangeAnnotation] => [id, { ...one, needsConfirmation: false }]);
  return {
    changeAnnotations: { ...Object.fromEntries(plain), [ID]: { label: "Preview", needsConfirmation: true } },
    documentChanges: [
      { kind: "delete", uri, options: { ignoreIfNotExists: true }, annotationId: ID },
      ...(edit.documentChanges ?? []),
    ],
  };
}
