"""Makes changes of files of what a reply wants: all of one file's edits against one text, or a refusal for each.

A model saw masked text, so edits are found and made in that, and the true values put back. Nothing is read or written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mai_lsp.core.change import Change
from mai_lsp.core.secrets import PLACEHOLDER, Secret
from mai_lsp.core.text import Document, Span
from mai_lsp.reply.edits.compose import Line, composed, differing, overlap, placed, text_of
from mai_lsp.reply.edits.hunks import Hunk, hunks, lines_of
from mai_lsp.reply.edits.masked import Row, rows_of
from mai_lsp.reply.edits.paths import clean, leads_out, resolve
from mai_lsp.reply.edits.place import outside_region, region_hunks
from mai_lsp.reply.edits.wanted import Delete, Move, Problem, Reading, Refusal, Replace, Wanted, Write

SEEN_AGAIN = 0.5
"""Share of a file's lines which, repeated in what is to be added to it, mean that it was to be written anew."""


SAME = 0.5
"""Share of a file's lines that must stand in a whole text below a shortened path, for the file to be meant."""


def _nothing_against(_path: str) -> Problem | None:
    return None


@dataclass(frozen=True, slots=True)
class Given:
    """What a request was about, and what it may do."""

    files: Mapping[str, Document]
    masks: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict)
    """What was masked in each file, as spans in its true text."""
    shown: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Parts of files that were shown; whole, where a path is not in here."""
    judge: Callable[[str], Problem | None] = _nothing_against
    """Says what is against making or changing a file that is not in `files`."""
    resources: bool = False
    """Files may be made, moved and deleted."""
    creates: Collection[str] = ()
    """Files that may be made even without `resources`."""
    region: Span | None = None
    """All changes must lie here, or in import lines above."""
    region_path: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a reply comes to. With a problem nothing of it is to be made."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Plan:
    """What is wanted of one file."""

    path: str
    edits: list[Replace] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    delete: bool = False
    to: str = ""


def apply(reading: Reading, given: Given) -> Applied:
    """Make the changes that were read, all or none."""
    if reading.problems:
        return Applied((), reading.problems)
    plans, problems = _plans(reading.wanted, given)
    changes: list[Change] = []
    for plan in plans.values():
        one = _objection(plan, given) or _change(plan, given)
        if isinstance(one, Problem):
            problems.append(one)
        elif one.after != one.old or one.before is None or one.moved_to:
            changes.append(one)
    if not problems and not changes:
        problems.append(Problem(Refusal.UNCHANGED, "", "The files would stay as they are."))
    return Applied((), tuple(problems)) if problems else Applied(tuple(changes))


def _plans(wanted: Sequence[Wanted], given: Given) -> tuple[dict[str, _Plan], list[Problem]]:
    """Gather what is wanted of each file; a moved one's edits may name either path."""
    plans: dict[str, _Plan] = {}
    problems: list[Problem] = []
    origins = {one.to: one.path for one in wanted if isinstance(one, Move)}
    for one in wanted:
        path = _meant(one, given) if isinstance(one, Write) else one.path
        path = origins.get(path, path)
        plan = plans.setdefault(path, _Plan(path))
        match one:
            case Replace():
                plan.edits.append(replace(one, path=path))
            case Write():
                plan.writes.append(replace(one, path=path))
            case Delete():
                plan.delete = True
            case Move():
                if (
                    plan.to not in {"", one.to}
                    or sum(to.to == one.to for to in set(wanted) if isinstance(to, Move)) > 1
                ):
                    problems.append(Problem(Refusal.OVERLAPPING, path, "It can not have two new paths, or share one."))
                plan.to = one.to
    return plans, problems


def _meant(write: Write, given: Given) -> str:
    """Return the file that a whole text is for: where folders were left out, the one that has most of its lines.

    Another text below a shortened path may as well be a new file's.
    """
    if not write.path or write.new or write.path in given.files:
        return write.path or given.region_path
    path = resolve(write.path, given.files.keys())
    if path not in given.files:
        return write.path
    old = Counter(line.strip() for line in lines_of(given.files[path].text) if line.strip())
    kept = old & Counter(line.strip() for line in lines_of(write.text))
    return path if kept.total() >= SAME * old.total() > 0 else write.path


