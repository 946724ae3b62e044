"""Prices, windows and listings."""

from __future__ import annotations

from typing import Any

import pytest

from mai_lsp.model.catalog import cost, look_up, near, parse_listing
from mai_lsp.model.types import ModelInfo, Price, Usage


@pytest.mark.parametrize(
    "model", ["mai-code-1-flash", "microsoft/MAI-Code-1-Flash:free", "accounts/x/mai-code-1-flash"]
)
def test_a_known_model_is_found_under_every_publishers_name(model: str) -> None:
    info = look_up(model)
    assert info is not None
    assert info.price == Price(0.75, 0.075, 4.50)


def test_an_unknown_model_has_no_price() -> None:
    assert look_up("my-deployment") is None


def test_cached_tokens_cost_their_own_price() -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
    assert cost(usage, Price(1.0, 0.1, 5.0)) == pytest.approx(0.6 + 0.04 + 0.5)


def test_near_matches_ignore_publisher_and_case() -> None:
    listed = ["microsoft/mai-code-1.1-flash", "openai/gpt-x", "microsoft/mai-thinking-1"]
    assert near("MAI-Code-1-Flash", listed)[0] == "microsoft/mai-code-1.1-flash"
    assert near("zzzz", listed) == []


def test_openrouter_and_openai_listings_are_read() -> None:
    reply = {
        "data": [
            {"id": "a/b", "context_length": 1000, "pricing": {"prompt": "0.000001", "completion": "0.000002"}},
            {"id": "m", "object": "model", "meta": {"n_ctx_train": 32768}},
            {"id": "v", "max_model_len": 4096, "pricing": {"prompt": "-1", "completion": "-1"}},
            {"id": 5},
            "noise",
        ]
    }
    assert parse_listing(reply) == [
        ModelInfo("a/b", 1000, Price(1.0, 1.0, 2.0)),
        ModelInfo("m", 32768),
        ModelInfo("v", 4096),
    ]


@pytest.mark.parametrize("reply", [None, 5, "x", {}, {"data": None}, {"data": {"id": "a"}}, [1, None]])
def test_odd_listings_give_nothing(reply: Any) -> None:
    assert parse_listing(reply) == []
