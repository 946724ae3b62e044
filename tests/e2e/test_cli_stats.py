"""`mai-lsp stats`: tables, plots, JSON and the page, from figures that are known."""

# ruff: noqa: RUF001 (a dash is what stands for an unknown figure)

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from mai_lsp.cli import stats, stats_page, stats_table
from mai_lsp.usage import store
from mai_lsp.usage.counts import Book, Counted, Counts, Key, Timing
from mai_lsp.usage.figures import By, worth
from tests.e2e.cli import CommandLine, cli

__all__ = ["cli"]

TODAY = datetime.now().astimezone().date()
SINCE = datetime(2026, 11, 1).astimezone().date()


FULL: dict[Counted, int] = {
    "requests": 400,
    "estimated": 300,
    "input_tokens": 440_000,
    "cached_tokens": 220_000,
    "output_tokens": 14_000,
    "shown": 200,
    "shown_chars": 8_000,
    "accepted": 60,
    "accepted_chars": 2_400,
    "after_30s_chars": 2_000,
    "kept_30s_chars": 1_800,
    "after_5min_chars": 1_900,
    "kept_5min_chars": 1_500,
}


def counts(share: float = 1.0, wait: float = 800.0, price: int | None = 200_000) -> Counts:
    """Figures of a busy day, or a share of one; `price` is a request's, in billionths of a dollar."""
    found = Counts()
    found.numbers.update({name: round(number * share) for name, number in FULL.items()})
    found.numbers["unpriced" if price is None else "cost_nanousd"] = round(400 * share) * (
        1 if price is None else price
    )
    for index in range(20):
        found.time(Timing.WAIT, wait * (0.6 + index / 20))
    return found


def sample() -> Book:
    hosted, local = ("foundry", "MAI-Code-1-Flash"), ("local", "qwen2.5-coder-0.5b-instruct")
    return Book(
        {
            Key("2026-11-05", *hosted, "python"): counts(),
            Key("2026-11-12", *hosted, "python"): counts(1.5, 600),
            Key("2026-11-12", *hosted, "rust"): counts(0.25),
            Key("2026-11-18", *local, "python"): counts(0.5, 1_700, price=0),
            Key("2026-11-19", "openai-compatible", "corp/some-model-with-a-very-long-name", "go"): counts(
                0.1, price=None
            ),
        }
    )


def shown(width: int, *groups: By, ascii_only: bool = False) -> str:
    drawn = stats_table.draw(sample(), groups or worth(sample()), SINCE, width=width, ascii_only=ascii_only)
    return "\n".join(line.rstrip() for line in drawn.plain.split("\n"))


def test_all_of_it() -> None:
    assert shown(112) == snapshot("""\
Since 1 Nov 2026
  670 suggestions shown, 201 accepted (30 %)
  8,040 characters accepted; still there: 90 % after 30 s, 79 % after 5 min
  answered within 870 ms (p50) and 2.3 s (p95)
  1,340 requests to models, 1.47 M tokens in (50 % cached), 46.9 k out
  cost ≥ $0.22, ≈ $0.028 per 1,000 accepted characters
  (≥: the price of some requests is not known; set mai.price.input and mai.price.output)

By week, 2 Nov to 16 Nov
  suggestions shown     ▅█▃  120
  accepted              ███  30 %
  kept after 5 min      ███  79 %
  wait, p50             ▆▅█  1.2 s
  tokens                ▅█▃  272 k
  per 1,000 characters  ██▁  $0

model                           shown  accepted  characters  kept 30 s  kept 5 min  wait p50     cost  per 1,000
MAI-Code-1-Flash                  550      30 %       6,600       90 %        79 %    790 ms  ≈ $0.22   ≈ $0.033
qwen2.5-coder-0.5b-instruct       100      30 %       1,200       90 %        79 %     1.9 s       $0         $0
corp/some-model-with-a-very-l…     20      30 %         240       90 %        79 %    870 ms        –          –

language  shown  accepted  characters  kept 30 s  kept 5 min  wait p50    p95  tokens in      cost  per 1,000
python      600      30 %       7,200       90 %        79 %    870 ms  2.5 s     1.32 M   ≈ $0.20   ≈ $0.028
rust         50      30 %         600       90 %        79 %    870 ms  1.2 s      110 k  ≈ $0.020   ≈ $0.033
go           20      30 %         240       90 %        79 %    870 ms  1.2 s     44.0 k         –          –

week         shown  accepted  characters  kept 30 s  kept 5 min  wait p50    p95  tokens in      cost  per 1,000
from 2 Nov     200      30 %       2,400       90 %        79 %    870 ms  1.2 s      440 k  ≈ $0.080   ≈ $0.033
from 9 Nov     350      30 %       4,200       90 %        79 %    720 ms  1.2 s      770 k   ≈ $0.14   ≈ $0.033
from 16 Nov    120      30 %       1,440       90 %        79 %     1.2 s  2.5 s      264 k      ≥ $0         $0\
""")


