"""Our additions to LSP: names on the wire, mirrored by `extension/src/protocol.ts` and `server/PROTOCOL.md`.

It holds names and payload shapes only; nothing here sends anything.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

STATUS = "mai/status"
"""Server notification with a `StatusParams`, sent whenever something in it changes; as a request of the client with
``{uri}`` it gives a `StatusResult`."""

COPILOT_STATUS = "didChangeStatus"
"""The same for clients of Copilot's language server, with a `CopilotStatusParams`."""

ACCEPT_COMMAND = "mai.acceptCompletion"
"""Run by the client after it has put a suggestion into the text; the argument is the suggestion's id."""

STATUS_COMMAND = "mai.status"
"""Returns a JSON object that says how the server is set up and doing; holds no source code and no key."""

SHOW_PROMPT_COMMAND = "mai.showPrompt"
"""Returns what a completion at a place would send, as a `ShownPrompt`; its arguments are a URI and an LSP position."""

SNOOZE_COMMAND = "mai.snooze"
"""Suggests nothing while typing for some minutes, its argument; `SNOOZE_MINUTES` without one."""

UNSNOOZE_COMMAND = "mai.unsnooze"
"""Ends that."""

TOGGLE_COMMAND = "mai.toggle"
"""Switches suggestions while typing off, or on again, for this session: for the document whose URI is the argument, or,
with "language" behind it, for its language. All three return a `StatusResult`."""

ALTERNATIVES_COMMAND = "mai.alternatives"
"""Returns several suggestions for a place, as an `InlineCompletionList`; its arguments are a URI, an LSP position and,
for a client that takes them one by one, a progress token."""

NEXT_EDIT_COMMAND = "mai.nextEdit"
"""Finds the next edit and shows its place; returns a `NextEdit`. Its arguments are a URI and an LSP position."""

APPLY_EDIT_COMMAND = "mai.applyNextEdit"
"""Applies next edits through `workspace/applyEdit`, for clients whose code actions can only be commands; its arguments
are an id, a URI, the document's version and how many."""

RUN_ACTION_COMMAND = "mai.runAction"
"""Carries a code action out; its argument is the action's `data`. With ``wait: true`` in that it returns a
`Refactored`, otherwise null at once, since some editors wait for an answer for seconds only."""

TAKEN_COMMAND = "mai.actionTaken"
"""Run by the client after it has made a code action's edit; its argument is the action's `data`. `mai.undo` knows the
way back from then on."""

REFACTOR_COMMAND = "mai.refactor"
"""Changes several files by an instruction; returns a `Refactored`. Its arguments are the instruction and a `Where`;
both may be left out."""

EDIT_COMMAND = "mai.edit"
"""Changes a part of one file by an instruction; returns a `Refactored`. Its arguments are a URI, an LSP range and the
instruction."""

UNDO_COMMAND = "mai.undo"
"""Takes the last change of ours back if every file is as it left it; returns a `Refactored`. Its argument is the URI of
a document in the folder, or none."""

MODELS_COMMAND = "mai.models"
"""Returns who can answer, as a `Catalogue`; with ``true`` as its argument also the models that the chosen one lists."""

DOCTOR_COMMAND = "mai.doctor"
"""Checks everything a suggestion needs, a real one included; returns an `Examined`."""

INPUT = "mai/input"
"""Request to the client for a line from the user: an `InputParams` to ``{text: string | null}``. Only sent to clients
with ``{"mai": {"input": true}}`` in their initializationOptions."""

LM_CHAT = "mai/lm/chat"
"""Request to the client to ask one of the editor's own language models: a `ChatParams` to a `ChatResult`. Only sent to
clients with ``{"mai": {"languageModels": true}}`` in their initializationOptions."""

LM_PART = "mai/lm/part"
"""Client notification with a `ChatPart` of the answer, before the result."""

LM_CANCEL = "mai/lm/cancel"
"""Notification to the client ``{id}``: nobody waits for that answer any more."""

LM_MODELS = "mai/lm/models"
"""Request to the same clients for what models there are: a list of `LanguageModel`."""

INLINE_EDIT = "textDocument/copilotInlineEdit"
"""Request of Copilot's clients for the next edit: ``{textDocument: {uri, version}, position}`` to `InlineEdits`."""

