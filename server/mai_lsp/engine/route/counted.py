"""The same providers, with every request over them told to whoever counts. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mai_lsp.engine.ports import Model
from mai_lsp.engine.route.providers import Providers, Route
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Role


class Counted(Providers):
    """Gives out another's routes, each model wrapped by `metered`; what is dead is the other's to know."""

    def __init__(self, providers: Providers, metered: Callable[[Model], Model]) -> None:
        self._providers, self._metered = providers, metered

    def routes(self, role: Role, *, by_hand: bool = True) -> list[Route]:
        """Return those of the other."""
        found = self._providers.routes(role, by_hand=by_hand)
        return [replace(route, model=self._metered(route.model)) for route in found]

    def note(self, route: Route, error: MaiError | None) -> None:
        """Tell the other."""
        self._providers.note(route, error)

    def problems(self, role: Role) -> list[tuple[str, MaiError]]:
        """Return those of the other."""
        return self._providers.problems(role)

    async def aclose(self) -> None:
        """Leave that to whoever made the other."""
