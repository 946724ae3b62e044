"""The editor extension: its manifest, its launcher, and the packed file on other Pythons."""
