"""Loads tree-sitter grammars: single-grammar wheels first, then the optional extra for the long tail.

A grammar that is absent or broken gives None, never an error: the server completes without syntax then.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mai_lsp.core.language import LANGUAGES, Language

if TYPE_CHECKING:
    import tree_sitter

log = logging.getLogger(__name__)


@cache
def load(language: Language) -> tree_sitter.Language | None:
    """Return the grammar of `language`, or None when it is not installed or can not be loaded."""
    try:
        if language.grammar:
            return _from_wheel(*language.grammar)
        if language.extra:
            return _from_extra(language.extra)
    except ImportError as error:
        log.info("no grammar for %s: %s", language.id, error)
    except (AttributeError, OSError, TypeError, ValueError) as error:
        # A grammar built for another ABI, or half installed.
        log.warning("the grammar for %s can not be used: %s", language.id, error)
    return None


def missing_core_grammars() -> list[str]:
    """Return the ids of the core languages (those with a wheel of their own) that have no working grammar."""
    return [row.id for row in LANGUAGES.values() if row.grammar and load(row) is None]


def _from_wheel(module: str, function: str) -> tree_sitter.Language:
    binding = importlib.import_module("tree_sitter")
    language: tree_sitter.Language = binding.Language(getattr(importlib.import_module(module), function)())
    return language


def _from_extra(symbol: str) -> tree_sitter.Language:
    """Take a grammar out of `tree-sitter-languages`' shared library by its C symbol.

    The package's own Python API raises TypeError with tree-sitter >= 0.22, so it is never imported: only its
    library is read, with the current binding.
    """
    found = importlib.util.find_spec("tree_sitter_languages")
    if found is None or found.origin is None:
        raise ImportError("the extra 'languages' is not installed")
    folder = Path(found.origin).parent
    library = next((p for p in folder.glob("languages.*") if p.suffix in {".so", ".dylib", ".dll"}), None)
    if library is None:
        raise ImportError("tree-sitter-languages has no shared library for this platform")
    entry = getattr(ctypes.CDLL(str(library)), f"tree_sitter_{symbol}")
    entry.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    binding = importlib.import_module("tree_sitter")
    language: tree_sitter.Language = binding.Language(capsule(entry(), b"tree_sitter.Language", None))
    return language
