"""`mai-lsp complete --explain` against the scripted model server."""

from __future__ import annotations

from tests.e2e.cli import CommandLine, cli
from tests.support.model_steps import send

__all__ = ["cli"]

CODE = "def add(a, b):\n    c = a\n    \n    return c\n"


def test_it_names_the_filter_that_dropped_the_answer(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        reply = "```python\n    import sys\n```"
        server.enqueue(send(reply))
        ran = cli("complete", "a.py:3:5", "--explain")
    assert ran.code == 1
    assert "  for one statement, to its end" in ran.out
    assert f"Said: {len(reply)} characters" in ran.out
    assert "imports     dropped" in ran.out
    assert "comment     passed" in ran.out
    assert "broken      not reached" in ran.out
    assert "away from the file's imports" in ran.out.rpartition("So: ")[2]


def test_as_an_object(cli: CommandLine) -> None:
    cli.write("a.py", CODE)
    with cli.model() as server:
        server.enqueue(send("```python\n    c += b\n```"))
        data = cli("complete", "a.py:3:5", "--explain", "--json").json
        server.enqueue(send("```python\n    c += b\n```"))
        assert "explain" not in cli("complete", "a.py:3:5", "--json").json
    assert data["suggestion"]["text"] == "c += b"
    assert data["explain"]["reach"] == "statement"
    assert {one["verdict"] for one in data["explain"]["filters"]} == {"passed"}
