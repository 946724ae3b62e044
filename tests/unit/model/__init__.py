"""Tests of the model layer without a connection."""
