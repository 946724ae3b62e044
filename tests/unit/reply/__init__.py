"""Unit tests of one package of the server, without event loop and network."""
