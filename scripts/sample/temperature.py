"""Temperatures of a week, and what can be said about them."""

from dataclasses import dataclass


@dataclass
class Reading:
    """One measurement."""

    day: str
    celsius: float

    def fahrenheit(self) -> float:
        """Convert to degrees Fahrenheit."""
        return self.celsius * 9 / 5 + 32


def warmest(readings: list[Reading]) -> Reading:
    """Return the reading with the highest temperature."""
    return max(readings, key=lambda reading: reading.celsius)


def mean(readings: list[Reading]) -> float:
    """Return the average temperature, or 0 when there are no readings."""
    $0
