"""Code actions on the wire: the form for each client, what an action carries, and what becomes of the chosen one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from mai_lsp.actions.catalogue import Kind
from mai_lsp.core.change import Change
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Span
from mai_lsp.engine.change.job import Ended, Explained, Job, Proposal, Refused, Watcher
from mai_lsp.lsp import actions, changing, codeactions, explaining
from mai_lsp.lsp.actiondata import Wanted, read_data
from mai_lsp.lsp.client import Client
from mai_lsp.lsp.codeactions import resolved, run
from mai_lsp.lsp.owned import read_own
from mai_lsp.lsp.protocol import EDIT_COMMAND, REFACTOR_COMMAND, RUN_ACTION_COMMAND, TAKEN_COMMAND
from mai_lsp.lsp.session import Session

CODE = "import os\n\n\ndef total(items, b, c, d, e):\n    ...\n"
AT = CODE.index("total")

MODERN = Client(
    literal_actions=True,
    resolves_edits=True,
    versioned_edits=True,
    applies_edits=True,
    shows_documents=True,
    gives_input=True,
    resource_operations=frozenset({"create", "rename", "delete"}),
)
PLAIN = Client(literal_actions=True, applies_edits=True)
OLD = Client(applies_edits=True)


class Quiet:
    """A voice, and as much of a server as actions need."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shown: list[str] = []
        self.session: Session

    def status(self, *_: object) -> None: ...

    def note(self, *_: object, **__: object) -> None: ...

    def show(self, _severity: str, text: str) -> None:
        self.said.append(text)

    async def window_show_document_async(self, params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        self.shown.append(params.uri)
        return types.ShowDocumentResult(success=True)


def session_of(client: Client, folder: Path, text: str = CODE) -> tuple[Quiet, Session, str]:
    quiet = Quiet()
    session = quiet.session = Session(quiet)
    session.client = replace(client, folders=(folder,))
    session.read_project()
    uri = (folder / "a.py").as_uri()
    session.documents.open(uri, "python", 7, text)
    return quiet, session, uri


def ask(session: Session, uri: str, at: int = AT, *, diagnostics: Any = (), only: Any = None) -> list[Any]:
    document = session.documents.latest(uri)
    assert document is not None
    line = document.line_at(at)
    place = types.Position(line, at - document.starts[line])
    context = types.CodeActionContext(list(diagnostics), only, types.CodeActionTriggerKind.Invoked)
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(place, place), context)
    return actions.answer(session, params)


def diagnostic(text: str, word: str, code: Any = "F821") -> types.Diagnostic:
    at = text.index(word)
    line = text.count("\n", 0, at)
    column = at - (text.rfind("\n", 0, at) + 1)
    where = types.Range(types.Position(line, column), types.Position(line, column + len(word)))
    return types.Diagnostic(where, "Undefined name", types.DiagnosticSeverity.Error, code, source="Ruff")


def by_title(found: list[Any], part: str) -> Any:
    return next(one for one in found if part in one.title)


def test_the_kinds_that_are_advertised_are_those_of_the_table() -> None:
    assert set(codeactions.KINDS) == {kind.value for kind in Kind}
    options = actions.options()
    assert options.resolve_provider
    assert set(options.code_action_kinds or ()) == {kind.value for kind in Kind}


async def test_a_client_that_resolves_gets_data_and_no_model_is_asked(tmp_path: Path) -> None:
    _, session, uri = session_of(MODERN, tmp_path)
    one = by_title(ask(session, uri), "Write the body of `total`")
    assert isinstance(one, types.CodeAction)
    assert (one.kind, one.edit, one.command, one.is_preferred) == ("refactor.rewrite", None, None, None)
    assert one.data == {"uri": uri, "version": 7, "span": [AT, AT], "id": "complete", "problems": []}
    assert session._loading is None


async def test_what_goes_beyond_one_file_and_what_is_only_read_is_a_command(tmp_path: Path) -> None:
    _, session, uri = session_of(MODERN, tmp_path)
    found = ask(session, uri)
    for title in ("Explain `total`", "into one object, everywhere"):
        one = by_title(found, title)
        assert one.data is None
        assert one.command.command == RUN_ACTION_COMMAND
        assert read_data(one.command.arguments[0]) is not None


async def test_what_needs_words_runs_the_commands_that_ask_for_them(tmp_path: Path) -> None:
    _, session, uri = session_of(MODERN, tmp_path)
    found = ask(session, uri)
    modify = by_title(found, "Modify with instruction…").command
    assert modify.command == EDIT_COMMAND
    where = {"start": {"line": 3, "character": 0}, "end": {"line": 4, "character": 7}}
    assert modify.arguments == [uri, where]
    everywhere = by_title(found, "in all files…").command
    assert everywhere.command == REFACTOR_COMMAND
    assert everywhere.arguments == [None, {"uri": uri, "position": {"line": 3, "character": 4}}]
    _, session, uri = session_of(replace(MODERN, gives_input=False), tmp_path)
    assert not [one for one in ask(session, uri) if one.title.endswith("…")]


