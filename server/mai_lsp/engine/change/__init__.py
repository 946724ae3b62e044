"""Changing code on request: one file or many, by the fast model or the strong one, all or nothing."""
