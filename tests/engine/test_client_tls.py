"""Certificates against a real TLS server: an unknown authority is refused, mai.http.caFile makes it known."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from mai_lsp.errors import Unreachable
from tests.support.asking import asking

OPENSSL = shutil.which("openssl")

BODY = b'{"choices":[{"message":{"content":"safe"}}]}'
REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)


@pytest.mark.skipif(OPENSSL is None, reason="makes its certificate with the openssl program")
async def test_a_company_authority_is_refused_until_it_is_named(tmp_path: Path) -> None:
    assert OPENSSL is not None
    key, certificate = tmp_path / "key.pem", tmp_path / "company.pem"
    await asyncio.to_thread(
        subprocess.run,
        [
            OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REPLY)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    base = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        async with asking(base_url=base) as at:
            with pytest.raises(Unreachable, match=r"not trusted here.*mai\.http\.caFile"):
                await at.text()
            assert at.waits.seconds == []
        async with asking(base_url=base, ca_file=str(certificate)) as at:
            assert await at.text() == "safe"
            assert str(certificate) in at.client.network(at.endpoint)[1]
        async with asking(base_url=base, env={"SSL_CERT_FILE": str(certificate)}) as at:
            assert await at.text() == "safe"
    finally:
        listening.close()
        await listening.wait_closed()