@pytest.mark.parametrize("client", [PLAIN, replace(MODERN, resolves_edits=False)])
async def test_a_client_that_can_not_resolve_gets_a_command_with_the_same_data(client: Client, tmp_path: Path) -> None:
    _, session, uri = session_of(client, tmp_path)
    one = by_title(ask(session, uri), "Write the body of `total`")
    assert isinstance(one, types.CodeAction)
    assert one.data is None
    assert one.command is not None
    assert one.command.command == RUN_ACTION_COMMAND
    wanted = read_data((one.command.arguments or [None])[0])
    assert wanted == Wanted(uri, 7, Span(AT, AT), "complete", ())


async def test_a_client_without_literals_gets_commands_alone(tmp_path: Path) -> None:
    _, session, uri = session_of(OLD, tmp_path)
    found = ask(session, uri)
    assert found
    assert all(isinstance(one, types.Command) for one in found)


async def test_only_the_first_mending_is_preferred_and_names_its_diagnostic(tmp_path: Path) -> None:
    text = "x = lenght(3)\ny = lenght(4)\n"
    _, session, uri = session_of(MODERN, tmp_path, text)
    one, other = diagnostic(text, "lenght"), diagnostic(text, "lenght", code=12)
    found = ask(session, uri, text.index("lenght"), diagnostics=[one, other])
    fixes = [each for each in found if each.title.startswith("Fix: ")]
    assert [each.is_preferred for each in fixes] == [True, None]
    assert [each.kind for each in fixes] == ["quickfix", "quickfix"]
    assert [each.diagnostics for each in fixes] == [[one], [other]]
    wanted = read_data(fixes[0].data)
    assert wanted is not None
    assert wanted.problems == (Problem(Span(4, 10), Severity.ERROR, "Undefined name", "Ruff", "F821"),)


async def test_the_rest_of_the_file_s_problems_come_from_what_the_client_reports(tmp_path: Path) -> None:
    text = "x = lenght(3)\ny = lenght(4)\n"
    _, session, uri = session_of(MODERN, tmp_path, text)
    assert not [one for one in ask(session, uri, 5, diagnostics=[diagnostic(text, "lenght")]) if "Fix all" in one.title]
    second = {"line": 1, "character": 4}, {"line": 1, "character": 10}
    told = {
        "range": {"start": second[0], "end": second[1]},
        "message": "Undefined name",
        "source": "Ruff",
        "code": "F821",
    }
    session.report({"uri": uri, "version": 7, "diagnostics": [told]})
    one = by_title(ask(session, uri, 5, diagnostics=[diagnostic(text, "lenght")]), "Fix all 2 problems")
    assert one.kind == "quickfix"
    wanted = read_data(one.data)
    assert wanted is not None
    assert [each.span for each in wanted.problems] == [Span(4, 10), Span(18, 24)]


async def test_switched_off_and_ignored_files_get_nothing(tmp_path: Path) -> None:
    _, session, uri = session_of(MODERN, tmp_path)
    session.configuration.put("environment", {"actions": {"enable": False}})
    assert ask(session, uri) == []
    session.configuration.put("environment", {"actions": {"disabled": ["complete"]}})
    assert not [one for one in ask(session, uri) if "Write the body" in one.title]
    (tmp_path / ".maiignore").write_text("a.py\n")
    session.documents.rules.forget()
    assert ask(session, uri) == []


async def test_kinds_are_filtered(tmp_path: Path) -> None:
    _, session, uri = session_of(MODERN, tmp_path)
    assert ask(session, uri, only=[types.CodeActionKind.SourceOrganizeImports]) == []
    assert ask(session, uri, only=["source.fixAll"]) == []
    assert ask(session, uri, only=[types.CodeActionKind.QuickFix]) == []
    assert {one.kind for one in ask(session, uri, only=["mai"])} == {"mai.explain"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        3,
        "x",
        {},
        {"uri": 1, "version": 1, "span": [0, 0], "id": "x"},
        {"uri": "u", "version": "1", "span": [0, 0], "id": "x"},
        {"uri": "u", "version": 1, "span": [2, 1], "id": "x"},
        {"uri": "u", "version": 1, "span": [-1, 1], "id": "x"},
        {"uri": "u", "version": 1, "span": [0], "id": "x"},
        {"uri": "u", "version": 1, "span": [0, 0], "id": None},
    ],
)
def test_data_that_is_none_of_ours_is_not_read(data: Any) -> None:
    assert read_data(data) is None


