"""The index of a workspace: what its files define and import, on disk, built by a process of its own."""