def test_in_eighty_columns_the_least_important_is_left_out() -> None:
    text = shown(80, By.MODEL)
    assert max(len(line) for line in text.split("\n")[7:]) <= 80
    assert text == snapshot("""\
Since 1 Nov 2026
  670 suggestions shown, 201 accepted (30 %)
  8,040 characters accepted; still there: 90 % after 30 s, 79 % after 5 min
  answered within 870 ms (p50) and 2.3 s (p95)
  1,340 requests to models, 1.47 M tokens in (50 % cached), 46.9 k out
  cost ≥ $0.22, ≈ $0.028 per 1,000 accepted characters
  (≥: the price of some requests is not known; set mai.price.input and mai.price.output)

model                           shown  accepted  characters  wait p50  per 1,000
MAI-Code-1-Flash                  550      30 %       6,600    790 ms   ≈ $0.033
qwen2.5-coder-0.5b-instruct       100      30 %       1,200     1.9 s         $0
corp/some-model-with-a-very-l…     20      30 %         240    870 ms          –\
""")


def test_without_unicode() -> None:
    text = shown(100, By.WEEK, ascii_only=True)
    assert text == snapshot("""\
Since 1 Nov 2026
  670 suggestions shown, 201 accepted (30 %)
  8,040 characters accepted; still there: 90 % after 30 s, 79 % after 5 min
  answered within 870 ms (p50) and 2.3 s (p95)
  1,340 requests to models, 1.47 M tokens in (50 % cached), 46.9 k out
  cost > $0.22, ~ $0.028 per 1,000 accepted characters
  (>: the price of some requests is not known; set mai.price.input and mai.price.output)

By week, 2 Nov to 16 Nov
  suggestions shown     =#-  120
  accepted              ###  30 %
  kept after 5 min      ###  79 %
  wait, p50             +=#  1.2 s
  tokens                =#-  272 k
  per 1,000 characters  ##.  $0

week         shown  accepted  characters  kept 30 s  kept 5 min  wait p50      cost  per 1,000
from 2 Nov     200      30 %       2,400       90 %        79 %    870 ms  ~ $0.080   ~ $0.033
from 9 Nov     350      30 %       4,200       90 %        79 %    720 ms   ~ $0.14   ~ $0.033
from 16 Nov    120      30 %       1,440       90 %        79 %     1.2 s      > $0         $0\
""")


def test_next_edits_are_told_apart() -> None:
    book = sample()
    edits = Counts()
    edits.numbers.update({"shown": 40, "shown_chars": 400, "accepted": 20, "accepted_chars": 150})
    book[Key("2026-11-12", "", "", "python", "next edit")] = edits
    text = stats_table.draw(book, (By.KIND, By.MODEL), SINCE, width=80).plain
    assert "670 completions shown, 201 accepted (30 %)\n  40 next edits shown, 20 accepted (50 %)" in text
    rows = [" ".join(line.split()) for line in text.split("\n")]
    assert any(row.startswith("next edits 40 50 %") for row in rows)
    assert any(row.startswith("without a model 40 50 %") for row in rows)
    page = stats_page.page(book, worth(book), SINCE)
    assert "next edits accepted: 20 of 40 shown" in page
    assert page.count("<svg") == 24


def test_with_no_figures_there_is_a_sentence_that_says_what_to_do(cli: CommandLine) -> None:
    ran = cli("stats", "--html", "page.html")
    assert ran.code == stats.NOTHING
    assert ran.out == snapshot("""\
There are no figures yet. Connect your editor to `mai-lsp --stdio`, write some code, and ask again.
What `mai-lsp complete` shows is not counted.
""")
    assert not (cli.folder / "page.html").exists()
    cli.env(MAI_LSP_STATS_ENABLE="false")
    assert "mai.stats.enable is false" in cli("stats").out


