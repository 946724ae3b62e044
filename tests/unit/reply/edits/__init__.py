"""From replies to changed texts."""
