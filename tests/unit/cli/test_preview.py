"""What ``--show-prompt`` makes of a prompt: every character that would be sent, and why each piece is in it."""

from __future__ import annotations

import io
import json

from rich.console import Console

from mai_lsp.cli import preview
from mai_lsp.engine import shown
from mai_lsp.model.types import Preview
from mai_lsp.prompt.prompt import ChatPrompt, ExtraFile, FimPrompt, InfillPrompt, Message, Piece

PIECES = (
    Piece("rules", "", 40),
    Piece("imports", "a.py", 3),
    Piece("definition add", "a.py", 9),
    Piece("prefix", "a", 1),
)


def printed(prompt: ChatPrompt | FimPrompt | InfillPrompt, body: dict[str, object]) -> str:
    request = Preview("POST", "http://h/v1/x", {"api-key": "<hidden>"}, body)
    console = Console(file=io.StringIO(), width=80, soft_wrap=True, markup=False, highlight=False)
    console.print(preview.draw(request, prompt, colour=False))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_request_is_shown_whole_and_the_body_can_be_read_back() -> None:
    body: dict[str, object] = {"model": "m", "prompt": "ä \x1b[31m [bold] \u202e\x9b x" + "y" * 300, "n": None}
    text = printed(FimPrompt("ä\n\x1b[31m", 9), body)
    assert text.startswith("POST http://h/v1/x\napi-key: <hidden>\n\n{")
    assert json.loads(text[text.index("{") : text.index("\n}\n") + 2]) == body
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_raw_prompt_is_shown_as_text_too() -> None:
    text = printed(FimPrompt("<PRE>def f():\n    x<SUF>[b]y", 9, suffix="rest"), {})
    assert "── prompt ──\n<PRE>def f():\n    x<SUF>[b]y\n" in text
    assert "── suffix ──\nrest\n" in text


def test_messages_and_infill_parts_are_shown_as_text() -> None:
    chat = ChatPrompt((Message("system", "Be\nbrief."), Message("user", "x = ")), 9)
    assert [title for title, _ in preview.readable(chat)] == ["system message", "user message"]
    infill = InfillPrompt("before", "after", 9, extra=(ExtraFile("a.py", "import os\n"),))
    assert list(preview.readable(infill)) == [
        ("context from a.py", "import os\n"),
        ("input_prefix", "before"),
        ("input_suffix", "after"),
    ]


def test_pieces_are_listed_with_tokens_and_reason() -> None:
    rows = printed(ChatPrompt((), 9, pieces=PIECES), {}).partition("── pieces ──\n")[2].split("\n")
    assert "definition add" in rows[3]
    assert rows[3].split()[2] == "9"
    assert "used near the cursor" in rows[3]
    assert rows[5].split() == ["together", "53"]


def test_every_piece_that_a_prompt_can_have_has_a_reason() -> None:
    assert all(shown.why(piece) for piece in PIECES)
    data = preview.as_json(Preview("POST", "u", {}, {"a": 1}), ChatPrompt((), 9, pieces=PIECES))
    assert data["request"] == {"method": "POST", "url": "u", "headers": {}, "body": {"a": 1}}
    assert data["pieces"][1] == {"piece": "imports", "path": "a.py", "tokens": 3, "why": "what the code can use"}