def test_figures_that_are_too_old(cli: CommandLine) -> None:
    store.add(store.database(), Book({Key((TODAY - timedelta(days=60)).isoformat(), "p", "m", "go"): counts()}), TODAY)
    ran = cli("stats", "--since", "4w")
    assert ran.code == stats.NOTHING
    assert "--since 1y" in ran.out
    assert cli("stats", "--since", "3m").code == stats.FOUND
    assert cli("stats", "--since", (TODAY - timedelta(days=60)).isoformat()).code == stats.FOUND


def test_json_has_the_figures(cli: CommandLine) -> None:
    store.add(store.database(), Book({Key(TODAY.isoformat(), "foundry", "m", "go"): counts()}), TODAY)
    ran = cli("stats", "--json", "--by", "language")
    assert ran.code == stats.FOUND
    assert set(ran.json) == {"version", "since", "enabled", "file", "overall", "by"}
    assert set(ran.json["by"]) == {"language"}
    row = ran.json["by"]["language"]["go"]
    assert row == ran.json["overall"]
    assert (row["shown"], row["acceptance"], row["kept_30s"], row["cost_complete"]) == (200, 0.3, 0.9, True)
    assert row["cost_per_char"] == pytest.approx(0.08 / 1000 / 2400 * 1000)
    assert cli("stats", "--json", "--since", "1d").json["overall"]["shown"] == 200


@pytest.mark.parametrize("arguments", [["--since", "soon"], ["--since", "4"], ["--by", "moon"]])
def test_usage(cli: CommandLine, arguments: list[str]) -> None:
    ran = cli("stats", *arguments)
    assert ran.code == stats.WRONG
    assert "usage:" in ran.err


def test_a_page_that_can_not_be_written_is_said(cli: CommandLine) -> None:
    store.add(store.database(), Book({Key(TODAY.isoformat(), "p", "m", "go"): counts()}), TODAY)
    ran = cli("stats", "--html", str(cli.folder / "none" / "page.html"))
    assert ran.code == stats.WRONG
    assert "can not be written" in ran.err


def test_a_broken_file_is_no_crash(cli: CommandLine) -> None:
    cli.write(f"data/{store.database().name}", "not a database")
    assert cli("stats").code == stats.NOTHING


class _Reader(HTMLParser):
    """Checks that elements are closed in order, and collects what matters."""

    VOID = frozenset({"meta", "rect", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(cli: CommandLine) -> str:
    rows = sample()
    rows[Key("2026-11-19", "p", "<script>alert('&')</script>", "c")] = counts(0.1)
    return stats_page.page(rows, worth(rows), SINCE)


def test_the_page_stands_alone(page: str) -> None:
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert reader.tags["script"] == reader.tags["link"] == reader.tags["img"] == 0
    assert not [name for name, _ in reader.attributes if name in {"src", "href", "style"} or name.startswith("on")]
    assert "http" not in re.sub(r'http-equiv="', "", page)
    assert "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page
    assert "<script>alert('&')</script>" in reader.text


def test_every_chart_is_told_in_words_and_drawn_within_itself(page: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == 18
    identities = re.findall(r' id="([^"]+)"', page)
    assert len(identities) == len(set(identities))
    for chart in charts:
        root = ET.fromstring(chart)
        title, described = (root.find(tag) for tag in ("title", "desc"))
        assert title is not None
        assert described is not None
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
        assert title.text
        assert described.text
        left, top, width, height = map(float, str(root.get("viewBox")).split())
        for bar in root.iter("rect"):
            x, y, wide, high = (float(str(bar.get(name))) for name in ("x", "y", "width", "height"))
            assert left <= x
            assert x + wide <= left + width
            assert top <= y
            assert y + high <= top + height


def test_the_page_is_written(cli: CommandLine) -> None:
    store.add(store.database(), Book({Key(TODAY.isoformat(), "p", "m", "go"): counts()}), TODAY)
    ran = cli("stats", "--html", "page.html")
    assert ran.code == stats.FOUND
    assert "The page is page.html." in ran.out
    written = (Path(cli.folder) / "page.html").read_text(encoding="utf-8")
    assert "30 %" in written
