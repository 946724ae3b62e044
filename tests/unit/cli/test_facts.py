"""The line of facts and the JSON object."""

from __future__ import annotations

import json

import pytest

from mai_lsp.cli import facts
from mai_lsp.core.text import Span, open_document
from mai_lsp.engine.outcome import Reason, Skipped, Suggestion, Trace
from mai_lsp.errors import RateLimited
from mai_lsp.model.types import Usage

DOCUMENT = open_document("file:///a.py", "python", 1, "a\nb = \n")


def trace(provider: str = "openrouter", usage: Usage | None = None) -> Trace:
    chosen = Usage(1200, 1000, 20, 5, 0.00012) if usage is None else usage
    return Trace(provider, "m-1", "chat", 1.25, 210.4, 480.6, 1100, chosen, "stop")


def test_the_line_tells_model_time_tokens_cost_and_end() -> None:
    assert facts.line(trace()) == (
        "openrouter m-1 · chat · first token 210 ms, 481 ms in all · "
        "1,200 tokens in (1,000 cached), 15 out + 5 reasoning · $0.000120 · finish: stop"
    )


def test_facts_are_broken_between_two_of_them() -> None:
    told = facts.line(trace())
    rows = facts.broken(told, 60).split("\n")
    assert len(rows) == 3
    assert all(len(row) <= 60 for row in rows)
    assert " · ".join(rows) == told


def test_long_times_are_seconds() -> None:
    assert "24.4 s in all" in facts.line(Trace("p", "m", "chat", 1.0, None, 24_410.0))


@pytest.mark.parametrize(
    ("provider", "cost", "said"),
    [
        ("openrouter", 0.5, "$0.500000"),
        ("openrouter", 0.0, "free"),
        ("openrouter", None, "price unknown"),
        ("local", 0.0, "free, on this machine"),
    ],
)
def test_the_price(provider: str, cost: float | None, said: str) -> None:
    assert facts.price(trace(provider, Usage(1, 0, 1, 0, cost))) == said


def test_an_estimate_is_called_one() -> None:
    assert facts.tokens(Usage(10, 0, 2, 0, None, estimated=True)) == "about 10 tokens in, 2 out"


def test_the_object_of_a_suggestion() -> None:
    outcome = Suggestion("id", 1, Span(6, 6), "1\n", trace())
    data = facts.as_json(DOCUMENT, 6, outcome, ["note"])
    assert json.loads(json.dumps(data)) == data
    assert data["suggestion"] == {
        "text": "1\n",
        "start": {"line": 2, "column": 5, "offset": 6},
        "end": {"line": 2, "column": 5, "offset": 6},
    }
    assert (data["reason"], data["message"], data["error"]) == (None, None, None)
    assert data["milliseconds"] == {"context": 1.2, "first_token": 210.4, "total": 480.6}
    assert data["cost_usd"] == 0.00012
    assert data["notes"] == ["note"]


def test_the_object_without_a_suggestion_has_the_same_keys() -> None:
    error = RateLimited("Too many.", advice="Wait.")
    suggested = facts.as_json(DOCUMENT, 6, Suggestion("id", 1, Span(6, 6), "1", trace()), [])
    skipped = facts.as_json(DOCUMENT, 6, Skipped(Reason.ERROR, str(error), error), [])
    assert skipped.keys() == suggested.keys()
    assert skipped["suggestion"] is None
    assert skipped["reason"] == "error"
    assert skipped["error"] == {"kind": "RateLimited", "message": "Too many.", "advice": "Wait."}
    assert skipped["provider"] is None
