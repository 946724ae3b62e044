"""What `--explain` says of an outcome, for a person and as an object."""

from __future__ import annotations

from mai_lsp.cli import explain
from mai_lsp.core.text import Span
from mai_lsp.engine.outcome import Reason, Skipped, Suggestion, Trace
from mai_lsp.reply.verdict import LOOKS_FOR, Verdict

TRACE = Trace("local", "qwen", "chat", prompt_tokens=1234, reach="block", said_chars=56, finish="stop")


def test_what_a_filter_dropped() -> None:
    told = explain.lines(Skipped(Reason.DUPLICATE, "It only repeats.", trace=TRACE))
    assert told[:4] == [
        "Asked:",
        "  local qwen, chat, about 1,234 tokens",
        "  for the whole body of this empty block",
        "Said: 56 characters (stop)",
    ]
    assert told[-1] == "So: It only repeats."
    verdicts = explain.verdicts(Skipped(Reason.DUPLICATE))
    names = list(verdicts)
    assert names == list(Verdict)
    at = names.index(Verdict.DUPLICATE)
    assert set(list(verdicts.values())[:at]) == {explain.PASSED}
    assert verdicts[Verdict.DUPLICATE] == explain.DROPPED
    assert set(list(verdicts.values())[at + 1 :]) == {explain.NOT_REACHED}


def test_a_suggestion_has_passed_all_of_them() -> None:
    shown = Suggestion("a", 1, Span(0, 0), "x = 1", TRACE)
    assert set(explain.verdicts(shown).values()) == {explain.PASSED}
    assert explain.as_json(shown) == {
        "reach": "block",
        "said_characters": 56,
        "filters": [{"filter": name.value, "verdict": "passed"} for name in Verdict],
        "why": "5 characters are shown; no filter objected.",
    }


def test_where_nothing_was_asked_no_filter_was_reached() -> None:
    outcome = Skipped(Reason.DISABLED, "Switched off.")
    assert set(explain.verdicts(outcome).values()) == {explain.NOT_REACHED}
    assert explain.lines(outcome)[1] == "  nothing"
    assert explain.as_json(outcome)["reach"] is None


def test_every_filter_says_what_it_looks_for() -> None:
    told = "\n".join(explain.lines(Skipped(Reason.EMPTY)))
    assert all(sentence in told for sentence in LOOKS_FOR.values())
    assert set(LOOKS_FOR) == set(Verdict)
