"""The command `mai.doctor`: everything a suggestion needs, checked with the session's own settings and key.

It is `engine.doctor` for editors; what it says holds no key.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mai_lsp import __version__
from mai_lsp.lsp import registration
from mai_lsp.lsp.protocol import DOCTOR_COMMAND, Check, Examined

if TYPE_CHECKING:
    from mai_lsp.lsp.server import Server
    from mai_lsp.lsp.session import Session

SOURCES = ("the editor, the environment and the project file",)


def register(server: Server) -> None:
    """Register the command."""

    @server.command(DOCTOR_COMMAND)
    async def doctor(*_: Any) -> Examined:
        await registration.pull(server)
        return await examined(server.session)


async def examined(session: Session) -> Examined:
    """Run all checks, one real completion included."""
    loaded = await asyncio.shield(session.load())
    from mai_lsp.engine.doctor import Patient, examine  # noqa: PLC0415 (few ask)
    from mai_lsp.engine.machine import State  # noqa: PLC0415 (same)

    patient = Patient(
        session.settings, loaded.client, SOURCES, session.configuration.problems, providers=loaded.providers
    )
    checks = [check async for check in examine(patient)]
    return Examined(
        version=__version__,
        ok=all(check.state is not State.FAIL for check in checks),
        checks=[
            Check(name=check.name, state=check.state.value, fact=check.fact, advice=check.advice) for check in checks
        ],
    )
