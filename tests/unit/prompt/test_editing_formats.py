"""Which format a model is asked in: its family's, what the user says, and what can be had."""

from __future__ import annotations

import pytest

from mai_lsp.core.editformat import EditFormat
from mai_lsp.prompt.editing_formats import form_for, is_small


@pytest.mark.parametrize(
    ("model", "form"),
    [
        ("MAI-Code-1-Flash", EditFormat.SEARCH),
        ("microsoft/MAI-Thinking-1:free", EditFormat.SEARCH),
        ("gpt-4o-2024-11-20", EditFormat.SEARCH),
        ("gpt-4.1", EditFormat.SEARCH),
        ("gpt-4o-mini", EditFormat.WHOLE),
        ("gpt-4-turbo-2024-04-09", EditFormat.DIFF),
        ("gpt-4-0125-preview", EditFormat.DIFF),
        ("gpt-3.5-turbo-16k-0613", EditFormat.WHOLE),
        ("o1-mini", EditFormat.WHOLE),
        ("o3-mini", EditFormat.SEARCH),
        ("anthropic/claude-3-5-sonnet-20241022", EditFormat.SEARCH),
        ("claude-3-haiku-20240307", EditFormat.WHOLE),
        ("deepseek/deepseek-chat", EditFormat.SEARCH),
        ("nobody-knows-this", EditFormat.SEARCH),
        ("qwen2.5-coder-0.5b-instruct", EditFormat.WHOLE),
        ("qwen2.5-coder:1.5b", EditFormat.WHOLE),
        ("Qwen2.5-Coder-32B-Instruct", EditFormat.SEARCH),
        ("llama3.2:3b", EditFormat.WHOLE),
        ("llama-3.3-70b", EditFormat.SEARCH),
    ],
)
def test_a_family_is_asked_as_it_answers_best(model: str, form: EditFormat) -> None:
    assert form_for(model) is form


def test_a_small_model_rewrites_a_region() -> None:
    assert form_for("qwen2.5-coder-0.5b-instruct", local=True, region=True) is EditFormat.REGION
    assert form_for("mystery.gguf", local=True, region=True) is EditFormat.REGION
    assert form_for("qwen2.5-coder-32b", local=True, region=True) is EditFormat.SEARCH
    assert form_for("gpt-4o", region=True) is EditFormat.SEARCH


def test_what_is_wanted_wins_where_it_can_be_had() -> None:
    assert form_for("gpt-4o", "whole") is EditFormat.WHOLE
    assert form_for("gpt-4o", "calls", calls=True) is EditFormat.CALLS
    assert form_for("gpt-4o", "calls", calls=False) is EditFormat.SEARCH
    assert form_for("gpt-4o", "region", region=False) is EditFormat.SEARCH
    assert form_for("gpt-4o", "region", region=True) is EditFormat.REGION
    assert form_for("gpt-4o", "nonsense") is EditFormat.SEARCH
    assert form_for("gpt-4o", calls=True) is EditFormat.SEARCH


def test_nobody_writes_a_file_whole_who_has_seen_a_part() -> None:
    assert form_for("gpt-3.5-turbo", parts=True) is EditFormat.SEARCH
    assert form_for("gpt-4o", "whole", parts=True) is EditFormat.SEARCH


@pytest.mark.parametrize("model", ["phi-3b", "a-1b", "starcoder2:3b", "x-0.5b-q4"])
def test_small_is_told_by_the_name(model: str) -> None:
    assert is_small(model, local=False)


@pytest.mark.parametrize("model", ["qwen-13b", "qwen2.5-coder:7b", "gpt-4o", "v3beta", "mixtral-8x22b", "a-23b"])
def test_what_is_not_small(model: str) -> None:
    assert not is_small(model, local=False)