def _objection(plan: _Plan, given: Given) -> Problem | None:
    """Return why a file may not be changed in this way; None if it may."""
    path = plan.path
    if path in given.files:
        if (plan.delete or plan.to) and not given.resources:
            what = "deleted" if plan.delete else "moved"
            return Problem(Refusal.NOT_ALLOWED, path, f"No file is to be {what} here.")
        if plan.delete and (plan.edits or plan.writes or plan.to):
            return Problem(Refusal.OVERLAPPING, path, "It can not be both changed and deleted.")
        if any(one.new for one in plan.writes) and given.files[path].text.strip():
            return Problem(Refusal.EXISTS, path, "There is such a file already.")
        return _against_target(plan.to, given) if plan.to and plan.to != path else None
    if leads_out(path):
        return Problem(Refusal.OUTSIDE, path, "The path leads out of the project.")
    if problem := given.judge(path):
        return problem if problem.path else replace(problem, path=path)
    if plan.delete or plan.to or any(lines_of(one.search) for one in plan.edits if not plan.writes):
        return Problem(Refusal.MISSING, path, "There is no such file.")
    return _not_made(path, given)


def _against_target(to: str, given: Given) -> Problem | None:
    if to in given.files:
        return Problem(Refusal.EXISTS, to, "There is such a file already.")
    if leads_out(to):
        return Problem(Refusal.OUTSIDE, to, "The path leads out of the project.")
    problem = given.judge(to)
    return (problem if problem.path else replace(problem, path=to)) if problem else None


def _not_made(path: str, given: Given) -> Problem | None:
    if given.resources or path in given.creates:
        return None
    return Problem(Refusal.NOT_ALLOWED, path, "No file is to be made here.")


def _change(plan: _Plan, given: Given) -> Change | Problem:
    document = given.files.get(plan.path)
    to = plan.to if plan.to != plan.path else ""
    if plan.delete:
        return Change(plan.path, document, None)
    text = document.text if document else ""
    mark = text[:1] if text.startswith("\ufeff") else ""
    masks = [Secret(one.start - len(mark), one.end - len(mark), one.rule) for one in given.masks.get(plan.path, ())]
    rows = rows_of(text[len(mark) :], masks)
    lines = _lines(plan, rows, given)
    if isinstance(lines, Problem):
        return lines
    after = composed(rows, lines, text[len(mark) :]) if not _invents(rows, lines) else None
    if after is None:
        detail = "A value that is masked in what was shown would have to be changed, copied or moved."
        return Problem(Refusal.SECRET, plan.path, detail)
    return Change(plan.path, document, mark + after, to)


def _invents(rows: Sequence[Row], lines: Sequence[Line]) -> bool:
    return sum(text_of(line).count(PLACEHOLDER) for line in lines) > sum(row.text.count(PLACEHOLDER) for row in rows)


def _lines(plan: _Plan, rows: Sequence[Row], given: Given) -> list[Line] | Problem:
    """Return the file's lines afterwards."""
    lines: list[Line] = list(rows)
    if plan.writes:
        if len({one.text for one in plan.writes}) > 1 or (plan.edits and plan.path in given.files):
            return Problem(Refusal.OVERLAPPING, plan.path, "The file is written more than once.")
        made = _written(plan.writes[0], rows, given)
        if isinstance(made, Problem):
            return made
        lines = placed(lines, made)
    found = _found(plan, [text_of(line) for line in lines])
    if isinstance(found, Problem):
        return found
    made, late = found
    if (row := overlap(made)) is not None:
        return Problem(Refusal.OVERLAPPING, plan.path, f"Two edits change line {row + 1}.")
    if problem := _astray(made, rows, plan, given):
        return problem
    lines = placed(lines, made)
    for edit, problem in late:
        after = hunks([text_of(line) for line in lines], edit)
        # What an edit has made is known to the letter, or it is something else that looks like it.
        if isinstance(after, Problem) or _is_loose(edit, [text_of(line) for line in lines]):
            return problem
        lines = placed(lines, after)
    if late and given.region is not None:
        return late[0][1]
    return lines


