"""Settings for all tests: property tests are judged by what they find, not by how fast a busy machine is."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("mai", deadline=None)
settings.load_profile("mai")