def test_problems_that_are_none_are_left_out() -> None:
    data = {
        "uri": "u",
        "version": 1,
        "span": [0, 1],
        "id": "fix",
        "problems": [[0, 1, 1, "m", "s", "c"], [1], "x", [3, 1]],
    }
    wanted = read_data(data)
    assert wanted is not None
    assert wanted.problems == (Problem(Span(0, 1), Severity.ERROR, "m", "s", "c"),)


Work = Callable[[Job, Watcher | None], Coroutine[Any, Any, Ended | None]]


def working(monkeypatch: pytest.MonkeyPatch, session: Session, work: Work) -> list[Job]:
    """Put a scripted flow in the place of the real one, and an engine that is loaded."""
    done: list[Job] = []

    async def carry_out(_server: Any, task: codeactions.Task) -> Ended | None:
        done.append(task.job)
        return await work(task.job, None)

    loaded: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    loaded.set_result(None)
    monkeypatch.setattr(codeactions, "carry_out", carry_out)
    monkeypatch.setattr(session, "load", lambda: loaded)
    return done


async def proposing(job: Job, _: Watcher | None) -> Ended:
    assert job.place is not None
    document = job.place.document
    return Proposal(job, (Change(job.place.path, document, document.text.replace("    ...", "    return 1")),))


def replaced(action: types.CodeAction) -> types.CodeAction:
    """The action as a client sends it: without what it was resolved to."""
    return types.CodeAction(title=action.title, kind=action.kind, data=action.data)


def chosen(session: Session, uri: str, title: str) -> tuple[types.CodeAction, Wanted]:
    one = by_title(ask(session, uri), title)
    wanted = read_data(one.data or one.command.arguments[0])
    assert wanted is not None
    return one, wanted


async def test_resolving_gives_an_edit_for_exactly_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet, session, uri = session_of(MODERN, tmp_path)
    jobs = working(monkeypatch, session, proposing)
    action, wanted = chosen(session, uri, "Write the body")
    found = await resolved(quiet, action, wanted)  # type: ignore[arg-type]
    assert found.edit is not None
    (change,) = found.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (uri, 7)
    assert [edit.new_text for edit in change.edits if isinstance(edit, types.TextEdit)] == ["    return 1\n"]
    assert jobs[0].action == "complete"
    assert found.command is None
    session.client = replace(session.client, resolves_commands=True)
    found = await resolved(quiet, replaced(action), wanted)  # type: ignore[arg-type]
    assert found.command is not None
    assert (found.command.command, found.command.arguments) == (TAKEN_COMMAND, [action.data])
    assert quiet.said == []


async def test_a_file_that_was_changed_meanwhile_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, session, uri = session_of(MODERN, tmp_path)
    jobs = working(monkeypatch, session, proposing)
    action, wanted = chosen(session, uri, "Write the body")
    session.documents.open(uri, "python", 8, CODE + "x = 1\n")
    assert (await resolved(quiet, action, wanted)).edit is None  # type: ignore[arg-type]
    assert quiet.said == [codeactions.STALE]
    session.documents.close(uri)
    assert (await resolved(quiet, action, wanted)).edit is None  # type: ignore[arg-type]
    assert quiet.said[1:] == [codeactions.CLOSED]
    assert jobs == []


async def test_what_was_typed_while_the_model_worked_is_kept_or_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, session, uri = session_of(MODERN, tmp_path)

    async def typing(job: Job, watcher: Watcher | None) -> Ended:
        ended = await proposing(job, watcher)
        session.documents.open(uri, "python", 8, "# new\n" + CODE)
        return ended

    working(monkeypatch, session, typing)
    action, wanted = chosen(session, uri, "Write the body")
    found = await resolved(quiet, action, wanted)  # type: ignore[arg-type]
    assert found.edit is not None
    (change,) = found.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 8
    assert [edit.range.start.line for edit in change.edits if isinstance(edit, types.TextEdit)] == [5]


@pytest.mark.parametrize("shows_disabled", [True, False])
async def test_a_refusal_is_said_once_and_leaves_no_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, shows_disabled: bool
) -> None:
    quiet, session, uri = session_of(replace(MODERN, shows_disabled=shows_disabled), tmp_path)

    async def refusing(job: Job, _: Watcher | None) -> Ended:
        return Refused(job, "a.py: the answer was cut off. Nothing was changed.")

    working(monkeypatch, session, refusing)
    action, wanted = chosen(session, uri, "Write the body")
    found = await resolved(quiet, action, wanted)  # type: ignore[arg-type]
    assert found.edit is None
    assert quiet.said == ["a.py: the answer was cut off. Nothing was changed."]
    assert (found.disabled is not None) is shows_disabled


