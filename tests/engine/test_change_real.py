"""One code action with the real local model, through the flow that changes code: properties only, no exact text."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from mai_lsp.actions.offer import find
from mai_lsp.core.text import Document
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.flow import run
from mai_lsp.engine.change.job import Job, Proposal
from mai_lsp.engine.change.jobs import job_of
from mai_lsp.engine.route.providers import Providers
from mai_lsp.settings import Settings
from tests.support.changing import Watched
from tests.support.fixture import parse

pytestmark = pytest.mark.real_model

FIXTURE = parse('"""Sums."""\n\n\ndef divide$0(a, b):\n    return a / b\n\n\ndef double(a):\n    return 2 * a\n')


async def test_a_change_by_instruction_stays_in_its_function_and_parses(tmp_path: Path) -> None:
    (tmp_path / "sums.py").write_text(FIXTURE.text, encoding="utf-8")
    settings = Settings(provider="local")
    files = Files(tmp_path)
    document = files.read("sums.py")
    assert isinstance(document, Document)
    assert FIXTURE.selection is not None
    offer = find("modify", document, FIXTURE.selection, (), ())
    assert offer is not None
    job = job_of(offer, document, "sums.py", said="Raise a ValueError if b is zero.")
    assert isinstance(job, Job)
    client = new_client(lambda: settings, os.environ)
    providers = Providers(client, lambda: settings, os.environ)
    try:
        ended = await run(job, ChangeDeps(files, providers, settings, Watched()))
    finally:
        await providers.aclose()
        await client.aclose()
    assert isinstance(ended, Proposal), ended
    (change,) = ended.changes
    assert change.after is not None
    before, after = ast.parse(FIXTURE.text), ast.parse(change.after)
    assert ast.dump(before.body[-1]) == ast.dump(after.body[-1])
    assert "ValueError" in change.after
    assert ended.usage.output_tokens > 0
