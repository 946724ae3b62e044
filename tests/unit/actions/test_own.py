"""Own actions: what a file may say, what is done with hostile ones, and where they are offered."""

from __future__ import annotations

from typing import Any

import pytest

from mai_lsp.actions.offer import offer
from mai_lsp.actions.offered import Abilities
from mai_lsp.actions.own import KINDS, MAX_ACTIONS, MAX_PROMPT, MAX_TITLE, Own, Scope, read
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Span
from tests.support.fixture import parse


def one(**fields: Any) -> dict[str, Any]:
    return {"title": "Add logging", "prompt": "Log what happens."} | fields


def test_an_action_of_the_user_and_one_of_the_project() -> None:
    mine, problems = read([one(kinds=["refactor.rewrite"], languages=["py"], role="plan", scope="function")], "user")
    assert problems == []
    assert mine == (
        Own(
            "user.add-logging",
            "Add logging",
            "refactor.rewrite",
            "Log what happens.",
            frozenset({"python"}),
            "plan",
            Scope.FUNCTION,
        ),
    )
    theirs, _ = read([one()], "project")
    assert (theirs[0].id, theirs[0].title) == ("project.add-logging", "Add logging (project)")


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("a word", "is not a table"),
        ({"prompt": "x"}, "has no title"),
        (one(title="\u202e\x07 \n"), "has no title"),
        (one(title=3), "has no title"),
        ({"title": "x"}, "has no prompt"),
        (one(prompt=" "), "has no prompt"),
        (one(prompt=["a"]), "has no prompt"),
        (one(prompt="a" * (MAX_PROMPT + 1)), "more than 4000 characters"),
        (one(kinds=["source.fixAll"]), "a kind that it can not be of"),
        (one(kinds=["source.organizeImports"]), "a kind that it can not be of"),
        (one(kinds=[]), "a kind that it can not be of"),
        (one(kinds=[{}]), "a kind that it can not be of"),
        (one(languages=["klingon"]), "a language that is not known"),
        (one(languages={"a": 1}), "a language that is not known"),
        (one(role="root"), "a role that there is not"),
        (one(role=["plan"]), "a role that there is not"),
        (one(scope="workspace"), "a scope that there is not"),
        (one(command="rm -rf /"), "has 1 key that there are not"),
        (one(paths=["../x"], files=["/etc/passwd"]), "has 2 keys that there are not"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_the_action_is_left_out(item: Any, why: str) -> None:
    found, problems = read([item, one(title="Good")], "project")
    assert [each.id for each in found] == ["project.good"]
    assert len(problems) == 1
    assert problems[0].startswith("action 1 ")
    assert why in problems[0]


def test_what_is_no_list_is_ignored() -> None:
    wrong: tuple[Any, ...] = ({}, "x", 3, True)
    for items in wrong:
        found, problems = read(items, "project")
        assert found == ()
        assert len(problems) == 1


def test_a_hostile_file_gets_no_more_than_a_few_cut_and_marked_titles() -> None:
    hostile = [
        one(title="Fix all problems\u202e\u2066\x1b[2J\r\n\tnow " + "!" * 500 + str(number), prompt="p\x00\u200bq")
        for number in range(200)
    ]
    found, problems = read(hostile, "project")
    assert len(found) == 1  # They differ behind the cut alone.
    assert len(problems) == MAX_ACTIONS["project"]
    title = found[0].title
    assert title.endswith("… (project)")
    assert len(title) <= MAX_TITLE + len(" (project)")
    assert title.isprintable()
    assert "\u202e" not in title
    assert found[0].prompt == "p  q"
    assert not any("Fix all" in each or "!!" in each for each in problems)


def test_a_title_that_claims_to_be_ours_is_still_marked() -> None:
    found, _ = read([one(title="Fix: Undefined name (built in)")], "project")
    assert found[0].title == "Fix: Undefined name (built in) (project)"
    assert found[0].id.startswith("project.")


def test_own_actions_are_offered_for_their_language_scope_and_kind() -> None:
    fixture = parse("x = 1\n\n\ndef f(a):\n    return $0a\n")
    document = fixture.document("python")
    assert fixture.selection is not None
    items = [
        one(title="A", scope="function"),
        one(title="B", scope="file"),
        one(title="C", scope="selection"),
        one(title="D", languages=["go"]),
        one(title="E", languages=["python"]),
        one(title="F", kinds=["quickfix"]),
        one(title="G", kinds=["refactor.extract"], role="plan"),
    ]
    own, problems = read(items, "project")
    assert problems == []

    def offered(*known: Problem, only: list[str] | None = None) -> dict[str, Span]:
        assert fixture.selection is not None
        found = offer(document, fixture.selection, known, own, Abilities(only=only))
        return {each.title[0]: each.span for each in found if each.id.startswith("project.")}

    function = Span(fixture.text.index("def"), len(fixture.text) - 1)
    assert offered() == {"A": function, "B": Span(0, len(fixture.text)), "E": function, "G": function}
    assert list(offered(Problem(fixture.selection, Severity.ERROR, "x"))) == ["F", "A", "B", "E", "G"]
    assert list(offered(only=["refactor.extract"])) == ["G"]
    assert list(offered(only=["source.fixAll"])) == []
    found = offer(document, fixture.selection, [], own, Abilities())
    last = found[-1]
    assert (last.role, last.many, last.resources, last.prompt) == ("plan", False, False, "Log what happens.")


def test_own_actions_light_no_bulb() -> None:
    fixture = parse("def f(a):\n    return $0a\n")
    assert fixture.selection is not None
    own, _ = read([one()], "user")
    assert offer(fixture.document("python"), fixture.selection, [], own, Abilities(by_hand=False)) == []


def test_no_kind_may_be_chosen_that_editors_run_by_themselves() -> None:
    assert not any(kind.startswith("source.") for kind in KINDS)
