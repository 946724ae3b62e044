"""Tests of following and counting suggestions."""
