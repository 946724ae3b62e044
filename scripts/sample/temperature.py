"""Temperatures of a week, and what can be said about them."""

from dataclasses import dataclass


@dataclass
class Reading:
    """One measurement."""

    day: str
    celsius: float

    def fahrenheit(self) -> float:
        """Convert to degrees Fahrenheit."""
        return $0


def warmest(readings: list[Reading]) -> Reading:
    """Return the reading with the highest temperature."""
    return max(readings, key=lambda reading: reading.celsius)