DID_SHOW_EDIT = "textDocument/didShowInlineEdit"
"""Notification of Copilot's clients that one of those is on the screen."""

PANEL = "textDocument/copilotPanelCompletion"
"""The same as a request of Copilot's clients: ``{textDocument, position, partialResultToken?}``."""

LEGACY_GET, LEGACY_CYCLING = "getCompletions", "getCompletionsCycling"
"""Requests of older clients of Copilot's: ``{doc: {uri, version, position}}`` to `LegacyCompletions`."""

LEGACY_SHOWN, LEGACY_ACCEPTED, LEGACY_REJECTED = "notifyShown", "notifyAccepted", "notifyRejected"
"""Requests of theirs that say what became of one: ``{uuid}``, ``{uuid, acceptedLength}``, ``{uuids}`` to ``"OK"``."""

LEGACY_STATUS, LEGACY_VERSION = "checkStatus", "getVersion"
"""Requests of theirs before they ask for anything."""

SNOOZE_MINUTES = 30.0

TOLERATED = (
    "textDocument/didFocus",
    "textDocument/didShowCompletion",
    "textDocument/didPartiallyAcceptCompletion",
    "workspace/didChangeStatus",
)
"""Notifications of Copilot's clients: the first warms the connection, the next two are counted, the last is ignored."""

DID_FOCUS, DID_SHOW, DID_ACCEPT_PART = TOLERATED[:3]

DID_CHANGE_DIAGNOSTICS = "mai/didChangeDiagnostics"
"""Client notification ``{uri, version?, diagnostics: Diagnostic[]}``: what the editor shows about an open document."""

DID_CHANGE_CLIPBOARD = "mai/didChangeClipboard"
"""Client notification ``{text}``; dropped unless the user has named the clipboard in `context.sources`."""

State = Literal["ready", "working", "slow", "limited", "offline", "error", "off"]


class StatusParams(TypedDict):
    """Parameters of `STATUS`."""

    state: State
    provider: str
    model: str
    message: str
    """For the user: what is the matter and what to do; empty when there is nothing to say."""
    until: str
    """When it is over, as an ISO 8601 time in UTC; empty where that is not known."""
    cost: float | None
    """USD that today has cost, all servers of this user together; null where no price is known."""
    shown: int
    """Suggestions given to the editor in this session."""
    accepted: int
    """Suggestions that were taken, whole or in part."""


class FileStatus(TypedDict):
    """Whether suggestions come while typing in one document."""

    uri: str
    on: bool
    reason: str
    """A word of `engine.outcome.Reason`; empty if they do."""
    why: str
    """The same as a sentence."""


class StatusResult(StatusParams):
    """Result of `STATUS` as a request."""

    file: FileStatus


class CopilotStatusParams(TypedDict):
    """Parameters of `COPILOT_STATUS`.

    Copilot's own server may add a `command` that mends what is wrong (signing in). None of ours does: what users must
    mend here are settings, keys, networks and models, and `message` says which.
    """

    busy: bool
    message: str
    kind: Literal["Normal", "Error", "Warning", "Inactive"]


class ShownPrompt(TypedDict):
    """Result of `SHOW_PROMPT_COMMAND`; without a request where nothing would be sent, and `reason` says why."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any] | None
    pieces: list[dict[str, Any]]
    withheld: list[dict[str, str]]
    reason: str


class LegacyCompletion(TypedDict):
    """A suggestion as older clients of Copilot's take it: it begins where its line does."""

    uuid: str
    text: str
    """With what stands on the line before."""
    displayText: str
    """Without."""
    range: dict[str, dict[str, int]]
    """From the line's beginning, in the negotiated encoding."""
    position: dict[str, int]


class LegacyCompletions(TypedDict):
    """Suggestions, the best one first."""

    completions: list[LegacyCompletion]


class NextEdit(TypedDict):
    """Result of `NEXT_EDIT_COMMAND`; without edits where there is none, and `reason` says why in a word."""

    edits: list[dict[str, Any]]
    """As in `INLINE_EDIT`'s answer; the next one comes first, and those behind it belong to it."""
    certain: bool
    """Found without a model."""
    reason: str
    """A word of `engine.nextedit.EditReason`; empty where there are edits."""


