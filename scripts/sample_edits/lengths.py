"""Lengths of words."""


def lengths(words):
    """Return the length of each word that is not empty."""
    return {word: len(word)$0 for word in words if word}
