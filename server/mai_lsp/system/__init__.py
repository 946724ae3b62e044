"""What the operating system gives and several packages need: the cache folder, locks, a child's environment."""
