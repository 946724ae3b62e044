"""Fast tests of the pure packages and of single modules."""
