"""Random refactors in every format, spoiled, are applied to the letter or refused; no reply makes anything raise."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.core.editformat import EditFormat
from mai_lsp.core.text import lines_with_ends
from mai_lsp.reply.edits.apply import Applied, Given, apply
from mai_lsp.reply.edits.check import check
from mai_lsp.reply.edits.read import read
from tests.support.change_cases import after, opened
from tests.support.rendered_edits import FILES, Refactor, Said, refactor, said

FORMS = (EditFormat.SEARCH, EditFormat.DIFF, EditFormat.WHOLE, EditFormat.CALLS)


def applied(done: Refactor, reply: Said, form: EditFormat) -> Applied:
    reading = read(reply.text, form, finished=reply.finished, calls=reply.calls, known=tuple(done.before))
    return apply(reading, Given({path: opened(path, text) for path, text in done.before.items()}))


@pytest.mark.parametrize("form", FORMS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=250, deadline=None)
def test_a_refactor_is_applied_to_the_letter_or_refused(form: EditFormat, seed: int) -> None:
    random = Random(seed)
    done = refactor(random)
    reply = said(random, done, form)
    found = applied(done, reply, form)
    if not found.problems:
        assert after(done.before, found.changes) == dict(done.after)


@pytest.mark.parametrize("form", FORMS)
def test_most_refactors_are_applied(form: EditFormat) -> None:
    """Else the property above would hold for a reader that refuses everything."""
    count = 0
    for seed in range(200):
        random = Random(seed)
        done = refactor(random)
        count += not applied(done, said(random, done, form), form).problems
    assert count >= 60


@given(
    text=st.lists(
        st.sampled_from(
            [
                *("```", "```python", "````", "~~~", "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "a.py", "b/c.md"),
                *("--- a.py", "+++ a.py", "@@ -1 +1 @@", "@@", "+x = 1", "-x = 0", " y", "\\ No newline", "/dev/null"),
                *("DELETE a.py", "MOVE a.py TO b.py", "*** Update File: a.py", "*** Add File: q.py", "*** End Patch"),
                *("diff --git a/a.py b/a.py", "rename from a.py", "rename to c.py", "deleted file mode 100644"),
                *("x = 0", "y", "", "...", "# ...", "\f", "\u2028", "\ufeff", "../x", "<secret>", "\r", "\0"),
            ]
        )
        | st.text(max_size=12),
        max_size=25,
    ).map("\n".join),
    form=st.sampled_from(EditFormat),
    finished=st.booleans(),
    before=st.sampled_from(["x = 0\ny\n", "", "x = 0\r\ny\r\n", "\ufeffx = 0", "\r\r", *FILES.values()]),
)
@settings(max_examples=400, deadline=None)
def test_nothing_raises(text: str, form: EditFormat, finished: bool, before: str) -> None:
    files = {"a.py": opened("a.py", before), "b/c.md": opened("b/c.md", before)}
    reading = read(text, form, finished=finished, calls=(("replace_in_file", text),), known=tuple(files))
    found = apply(reading, Given(files, resources=True))
    assert bool(found.changes) != bool(found.problems)
    check(found.changes, renamed=[("x", "y")], others={"a.py": before})


@given(seed=st.integers(0, 2**32), form=st.sampled_from(FORMS))
@settings(max_examples=150, deadline=None)
def test_lines_outside_of_hunks_keep_their_ends(seed: int, form: EditFormat) -> None:
    random = Random(seed)
    done = refactor(random)
    found = applied(done, said(random, done, form), form)
    for change in found.changes:
        old = set(lines_with_ends(change.old))
        kept = [line for line in lines_with_ends(change.after or "") if "new_" not in line]
        last = kept[-1] if kept else ""
        assert all(line in old or line.rstrip("\r\n") in old or line is last for line in kept)
