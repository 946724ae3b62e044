"""Every setting, declared once: type, default, bounds, who may set it, and a sentence for the user.

It only declares; `settings_reading` makes values of plain data. `README.md` and the extension's `package.json` are
generated from `FIELDS`.

Names. One name in three spellings: the JSON name (``completion.maxLines``, below ``mai.`` in editors), the
attribute (``completion_max_lines``) and the environment variable (``MAI_LSP_COMPLETION_MAX_LINES``).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mai_lsp.setting import Field, setting

PROVIDERS = ("foundry", "openrouter", "fireworks", "baseten", "openai-compatible", "local", "vscode")
WIRES = ("chat", "responses", "fim", "infill")
CONTEXT_SOURCES = ("edits", "similar", "diagnostics", "clipboard")
COMPLETION_MODES = ("automatic", "quiet", "manual")
QUIET_PLACES = ("comments", "strings")
PREFETCH = ("auto", "shown", "typed", "accepted", "never")
NEXT_EDIT_MODELS = ("auto", "always", "never")
EDIT_FORMATS = ("region", "search", "whole", "diff", "calls")
ESCALATE = ("auto", "ask", "never")
SPLIT = ("auto", "always", "never")
PREVIEW = ("auto", "always", "never")
LOG_LEVELS = ("error", "warning", "info", "debug")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one session, an immutable value that is swapped whole."""

    provider: str = setting(
        "",
        "provider",
        "Who answers. Empty: the provider whose key is in the environment, else `local`.",
        choices=("", *PROVIDERS),
        scope="user",
    )
    base_url: str = setting(
        "",
        "baseUrl",
        "The endpoint's base URL. Needed for `foundry` and `openai-compatible`; empty means the provider's own.",
        scope="user",
    )
    api_key: str = setting(
        "",
        "apiKey",
        "The key. Better set in the environment: `MAI_LSP_API_KEY`, or the provider's own variable.",
        scope="user",
        secret=True,
    )
    api_keys: dict[str, str] = setting(
        {},
        "apiKeys",
        "Keys by provider, also for those of `route.fallback`; each is sent to its own provider and to no other.",
        scope="user",
        secret=True,
    )
    auth: str = setting(
        "",
        "auth",
        "How to sign in: `key`, or `entra` for a Microsoft Entra ID token (Foundry). Empty: the key if there is one.",
        choices=("", "key", "entra"),
        scope="user",
    )
    wire: str = setting(
        "",
        "wire",
        "The HTTP format: `chat`, `responses`, `fim` or `infill`. Empty means the provider's usual one.",
        choices=("", *WIRES),
        scope="user",
    )
    completion_model: str = setting(
        "", "completion.model", "Model id for inline completions. Empty means the provider's usual one.", scope="user"
    )
    edit_model: str = setting(
        "", "edit.model", "Model id for edits and code actions. Empty means the provider's usual one.", scope="user"
    )
    plan_model: str = setting(
        "", "plan.model", "Model id for multi-file plans. Empty means the provider's usual one.", scope="user"
    )
    completion_enable: bool = setting(
        True, "completion.enable", "Suggest code while typing. Asking by hand works in any case."
    )
    completion_mode: str = setting(
        "automatic",
        "completion.mode",
        "`automatic`: suggest while typing. `quiet`: only after a second without a key, and one line at most. "
        "`manual`: only when asked by hand.",
        choices=COMPLETION_MODES,
        scope="user",
    )
    completion_disabled_languages: list[str] = setting(
        [], "completion.disabledLanguages", "LSP language ids in which nothing is suggested while typing."
    )
    completion_disabled_files: list[str] = setting(
        [],
        "completion.disabledFiles",
        "Patterns as in `.gitignore`, from the workspace folder: files in which nothing is suggested while typing.",
    )
    completion_max_file_size: int = setting(
        1000,
        "completion.maxFileSize",
        "Thousand characters of a file above which nothing is suggested while typing. 0: no limit.",
        low=0,
        high=100_000,
    )
    completion_middle_of_line: bool = setting(
        False,
        "completion.middleOfLine",
        "Suggest while typing also where more than closing brackets follows on the line.",
        scope="user",
    )
    completion_quiet_in: list[str] = setting(
        [],
        "completion.quietIn",
        "Where nothing is suggested while typing: `comments`, `strings`.",
        choices=QUIET_PLACES,
        scope="user",
    )
    completion_prefetch: str = setting(
        "auto",
        "completion.prefetch",
        "When to ask for the next suggestion ahead of time: as soon as one is `shown`, once it is being taken `typed`, "
        "once it was `accepted` whole, or `never`. `auto`: `typed`, with the embedded model `accepted`.",
        choices=PREFETCH,
        scope="user",
    )
    completion_requests_per_minute: int = setting(
        60,
        "completion.requestsPerMinute",
        "Requests per minute at most that are made while typing. Those made by hand are never refused; after as many "
        "in a minute they wait for a pause in the typing, too, and bring no alternatives. 0: no limit.",
        low=0,
        high=10_000,
        scope="user",
    )
    completion_timeout_automatic: float = setting(
        5.0,
        "completion.timeout.automatic",
        "Seconds after which a suggestion while typing is given up. 0: the provider's time alone counts, as it always "
        "does for the embedded model.",
        low=0,
        high=600,
        scope="user",
    )
    completion_timeout_explicit: float = setting(
        30.0,
        "completion.timeout.explicit",
        "Seconds after which a suggestion that was asked for by hand is given up. 0: the provider's time alone counts.",
        low=0,
        high=600,
        scope="user",
    )
    completion_max_tokens: int = setting(
        192, "completion.maxTokens", "Output tokens of one completion at most.", low=8, high=4096
    )
    completion_max_lines: int = setting(12, "completion.maxLines", "Lines of one suggestion at most.", low=1, high=200)
    completion_alternatives: int = setting(
        3,
        "completion.alternatives",
        "Different suggestions that asking by hand gives at most. Each of them is a request, or two where answers "
        "repeat.",
        low=1,
        high=10,
    )
    next_edit_enable: bool = setting(
        True,
        "nextEdit.enable",
        "Propose the next edit after a change: where a renamed name is used, or a replacement is still to be made.",
    )
    next_edit_model: str = setting(
        "auto",
        "nextEdit.model",
        "Ask a model where the next edit is not certain: `auto` only hosted ones that chat, and only when the editor "
        "or the user asks for a next edit; `always` any, also the one on this machine; `never`: what is certain alone.",
        choices=NEXT_EDIT_MODELS,
        scope="user",
    )
    completion_list: str = setting(
        "auto",
        "completion.list",
        "Offer suggestions in the ordinary completion list: `auto` only to clients without inline completion.",
        choices=("auto", "always", "never"),
        scope="user",
    )
    actions_enable: bool = setting(True, "actions.enable", "Offer code actions.")
    actions_disabled: list[str] = setting(
        [], "actions.disabled", "Ids of code actions that are not offered; `mai-lsp edit --list` shows them."
    )
    edit_format: str = setting(
        "",
        "edit.format",
        "How models say an edit: `search` (search/replace blocks), `whole` (whole files), `diff` (unified diffs), "
        "`calls` (function calls, where the provider has them) or `region` (one region anew). Empty: by the model.",
        choices=("", *EDIT_FORMATS),
        scope="user",
    )
    edit_timeout: float = setting(
        120.0, "edit.timeout", "Seconds for one answer of the model for edits.", low=1, high=3600, scope="user"
    )
    plan_timeout: float = setting(
        600.0, "plan.timeout", "Seconds for one answer of the model for plans.", low=1, high=3600, scope="user"
    )
    refactor_max_files: int = setting(
        50, "refactor.maxFiles", "Files that one refactor may change at most.", low=1, high=500, scope="user"
    )
    refactor_preview: str = setting(
        "auto",
        "refactor.preview",
        "Whether you are asked before changes are made, with the editor's preview as one answer where it has one: "
        "`auto` for those of several files, and for new, moved and deleted ones; `always`; `never`.",
        choices=PREVIEW,
        scope="user",
    )
    route_escalate: str = setting(
        "auto",
        "route.escalate",
        "When the model for plans is asked instead of the one for edits: `auto` by the rules of the README, `ask` by "
        "the same rules after asking you, `never`.",
        choices=ESCALATE,
        scope="user",
    )
    route_max_files: int = setting(
        3,
        "route.maxFiles",
        "A change of more files than this goes to the model for plans.",
        low=1,
        high=500,
        scope="user",
    )
    route_max_tokens: int = setting(
        24_000,
        "route.maxTokens",
        "A change that needs more prompt tokens than this goes to the model for plans.",
        low=500,
        high=1_000_000,
        scope="user",
    )
    route_attempts: int = setting(
        2,
        "route.attempts",
        "How often a model is asked, with what was wrong, before the next one is or the change is refused.",
        low=1,
        high=5,
        scope="user",
    )
    route_split: str = setting(
        "auto",
        "route.split",
        "Let the model for plans say what is to be done and the one for edits write it: `auto` where more files are to "
        "be changed than fit one answer, `always`, `never`.",
        choices=SPLIT,
        scope="user",
    )
    route_fallback: list[str] = setting(
        [],
        "route.fallback",
        "Providers that are asked in turn when yours is down, limits you or lacks the model; each with its own key and "
        "usual models.",
        choices=PROVIDERS,
        scope="user",
    )
    cost_per_request: float = setting(
        0.5,
        "cost.perRequest",
        "USD that one code action or refactor may cost; beyond that you are asked. 0: no limit.",
        low=0,
        high=10_000,
        scope="user",
    )
    cost_per_day: float = setting(
        5.0,
        "cost.perDay",
        "USD that a day may cost, completions included; beyond that you are asked, and nothing is suggested while "
        "typing. 0: no limit.",
        low=0,
        high=10_000,
        scope="user",
    )
    cost_per_month: float = setting(
        50.0, "cost.perMonth", "The same for a calendar month. 0: no limit.", low=0, high=100_000, scope="user"
    )
    check_command: list[str] = setting(
        [],
        "check.command",
        "Your own command, a list of words, that judges changes before they are shown: it runs in a copy of the folder "
        "with the changes made, only in the folders of `check.folders`, and its exit code decides.",
        scope="user",
    )
    check_folders: list[str] = setting(
        [],
        "check.folders",
        "Workspace folders, as absolute paths, that you trust enough to run that command in.",
        scope="user",
    )
    check_timeout: float = setting(120.0, "check.timeout", "Seconds for that command.", low=1, high=3600, scope="user")
    context_tokens: int = setting(
        0,
        "context.tokens",
        "The whole prompt's budget for a completion, in tokens. 0 means the provider's usual one.",
        low=0,
        high=100_000,
    )
    context_sources: list[str] = setting(
        ["edits", "similar", "diagnostics"],
        "context.sources",
        "What prompts of 800 tokens and more may show besides files: recent edits, similar code in other open files, "
        "problems near the cursor that the editor tells us, and, only if named here, the clipboard.",
        choices=CONTEXT_SOURCES,
        scope="user",
    )
    index_enable: bool = setting(
        True,
        "index.enable",
        "Keep an index of the workspace's definitions, so that completions know what other files offer.",
    )
    ignore_gitignore: bool = setting(
        True,
        "ignore.gitignore",
        "Keep files that `.gitignore` names out of prompts, too; those that `.maiignore` names always are.",
        scope="user",
    )
    secrets_mask: bool = setting(
        True,
        "secrets.mask",
        "Replace keys, tokens and passwords by `<secret>` in everything that is sent.",
        scope="user",
    )
    fim_format: str = setting(
        "",
        "fim.format",
        "Which fill-in-the-middle tokens a `fim` prompt uses. Empty: by the model's name.",
        scope="user",
    )
    reasoning_effort: str = setting(
        "",
        "reasoning.effort",
        "Reasoning effort, sent where the provider takes one. Empty means the lowest it offers.",
        choices=("", "none", "minimal", "low", "medium", "high"),
        scope="user",
    )
    timeout_connect: float = setting(
        0.0, "timeout.connect", "Seconds to connect. 0 means the provider's usual time.", low=0, high=600, scope="user"
    )
    timeout_first_token: float = setting(
        0.0,
        "timeout.firstToken",
        "Seconds until the first token. 0 means the provider's usual time.",
        low=0,
        high=600,
        scope="user",
    )
    timeout_between_tokens: float = setting(
        0.0,
        "timeout.betweenTokens",
        "Seconds between two tokens. 0 means the provider's usual time.",
        low=0,
        high=600,
        scope="user",
    )
    timeout_total: float = setting(
        0.0,
        "timeout.total",
        "Seconds for a whole completion. 0 means the provider's usual time.",
        low=0,
        high=600,
        scope="user",
    )
    proxy: str = setting(
        "", "http.proxy", "Proxy URL. Empty means `HTTPS_PROXY` and its kin.", scope="user", secret=True
    )
    ca_file: str = setting(
        "",
        "http.caFile",
        "PEM file with extra certificate authorities, beside the system's own store.",
        scope="user",
    )
    headers: dict[str, str] = setting(
        {}, "http.headers", "Extra HTTP headers, for gateways that want them.", scope="user", secret=True
    )
    parameters: dict[str, Any] = setting(
        {},
        "parameters",
        "Extra fields of the request's JSON body; `null` removes one that we would send.",
        scope="user",
    )
    providers: dict[str, Any] = setting(
        {}, "providers", "Corrections to the table of providers, by provider name.", scope="user"
    )
    price_input: float = setting(
        -1.0, "price.input", "USD per million prompt tokens. -1: the built-in table.", low=-1, scope="user"
    )
    price_cached_input: float = setting(
        -1.0, "price.cachedInput", "USD per million cached prompt tokens. -1: the built-in table.", low=-1, scope="user"
    )
    price_output: float = setting(
        -1.0, "price.output", "USD per million output tokens. -1: the built-in table.", low=-1, scope="user"
    )
    local_model: str = setting(
        "",
        "local.model",
        "The embedded model: a name `mai-lsp model list` shows, or a path to a GGUF file. "
        "Empty: qwen2.5-coder-0.5b-instruct.",
        scope="user",
    )
    local_threads: int = setting(
        0, "local.threads", "Threads of the embedded model. 0 means one per core.", low=0, high=256, scope="user"
    )
    local_context: int = setting(
        4096, "local.context", "Context window of the embedded model, in tokens.", low=512, high=131_072, scope="user"
    )
    local_idle_minutes: float = setting(
        10.0,
        "local.idleMinutes",
        "Minutes without a request after which the embedded model is stopped.",
        low=0.05,
        high=10_080,
        scope="user",
    )
    vscode_vendor: str = setting(
        "copilot",
        "vscode.vendor",
        "Whose language models the provider `vscode` asks, of those that the editor offers. The settings for models "
        "name families then.",
        scope="user",
    )
    status_slow_after: float = setting(
        5.0,
        "status.slowAfter",
        "Seconds of an average answer above which the status calls the model slow.",
        low=0.01,
        high=600,
        scope="user",
    )
    undo_enable: bool = setting(
        True,
        "undo.enable",
        "Keep the former texts of the last changes in your data folder, for `mai.undo` and `mai-lsp undo`.",
        scope="user",
    )
    stats_enable: bool = setting(
        True,
        "stats.enable",
        "Count suggestions, what became of them, and what they cost, for `mai-lsp stats`. Numbers only, kept on this "
        "machine and never sent.",
        scope="user",
    )
    log_level: str = setting(
        "warning",
        "log.level",
        "What the server writes to its log. Source code and keys are in none of them.",
        choices=LOG_LEVELS,
        scope="user",
    )

    def __repr__(self) -> str:
        """Show what differs from the defaults, with secrets hidden."""
        shown = ", ".join(
            f"{f.attribute}={'<set>' if f.spec.secret else getattr(self, f.attribute)!r}"
            for f in FIELDS.values()
            if getattr(self, f.attribute) != f.default
        )
        return f"Settings({shown})"


def _fields() -> dict[str, Field]:
    hints = typing.get_type_hints(Settings)
    blank = Settings()
    return {
        f.metadata["spec"].name: Field(f.name, hints[f.name], getattr(blank, f.name), f.metadata["spec"])
        for f in dataclasses.fields(Settings)
    }


FIELDS: Mapping[str, Field] = types.MappingProxyType(_fields())
"""All settings by their JSON name, in declared order."""
