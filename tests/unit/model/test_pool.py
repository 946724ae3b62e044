"""The pool: a client that is replaced lives until its last user has gone."""

from __future__ import annotations

from mai_lsp.model.network import Route
from mai_lsp.model.pool import Pool

PLAIN = Route()
PROXIED = Route(proxy="http://127.0.0.1:9", proxy_source="test")


async def test_one_client_serves_all_requests_of_one_configuration() -> None:
    pool = Pool()
    async with pool.lease() as one, pool.lease() as other:
        assert await one.client(PLAIN) is await other.client(PLAIN)
    async with pool.lease() as later:
        assert not (await later.client(PLAIN)).is_closed
    await pool.close()


async def test_a_replaced_client_is_closed_by_its_last_user() -> None:
    pool = Pool()
    async with pool.lease() as running:
        old = await running.client(PLAIN)
        async with pool.lease() as fresh:
            new = await fresh.client(PROXIED)
            assert new is not old
        assert not old.is_closed
    assert old.is_closed
    assert not new.is_closed
    await pool.close()
    assert new.is_closed


async def test_a_lease_can_move_to_another_configuration() -> None:
    pool = Pool()
    async with pool.lease() as lease:
        old = await lease.client(PLAIN)
        new = await lease.client(PROXIED)
        assert old.is_closed
    assert not new.is_closed
    await pool.close()
