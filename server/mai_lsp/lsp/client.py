"""What the client can do, read once from its capabilities; handlers ask this instead of digging."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from mai_lsp.core.encoding import Encoding
from mai_lsp.lsp.configuration import (
    gives_input,
    gives_language_models,
    gives_preview,
    is_copilot_client,
    keeps_log,
)
from mai_lsp.workspace.uris import path_of


@dataclass(frozen=True, slots=True)
class Client:
    """The connected editor."""

    encoding: Encoding = Encoding.UTF16
    inline: bool = False
    """Asks for inline completions."""
    copilot: bool = False
    """Made for Copilot's server: understands `didChangeStatus`, asks for inline completions without declaring it."""
    pulls: bool = False
    """Answers workspace/configuration."""
    registers_configuration: bool = False
    registers_watchers: bool = False
    registers_completion: bool = False
    keeps_lines: bool = False
    """Promises to insert completion items as they are, so lines after the first keep their indentation."""
    markdown: bool = False
    """Shows Markdown in a completion item's documentation."""
    inserts_only: bool = False
    """Neovim's own completion: ignores where an item's edit ends, and (before 0.12) takes of a plain text only what
    comes before the first blank, but snippets whole (`runtime/lua/vim/lsp/completion.lua`, `get_completion_word`)."""
    overlays: bool = False
    """Neovim: shows an inline completion that replaces something over what it replaces."""
    versioned_edits: bool = False
    """Takes edits that are bound to a document's version."""
    literal_actions: bool = False
    """Takes code actions that are more than commands."""
    resolves_edits: bool = False
    """Asks for a code action's edit once the user has chosen it."""
    resolves_commands: bool = False
    """Takes a command along with it, to be run behind the edit."""
    shows_disabled: bool = False
    """Shows why a code action can not be carried out."""
    shows_documents: bool = False
    """Shows a place that the server names."""
    applies_edits: bool = False
    """Makes changes that the server asks for (`workspace/applyEdit`)."""
    resource_operations: frozenset[str] = frozenset()
    """What it can do to whole files as a part of an edit: ``create``, ``rename``, ``delete``."""
    annotations: bool = False
    """Shows what each part of an edit is for, and asks for consent where it is told to."""
    edit_metadata: bool = False
    """Takes word that an edit is a refactoring (LSP 3.18), and saves what it touched where the user wants that."""
    failure_handling: str = ""
    """What becomes of an edit that fails in its middle: ``abort`` (the default: what was done stays), ``undo``,
    ``transactional``, ``textOnlyTransactional``."""
    gives_input: bool = False
    """Lets the user type a line for us (`mai/input`)."""
    previews: bool = False
    """Its preview of an edit that needs confirmation comes with everything ticked: no other question is needed."""
    language_models: bool = False
    """Asks the editor's own language models for us (`mai/lm/chat`)."""
    keeps_log: bool = False
    """Has a log with levels for us (`window/logMessage`), and would show what comes by stderr as errors."""
    progress: bool = False
    """Shows progress that the server begins."""
    notebooks: bool = False
    """Tells of notebooks and their cells."""
    process_id: int | None = None
    folders: tuple[Path, ...] = ()
    """Workspace folders that are on this machine, in the client's order."""


def describe(params: types.InitializeParams) -> Client:
    """Read the parameters of `initialize`."""
    have = params.capabilities
    item = "text_document.completion.completion_item"
    edits = "workspace.workspace_edit"
    modes = get_capability(have, f"{item}.insert_text_mode_support.value_set", ())
    formats = get_capability(have, f"{item}.documentation_format", ())
    return Client(
        encoding=Encoding(ServerCapabilitiesBuilder.choose_position_encoding(have)),
        inline=get_capability(have, "text_document.inline_completion") is not None,
        copilot=is_copilot_client(params.initialization_options),
        pulls=bool(get_capability(have, "workspace.configuration")),
        registers_configuration=bool(get_capability(have, "workspace.did_change_configuration.dynamic_registration")),
        registers_watchers=bool(get_capability(have, "workspace.did_change_watched_files.dynamic_registration")),
        registers_completion=bool(get_capability(have, "text_document.completion.dynamic_registration")),
        keeps_lines=types.InsertTextMode.AsIs in (modes or ()),
        markdown=types.MarkupKind.Markdown in (formats or ()),
        inserts_only=params.client_info is not None and params.client_info.name == "Neovim",
        overlays=params.client_info is not None and params.client_info.name == "Neovim",
        versioned_edits=bool(get_capability(have, "workspace.workspace_edit.document_changes")),
        literal_actions=get_capability(have, "text_document.code_action.code_action_literal_support") is not None,
        resolves_edits=_resolves(have, "edit"),
        resolves_commands=_resolves(have, "command"),
        shows_disabled=bool(get_capability(have, "text_document.code_action.disabled_support")),
        shows_documents=bool(get_capability(have, "window.show_document.support")),
        applies_edits=bool(get_capability(have, "workspace.apply_edit")),
        resource_operations=frozenset(map(_word, get_capability(have, f"{edits}.resource_operations", ()) or ())),
        annotations=get_capability(have, f"{edits}.change_annotation_support") is not None,
        edit_metadata=bool(get_capability(have, f"{edits}.metadata_support")),
        failure_handling=_word(get_capability(have, f"{edits}.failure_handling")),
        gives_input=gives_input(params.initialization_options),
        previews=gives_preview(params.initialization_options),
        language_models=gives_language_models(params.initialization_options),
        keeps_log=keeps_log(params.initialization_options),
        progress=bool(get_capability(have, "window.work_done_progress")),
        notebooks=get_capability(have, "notebook_document.synchronization") is not None,
        process_id=params.process_id,
        folders=_folders(params),
    )


def _resolves(have: types.ClientCapabilities, name: str) -> bool:
    """Whether it can ask for a property of a code action, and sends back what the action carries."""
    properties = get_capability(have, "text_document.code_action.resolve_support.properties", ()) or ()
    return name in properties and bool(get_capability(have, "text_document.code_action.data_support"))


def _word(value: object) -> str:
    """Return what stands on the wire for a member of one of LSP's closed sets, or for none."""
    return str(getattr(value, "value", value) or "")


def _folders(params: types.InitializeParams) -> tuple[Path, ...]:
    uris = [folder.uri for folder in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    paths = [path for uri in uris if (path := path_of(uri)) is not None]
    if not paths and params.root_path and not params.root_uri:
        paths = [Path(params.root_path)]
    return tuple(paths)
