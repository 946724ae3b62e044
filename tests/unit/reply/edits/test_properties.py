"""Random refactors in every format, spoiled, are applied to the letter or refused; no reply makes anything raise."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mai_lsp.core.editformat import EditFormat
from mai_lsp.core.secrets import PLACEHOLDER, Secret
from mai_lsp.core.text import Span, lines_with_ends
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


@pytest.mark.parametrize("form", FORMS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_masked_values_stay_where_they_are(form: EditFormat, seed: int) -> None:
    random = Random(seed)
    rows = [
        "[one]",
        f"key = {PLACEHOLDER}",
        "x = 1",
        "",
        "[two]",
        f"key = {PLACEHOLDER}",
        f"pass = {PLACEHOLDER}",
        "y = 2",
    ]
    done = refactor(random, {"conf.ini": "".join(row + "\n" for row in rows)})
    reply = said(random, done, form)
    true, masks = valued(done.before["conf.ini"])
    reading = read(reply.text, form, finished=reply.finished, calls=reply.calls, known=["conf.ini"])
    found = apply(reading, Given({"conf.ini": opened("conf.ini", true)}, masks={"conf.ini": masks}))
    if not found.problems:
        (change,) = found.changes
        assert change.after == valued(done.after["conf.ini"])[0]
        assert done.after["conf.ini"].count(PLACEHOLDER) == len(masks)


def valued(text: str) -> tuple[str, tuple[Secret, ...]]:
    """Return the text with a value for each placeholder, and where the values are."""
    pieces = text.split(PLACEHOLDER)
    true, masks = pieces[0], []
    for number, piece in enumerate(pieces[1:]):
        value = f"value-{number}" + "\n  more" * (number == 1)
        masks.append(Secret(len(true), len(true) + len(value), "test"))
        true += value + piece
    return true, tuple(masks)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=250, deadline=None)
def test_a_region_is_replaced_to_the_letter_whatever_its_depth(seed: int) -> None:
    random = Random(seed)
    path = random.choice(sorted(FILES))
    lines = lines_with_ends(FILES[path].replace("\n", random.choice(["\n", "\r\n"])))
    filled = [row for row, line in enumerate(lines) if line.strip()]
    first, last = sorted(random.sample(filled, 2))
    rows = [line.rstrip("\r\n") for line in lines[first : last + 1]]
    depth = rows[0][: len(rows[0]) - len(rows[0].lstrip())]
    if any(row.strip() and not row.startswith(depth) for row in rows):
        return
    end = lines[first][len(rows[0]) :]
    rows[-1] = f"{depth}new();"
    reply = [row[len(depth) :] if row.strip() else row for row in rows] if random.random() < 0.5 else rows
    text = "".join(lines)
    start = len("".join(lines[:first])) + random.choice([0, len(depth)])
    region = Span(start, len("".join(lines[: last + 1])) - len(end))
    reading = read("\n".join(["```", *reply, "```"]), EditFormat.REGION, finished=True, known=[path])
    found = apply(reading, Given({path: opened(path, text)}, region=region, region_path=path))
    if not found.problems:
        expected = [*lines[:first], *(row + end for row in rows), *lines[last + 1 :]]
        assert after({path: text}, found.changes) == {path: "".join(expected)}


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
