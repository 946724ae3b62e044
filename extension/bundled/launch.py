"""Runs the server that the extension carries, with any Python that is new enough: ``python -I -S launch.py --stdio``.

It only sets the import path. Nothing of the interpreter's own packages is seen, unless it brings one of the extras that
are not inside; those are looked up behind ours.
"""

import os
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))

EXTRAS = ("xllamacpp", os.path.join("azure", "identity"))
"""The engine of the local model, and the sign-in with Entra ID."""


def bundled(root, cache_tag):
    """Return the folders with our packages: any Python's, those of every CPython, and those of this one alone."""
    found = [os.path.join(root, name) for name in ("libs", "native", cache_tag or "unknown")]
    return [path for path in found if os.path.isdir(path)]


def site_packages(executable):
    """Return the interpreter's own packages, if there is one of the extras among them."""
    prefix = os.path.dirname(os.path.dirname(executable))
    if os.path.exists(os.path.join(prefix, "pyvenv.cfg")):
        # Without `site`, which -S leaves out, a virtual environment does not know itself before Python 3.14.
        places = {"base": prefix, "platbase": prefix}
        found = [sysconfig.get_path(name, "venv", places) for name in ("purelib", "platlib")]
    else:
        found = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    return [path for path in dict.fromkeys(found) if any(os.path.isdir(os.path.join(path, name)) for name in EXTRAS)]


if __name__ == "__main__":
    sys.path[:0] = bundled(HERE, sys.implementation.cache_tag)
    sys.path += site_packages(sys.executable)
    from mai_lsp.__main__ import main

    sys.exit(main())
