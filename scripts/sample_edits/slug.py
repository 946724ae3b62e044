"""Words for addresses."""


def slug$0(title: str) -> str:
    """Return a title in small letters, its words joined by hyphens."""
    return "-".join(title.lower().split())