class Where(TypedDict, total=False):
    """What a refactor is about."""

    uri: str
    """A document; its file, and what is at the place in it, are part of the change."""
    position: dict[str, int]
    range: dict[str, Any]
    paths: list[str]
    """Files and folders, from the workspace folder; without any they are found by the index."""
    role: Literal["edit", "plan"]
    """Which model is asked; without one the router decides."""
    token: str | int
    """For progress, where the request has none."""


class InputParams(TypedDict):
    """Parameters of `INPUT`."""

    prompt: str
    placeholder: str
    value: str
    """What stands there at first."""


class ChatMessage(TypedDict):
    """One message of a `ChatParams`."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatTool(TypedDict):
    """A function that the model may call, as VS Code's API has it."""

    name: str
    description: str
    inputSchema: dict[str, Any]
    """JSON Schema of an object."""


class ChatParams(TypedDict):
    """Parameters of `LM_CHAT`."""

    id: str
    """Of this question, in `LM_PART` and `LM_CANCEL`."""
    vendor: str
    family: str
    messages: list[ChatMessage]
    maxTokens: NotRequired[int]
    """Of output, for models that can be told."""
    tools: NotRequired[list[ChatTool]]
    justification: str
    """A sentence for the editor's consent dialog."""


class ChatPart(TypedDict):
    """Parameters of `LM_PART`: a piece of text, or a whole function call."""

    id: str
    text: NotRequired[str]
    call: NotRequired[dict[str, Any]]
    """``{name, arguments}``; the arguments as an object or as its JSON text."""


class ChatError(TypedDict):
    """Why a model has not answered."""

    code: Literal["consent", "quota", "missing", "blocked", "other"]
    message: str


class ChatResult(TypedDict, total=False):
    """Result of `LM_CHAT`."""

    finish: str
    usage: dict[str, int]
    """``{input, output}`` in tokens."""
    error: ChatError


class LanguageModel(TypedDict):
    """One of the editor's language models, in the result of `LM_MODELS`."""

    vendor: str
    family: str
    id: str
    name: str
    maxInputTokens: int


class ChangedFile(TypedDict):
    """One file of a `Refactored`."""

    path: str
    kind: Literal["changed", "new", "moved", "deleted"]
    movedTo: str
    """Its path afterwards, if it was moved; else empty."""
    why: str


class AskedModel(TypedDict):
    """A model that was asked for a `Refactored`."""

    role: str
    provider: str
    model: str
    reason: str


class Refactored(TypedDict):
    """Result of `REFACTOR_COMMAND`, `EDIT_COMMAND` and `UNDO_COMMAND`."""

    state: Literal["applied", "refused", "cancelled", "sent", "offered", "explained"]
    """``refused`` and ``cancelled``: no file was changed; ``sent``: the editor has not said yet whether it was made."""
    message: str
    """For the user; empty where there is nothing to say."""
    files: list[ChangedFile]
    decisions: list[AskedModel]
    tokens: int
    cost: float | None
    """USD; null where the price is not known."""


class CatalogueProvider(TypedDict):
    """One provider of a `Catalogue`."""

    name: str
    label: str
    key: Literal["needed", "optional", "none"]
    keyFrom: str
    """The environment variable that holds its key; else empty."""
    needsUrl: bool
    """Every user has an address of their own."""


class Prices(TypedDict):
    """USD per million tokens."""

    input: float
    cachedInput: float
    output: float


class CatalogueModel(TypedDict):
    """One model of a `Catalogue`."""

    id: str
    window: int | None
    """Tokens; null where the provider does not say."""
    price: Prices | None


class Catalogue(TypedDict):
    """Result of `MODELS_COMMAND`."""

    providers: list[CatalogueProvider]
    provider: str
    """The chosen one; empty where none could be."""
    models: list[CatalogueModel]
    roles: dict[str, str]
    """Which model is asked for ``completion``, ``edit`` and ``plan``; empty where none is set and none is usual."""
    reason: str
    """For the user: why something is missing here; else empty."""


class Check(TypedDict):
    """One check of an `Examined`."""

    name: str
    state: str
    """``ok``, ``warn``, ``fail`` or ``skip``."""
    fact: str
    advice: str


class Examined(TypedDict):
    """Result of `DOCTOR_COMMAND`."""

    version: str
    ok: bool
    """No check failed."""
    checks: list[Check]
