"""What was cut off the end of a prefix before a model was asked; `prompt` cuts it, `reply` holds the answer to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seam:
    """What was cut off the end of the prefix before asking, so that tokens begin where the model expects them."""

    spaces: str = ""
    """Blanks (spaces and tabs) cut from the prefix's end; a reply's own leading blanks replace them."""
    word: str = ""
    """Half a word cut from the prefix's end; the reply must begin with it, and it is stripped again."""

    @property
    def demand(self) -> str:
        """What the reply must begin with, for servers that can be made to (a grammar); empty for no demand."""
        return self.spaces + self.word if self.word else ""
