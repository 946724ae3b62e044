"""The judges of `scripts/bench edit` are content with right answers, and neither with wrong ones nor with none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.fixture import parse

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from _lib.bench_edit_judges import Changed, parses
from _lib.bench_edit_samples import FILES, SAMPLES

ANSWERS: dict[str, tuple[str, str, str]] = {
    "invoice.py": ("reslt", "result", "price"),
    "counter.js": ("const count =", "let count =", "var words ="),
    "ranges.py": (
        "low, high):\n    if",
        'low, high):\n    """Keep it in."""\n    if',
        'low, high):\n    """Do."""\n    if not',
    ),
    "strings.rs": ("pub fn is_pal", "/// Whether it is one.\npub fn is_pal", "/// Whether.\npub fn is_not_pal"),
    "greeting.py": (
        "greet(name, times=1, loud=False):",
        "greet(name: str, times: int = 1, loud: bool = False) -> str:",
        "greet(name: list[str], times: int = 1, loud: bool = False) -> str:",
    ),
    "points.js": (
        "function distance",
        "/**\n * @param {Point} a\n * @param {Point} b\n * @returns {number}\n */\nfunction distance",
        "/** @param {Point} a */\nfunction distance",
    ),
    "calendars.py": (
        "raise NotImplementedError",
        "return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)",
        "return year % 4 == 0",
    ),
    "grades.py": (
        (
            "if score >= limit:\n            result = True\n        else:\n            result = False\n"
            "        if result == True:\n            return True\n        else:\n            return False"
        ),
        "return score >= limit",
        "return score > limit",
    ),
    "squares.py": (
        (
            "result = []\n    for number in numbers:\n        if number % 2 == 0:\n"
            "            result.append(number * number)"
        ),
        "result = [number * number for number in numbers if number % 2 == 0]",
        "result = [number * number for number in numbers]",
    ),
    "lengths.py": (
        "return {word: len(word) for word in words if word}",
        "found = {}\n    for word in words:\n        if word:\n            found[word] = len(word)\n    return found",
        "found = {}\n    for word in words:\n        found[word] = len(word)\n    return found",
    ),
    "labels.js": (
        '"Name: " + user.name + " (" + user.age + ")"',
        "`Name: ${user.name} (${user.age})`",
        "`Name: ${user.name} ${user.age}`",
    ),
    "shipping.js": (
        "if (order.items.length * order.weight > 100",
        "const total = order.items.length * order.weight;\n  if (total > 100",
        "const total = order.items.length;\n  if (total > 100",
    ),
    "names.js": (
        "// Split the name at blanks and return the first letters in capitals, joined without anything between.",
        'return name.split(" ").map((one) => one[0].toUpperCase()).join("");',
        "return name[0];",
    ),
}
"""By file: what stands there, a right answer in its place, and a wrong one."""


@pytest.mark.parametrize("name", ANSWERS)
def test_a_right_answer_is_right_and_others_are_not(name: str, tmp_path: Path) -> None:
    (sample,) = [one for one in SAMPLES if one.file == name]
    before = parse((FILES / name).read_text(encoding="utf-8")).text
    old, right, wrong = ANSWERS[name]
    assert before.count(old) == 1
    verdicts = [sample.judge(Changed(tmp_path, name, before, before.replace(old, new))) for new in (right, wrong, old)]
    if verdicts[0] is None:
        pytest.skip("its tool is not installed")
    assert verdicts[0] == ""
    assert all(verdicts[1:])


def test_tests_must_pass_and_find_what_is_broken(tmp_path: Path) -> None:
    (sample,) = [one for one in SAMPLES if one.action == "tests"]
    text = parse((FILES / "slug.py").read_text(encoding="utf-8")).text

    def judged(body: str) -> str | None:
        (tmp_path / "slug.py").write_text(text, encoding="utf-8")
        (tmp_path / "test_slug.py").write_text(f"from slug import slug\n\n\ndef test_it():\n    {body}\n", "utf-8")
        return sample.judge(Changed(tmp_path, "slug.py", text, text, ("test_slug.py",)))

    assert judged('assert slug("A b") == "a-b"') == ""
    assert judged('assert slug("A b") == "a b"')
    assert judged("assert slug") == "they pass on broken code, too"
    assert sample.judge(Changed(tmp_path, "slug.py", text, text)) == "no file of tests"


def test_every_sample_is_a_sound_file_with_a_place_in_it() -> None:
    assert len({sample.file.rpartition(".")[2] for sample in SAMPLES}) >= 4
    assert len({sample.action for sample in SAMPLES}) >= 10
    for sample in SAMPLES:
        fixture = parse((FILES / sample.file).read_text(encoding="utf-8"))
        assert fixture.selection is not None
        assert parses(sample.file, fixture.text)
        assert sample.at in fixture.text