def _is_loose(edit: Replace, rows: Sequence[str]) -> bool:
    return edit.search.rstrip("\n") not in "\n".join(rows)


def _found(plan: _Plan, rows: Sequence[str]) -> tuple[list[Hunk], list[tuple[Replace, Problem]]] | Problem:
    """Return the hunks of all edits, and those edits whose lines only the others may bring about."""
    made: list[Hunk] = []
    late: list[tuple[Replace, Problem]] = []
    for edit, times in Counter(plan.edits).items():
        one = hunks(rows, edit, times) if lines_of(edit.search) else _appended(edit, rows)
        if not isinstance(one, Problem):
            made += one
        elif one.refusal is Refusal.NOT_FOUND and len(plan.edits) > 1:
            late.append((edit, one))
        else:
            return one
    if late and not made:
        return late[0][1]
    return made, late


def _appended(edit: Replace, rows: Sequence[str]) -> tuple[Hunk, ...] | Problem:
    """Begin an empty file, or add to the end of one."""
    new = lines_of(edit.replace)
    filled = [row.strip() for row in rows if row.strip()]
    if not filled:
        return (Hunk(0, len(rows), tuple(new)),)
    again = {line.strip() for line in new}
    if sum(row in again for row in filled) >= SEEN_AGAIN * len(filled):
        return Problem(Refusal.EXISTS, edit.path, "The search is empty, and the file has text already.")
    return (Hunk(len(rows), len(rows), tuple(new)),)


def _written(write: Write, rows: Sequence[Row], given: Given) -> list[Hunk] | Problem:
    """Return what a whole text changes in a file, or in the region."""
    document = given.files.get(write.path)
    if given.region is not None and write.path == given.region_path and document is not None:
        return region_hunks(write.text, rows, given.region, write.path)
    old = [row.text for row in rows]
    if write.path in given.shown and document is not None and not _is_whole(given.shown[write.path], document):
        return Problem(
            Refusal.UNRELATED, write.path, "Only parts of the file were shown, so it can not be written anew."
        )
    if not write.text.strip() and any(map(str.strip, old)):
        return Problem(Refusal.UNRELATED, write.path, "The whole file would be emptied.")
    return differing(old, _unlabelled(lines_of(write.text), write.path, old), blanks=bool(old))


def _is_whole(spans: Sequence[Span], document: Document) -> bool:
    hidden = list(document.text)
    return not "".join(hidden[: spans[0].start] if spans else hidden).strip() and not any(
        document.text[one.end : other.start].strip()
        for one, other in zip(spans, [*spans[1:], Span(len(document.text), len(document.text))], strict=True)
    )


def _unlabelled(lines: list[str], path: str, old: Sequence[str]) -> list[str]:
    """Take off a first line that is a comment with the path, unless the file begins so."""
    if lines and clean(lines[0].strip(" \t#/*<!->;")) == path and (not old or old[0].strip() != lines[0].strip()):
        return lines[2:] if old and lines[1:2] == [""] and old[0].strip() else lines[1:]
    return lines


def _astray(made: Sequence[Hunk], rows: Sequence[Row], plan: _Plan, given: Given) -> Problem | None:
    """Return a problem if a hunk lies beside the region that was to be changed."""
    if given.region is None or plan.writes:
        return None
    if plan.path != given.region_path:
        if plan.path not in given.files:
            return None
        return Problem(Refusal.UNRELATED, plan.path, "Only the region that was named is to be changed.")
    row = outside_region(made, rows, given.region)
    if row is None:
        return None
    return Problem(Refusal.UNRELATED, plan.path, f"Line {row + 1} lies beside the region that is to be changed.")
