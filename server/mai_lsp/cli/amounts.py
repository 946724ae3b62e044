"""Writes figures for people: short, with a unit, and a dash for what is not known.

Pure; the same words for the terminal and the page.
"""

from __future__ import annotations

from datetime import date

from mai_lsp.usage.figures import Figures

UNKNOWN = "\N{EN DASH}"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def percent(share: float | None) -> str:
    """Write a share."""
    return UNKNOWN if share is None else f"{share * 100:.0f} %"


def seconds(milliseconds: float | None) -> str:
    """Write a time; our percentiles are not exact enough for three digits."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < 995:
        return f"{milliseconds:.0f} ms" if milliseconds < 100 else f"{round(milliseconds, -1):.0f} ms"
    return f"{milliseconds / 1000:.1f} s"


def count(number: float) -> str:
    """Write a count, from 10,000 on with three digits."""
    if number < 10_000:
        return f"{number:,.0f}"
    # A little below the next unit already, since rounding would make 1000 k of it.
    size, unit = (1e9, "G") if number >= 9.995e8 else (1e6, "M") if number >= 9.995e5 else (1e3, "k")
    scaled = number / size
    return f"{scaled:.{2 if scaled < 9.995 else 1 if scaled < 99.95 else 0}f} {unit}"


def counted(number: int, thing: str) -> str:
    """Write how many of a thing there are."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def dollars(amount: float | None) -> str:
    """Write a sum of money, small ones with two digits that count."""
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return "$0"
    if amount >= 100:
        return f"${amount:,.0f}"
    if amount >= 0.1:
        return f"${amount:.2f}"
    digits = 2
    while digits < 9 and round(amount, digits) < 9.5 * 10**-digits:
        digits += 1
    return f"${amount:.{digits}f}"


def cost(figures: Figures) -> str:
    """Write the cost: with ≥ where some requests' price is not known, with ≈ where tokens were counted by us."""
    if figures.cost is None:
        return UNKNOWN
    mark = "≥ " if not figures.cost_complete else "≈ " if figures.estimated and figures.cost else ""
    return mark + dollars(figures.cost)


def cost_per_thousand(figures: Figures) -> str:
    """Write the cost of 1,000 accepted characters; models without a known price are left out of it."""
    if figures.cost_per_char is None:
        return UNKNOWN
    return ("≈ " if figures.estimated and figures.cost else "") + dollars(figures.cost_per_char * 1000)


def day(iso: str) -> str:
    """Write a date without its year."""
    found = date.fromisoformat(iso)
    return f"{found.day} {_MONTHS[found.month - 1]}"


def full_day(iso: str) -> str:
    """Write a date."""
    return f"{day(iso)} {iso[:4]}"
