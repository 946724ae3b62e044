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

ALL = (VSCODE, NEOVIM, EMACS, OLD_EMACS)
