"""Small things with numbers."""


def is_leap_year$0(year: int) -> bool:
    """Return whether a year is a leap year in the Gregorian calendar.

    Every fourth year is one, but not every hundredth, yet every four hundredth.
    """
    raise NotImplementedError
