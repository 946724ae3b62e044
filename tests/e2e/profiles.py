"""What real editors declare, as far as this server looks at it; encodings and abilities as seen on the wire in 2026."""

from __future__ import annotations

from dataclasses import dataclass, field

from lsprotocol import types

_ITEM = types.ClientCompletionItemOptions


def _document(
    item: types.ClientCompletionItemOptions, *, inline: bool, dynamic: bool
) -> types.TextDocumentClientCapabilities:
    return types.TextDocumentClientCapabilities(
        synchronization=types.TextDocumentSyncClientCapabilities(did_save=True),
        completion=types.CompletionClientCapabilities(dynamic_registration=dynamic, completion_item=item),
        inline_completion=types.InlineCompletionClientCapabilities() if inline else None,
    )


def _workspace(*, watch: bool, configure: bool, pull: bool = True) -> types.WorkspaceClientCapabilities:
    return types.WorkspaceClientCapabilities(
        configuration=pull,
        workspace_folders=True,
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=configure),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watch),
        execute_command=types.ExecuteCommandClientCapabilities(),
    )


def _general(*encodings: types.PositionEncodingKind) -> types.GeneralClientCapabilities | None:
    return types.GeneralClientCapabilities(position_encodings=list(encodings)) if encodings else None


@dataclass(frozen=True)
class Profile:
    """One editor."""

    name: str
    encoding: str
    """What must be negotiated."""
    inline: bool
    capabilities: types.ClientCapabilities = field(repr=False)
    whole: bool = False
    """Sends the whole text with every change, and names its folder as a root."""


_MARKDOWN = [types.MarkupKind.Markdown, types.MarkupKind.PlainText]
_KINDS = types.PositionEncodingKind

VSCODE = Profile(
    "vscode",
    "utf-16",
    True,
    types.ClientCapabilities(
        workspace=_workspace(watch=True, configure=True),
        text_document=_document(
            _ITEM(
                snippet_support=True,
                documentation_format=_MARKDOWN,
                preselect_support=True,
                insert_text_mode_support=types.ClientCompletionItemInsertTextModeOptions(
                    value_set=[types.InsertTextMode.AsIs, types.InsertTextMode.AdjustIndentation]
                ),
            ),
            inline=True,
            dynamic=True,
        ),
        general=_general(_KINDS.Utf16),
    ),
)

NEOVIM = Profile(
    "neovim 0.12",
    "utf-8",
    True,
    types.ClientCapabilities(
        workspace=_workspace(watch=False, configure=False),
        text_document=_document(
            _ITEM(snippet_support=True, documentation_format=_MARKDOWN), inline=True, dynamic=False
        ),
        general=_general(_KINDS.Utf8, _KINDS.Utf16, _KINDS.Utf32),
    ),
)

EMACS = Profile(
    "emacs 30",
    "utf-32",
    False,
    types.ClientCapabilities(
        workspace=_workspace(watch=True, configure=False),
        text_document=_document(_ITEM(snippet_support=False), inline=False, dynamic=False),
        general=_general(_KINDS.Utf32, _KINDS.Utf8, _KINDS.Utf16),
    ),
)

OLD_EMACS = Profile(
    "emacs 28",
    "utf-16",
    False,
    types.ClientCapabilities(
        workspace=_workspace(watch=False, configure=False, pull=False),
        text_document=_document(_ITEM(documentation_format=_MARKDOWN), inline=False, dynamic=False),
    ),
)

_LITERALS = types.ClientCodeActionLiteralOptions(
    code_action_kind=types.ClientCodeActionKindOptions(
        value_set=[types.CodeActionKind.QuickFix, types.CodeActionKind.Refactor, types.CodeActionKind.Source]
    )
)

KATE = Profile(
    "kate 22.12",
    "utf-16",
    False,
    types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            synchronization=types.TextDocumentSyncClientCapabilities(did_save=True),
            code_action=types.CodeActionClientCapabilities(code_action_literal_support=_LITERALS),
        ),
        window=types.WindowClientCapabilities(work_done_progress=True),
    ),
    whole=True,
)
"""Recorded from a real one. It asks for completions without declaring them, and declares no `workspace` at all."""

ALE = Profile(
    "vim with ale 4.0",
    "utf-16",
    False,
    types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            apply_edit=False,
            configuration=False,
            workspace_folders=False,
            did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=False),
        ),
        text_document=types.TextDocumentClientCapabilities(
            synchronization=types.TextDocumentSyncClientCapabilities(dynamic_registration=False, did_save=True),
            completion=types.CompletionClientCapabilities(
                dynamic_registration=False,
                completion_item=_ITEM(snippet_support=False, documentation_format=[types.MarkupKind.PlainText]),
                context_support=False,
            ),
            code_action=types.CodeActionClientCapabilities(
                dynamic_registration=False,
                code_action_literal_support=types.ClientCodeActionLiteralOptions(
                    code_action_kind=types.ClientCodeActionKindOptions(value_set=[])
                ),
            ),
        ),
    ),
    whole=True,
)
"""Recorded from a real one."""

ZED = Profile(
    "zed",
    "utf-16",
    False,
    types.ClientCapabilities(
        general=_general(_KINDS.Utf16),
        workspace=types.WorkspaceClientCapabilities(
            configuration=True,
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                dynamic_registration=True, relative_pattern_support=True
            ),
            did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=True),
            workspace_folders=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=True,
                snippet_edit_support=True,
                resource_operations=[
                    types.ResourceOperationKind.Create,
                    types.ResourceOperationKind.Rename,
                    types.ResourceOperationKind.Delete,
                ],
            ),
            apply_edit=True,
            execute_command=types.ExecuteCommandClientCapabilities(dynamic_registration=False),
        ),
        text_document=types.TextDocumentClientCapabilities(
            synchronization=types.TextDocumentSyncClientCapabilities(did_save=True),
            code_action=types.CodeActionClientCapabilities(
                code_action_literal_support=_LITERALS,
                data_support=True,
                resolve_support=types.ClientCodeActionResolveOptions(
                    properties=["kind", "diagnostics", "isPreferred", "disabled", "edit", "command"]
                ),
            ),
            completion=types.CompletionClientCapabilities(
                completion_item=_ITEM(
                    snippet_support=True,
                    resolve_support=types.ClientCompletionItemResolveOptions(
                        properties=["additionalTextEdits", "command", "documentation"]
                    ),
                    insert_replace_support=True,
                    label_details_support=True,
                    insert_text_mode_support=types.ClientCompletionItemInsertTextModeOptions(
                        value_set=[types.InsertTextMode.AsIs, types.InsertTextMode.AdjustIndentation]
                    ),
                ),
                insert_text_mode=types.InsertTextMode.AdjustIndentation,
                completion_list=types.CompletionListCapabilities(
                    item_defaults=["commitCharacters", "editRange", "insertTextMode", "insertTextFormat", "data"]
                ),
                context_support=True,
            ),
        ),
        window=types.WindowClientCapabilities(work_done_progress=True),
    ),
)
"""From its source (`crates/lsp/src/lsp.rs`, as of 2025); no Zed could be had to record it from."""

ALL = (VSCODE, NEOVIM, EMACS, OLD_EMACS, KATE, ALE, ZED)