async def test_a_cancelled_action_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet, session, uri = session_of(MODERN, tmp_path)

    async def cancelled(_job: Job, _: Watcher | None) -> None:
        return None

    working(monkeypatch, session, cancelled)
    action, wanted = chosen(session, uri, "Write the body")
    assert (await resolved(quiet, action, wanted)).edit is None  # type: ignore[arg-type]
    assert quiet.said == []


async def test_an_action_that_does_not_fit_any_more_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet, session, uri = session_of(MODERN, tmp_path)
    jobs = working(monkeypatch, session, proposing)
    action, wanted = chosen(session, uri, "Write the body")
    for other in (replace(wanted, id="no.such"), replace(wanted, span=Span(0, 0))):
        assert (await resolved(quiet, action, other)).edit is None  # type: ignore[arg-type]
    assert quiet.said == [codeactions.GONE] * 2
    assert jobs == []


async def test_running_an_action_applies_what_comes_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet, session, uri = session_of(OLD, tmp_path)
    working(monkeypatch, session, proposing)
    sent: list[Proposal] = []

    async def apply(proposal: Proposal, _server: Any) -> changing.Outcome:
        sent.append(proposal)
        return changing.Outcome("applied", "", proposal)

    monkeypatch.setattr(changing, "apply", apply)
    command = by_title(ask(session, uri), "Write the body")
    wanted = read_data(command.arguments[0])
    assert wanted is not None
    result = await run(quiet, wanted)  # type: ignore[arg-type]
    assert result["state"] == "applied"
    assert [change.path for change in sent[0].changes] == ["a.py"]


async def test_an_explanation_is_shown_as_a_document_and_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAI_LSP_CACHE_DIR", str(tmp_path / "cache"))

    async def explaining_it(job: Job, _: Watcher | None) -> Ended:
        return Explained(job, "It adds.\n\n```python\nx\n```\n")

    quiet, session, uri = session_of(MODERN, tmp_path)
    working(monkeypatch, session, explaining_it)
    _, wanted = chosen(session, uri, "Explain `total`")
    result = await run(quiet, wanted)  # type: ignore[arg-type]
    assert (result["state"], result["message"]) == ("explained", "It adds.\n\n```python\nx\n```\n")
    (shown,) = quiet.shown
    (written,) = (tmp_path / "cache" / "explanations").iterdir()
    assert written.as_uri() == shown
    assert written.read_text(encoding="utf-8") == "# Explain `total`\n\nIt adds.\n\n```python\nx\n```\n"
    assert quiet.said == []
    quiet, session, uri = session_of(replace(MODERN, shows_documents=False), tmp_path)
    working(monkeypatch, session, explaining_it)
    _, wanted = chosen(session, uri, "Explain `total`")
    await run(quiet, wanted)  # type: ignore[arg-type]
    assert quiet.said == ["It adds."]


def test_few_explanations_are_kept_and_nobody_else_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "explanations"
    made = [explaining.write(folder, f"Explain `../x` {number}", "text") for number in range(explaining.KEEP + 5)]
    left = set(folder.iterdir())
    assert left == set(made[5:])
    assert all(one.parent == folder for one in made)


def test_a_short_explanation_has_no_code_and_ends_with_a_sentence() -> None:
    assert explaining.short("One.\n```\ncode\n```\nTwo.") == "One. Two."
    assert explaining.short("A sentence here. " * 100).endswith("here.")
    assert len(explaining.short("word" * 1000)) <= explaining.SHORT + 1


def test_own_actions_of_the_user_and_the_project_are_read_with_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    monkeypatch.setenv("MAI_LSP_CONFIG_DIR", str(home))
    assert read_own([project]) == ((), [])
    (home / "actions.toml").write_text('[[action]]\ntitle = "Mine"\nprompt = "p"\n')
    (project / ".mai.toml").write_text(
        '"actions.enable" = true\n[[action]]\ntitle = "Ours"\nprompt = "p"\n[[action]]\ntitle = "Bad"\nrun = "rm"\n'
    )
    found, problems = read_own([project])
    assert [one.title for one in found] == ["Mine", "Ours (project)"]
    assert len(problems) == 1
    assert problems[0].startswith("project file: .mai.toml: action 2 has 1 key that there are not")
    assert "rm" not in problems[0].replace("prompt", "")
    (home / "actions.toml").write_text("not toml")
    assert read_own([project])[1][0].startswith("actions.toml is not valid TOML")


async def test_a_project_s_actions_are_no_unknown_setting(tmp_path: Path) -> None:
    (tmp_path / ".mai.toml").write_text('[[action]]\ntitle = "Ours"\nprompt = "p"\n')
    _, session, _ = session_of(MODERN, tmp_path)
    assert session.configuration.problems == []
