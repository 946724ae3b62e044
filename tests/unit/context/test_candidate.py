"""A chance that is reckoned in parts is the model's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mai_lsp.context.candidate import (
    IMPORTED,
    INHERITED,
    OWNER,
    REACHABLE,
    RECEIVER,
    RIVALRY,
    UNUSED,
    Candidate,
    Expected,
    Sayings,
    There,
    there,
)
from mai_lsp.context.chance import Hint, chance
from mai_lsp.context.near import Near
from mai_lsp.context.resolve import Found
from mai_lsp.core.facts import File
from mai_lsp.core.symbols import KINDS, Symbol

NAMES = st.sampled_from(["load", "loadAll", "_hidden", "Shape", "shape_of", "x"])
SHARES = st.dictionaries(NAMES, st.floats(0.01, 1))
EMPTY = st.just("")
LED = st.dictionaries(
    st.sampled_from([IMPORTED, UNUSED, REACHABLE, RIVALRY, OWNER, RECEIVER, INHERITED]), st.floats(0.01, 2)
)


@given(
    st.builds(Near, st.dictionaries(NAMES, st.floats(0.01, 3)), st.frozensets(NAMES)),
    st.builds(Expected, SHARES, SHARES, SHARES, st.frozensets(NAMES)),
    st.builds(
        Symbol, NAMES, st.sampled_from(KINDS), st.sampled_from(["", "Shape"]), st.just(""), st.just(""), st.just(0)
    ),
    st.builds(there, package=st.booleans(), affinity=st.floats(0, 1)),
    LED,
)
def test_a_chance_is_what_the_model_gives_for_the_hints(
    near: Near, expected: Expected, symbol: Symbol, where: There, led: dict[int, float]
) -> None:
    sayings = Sayings(near, expected, {})
    found = Candidate(Found(File("a.py", "python", ""), symbol), sayings.of(symbol, symbol.name), where, led)
    found.reckon()
    assert found.chance == pytest.approx(chance(found.hints), rel=1e-9)


def test_hints_say_what_is_known_of_a_name() -> None:
    near = Near({"load": 0.5, "shape": 3.0}, frozenset({"load"}))
    sayings = Sayings(near, Expected({"load": 0.2}, {}, {"load": 0.4}, frozenset({"load"})), {})
    symbol = Symbol("load", "function", "Shape", "def load(self)", "", 0)
    hints = Candidate(Found(File("a.py", "python", ""), symbol), sayings.of(symbol, "load")).hints
    named = {hint.name: hints[hint] for hint in Hint if hints[hint]}
    assert named == {
        "NEAR": 0.5,
        "COMPANY": 0.2,
        "ELSEWHERE": True,
        "ALIKE": 0.5,
        "DOTTED": True,
        "MEMBER": True,
        "FUNCTION": True,
        "POPULAR": 0.4,
    }
    assert sayings.sounds_alike("ShapeOf")
    assert not sayings.sounds_alike("other")
