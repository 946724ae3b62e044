"""An engine without a model: the real `process.main` around a small HTTP server of our own.

Run as a script in place of the engine's command. The "weights" file says how it behaves: after ``GGUF`` comes JSON with
``gate`` (a path: loading ends when it exists), ``fail`` (loading raises this) and ``exit`` (a code: die while loading).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mai_lsp.model.local import process
from mai_lsp.model.local.native import Options, Work
from mai_lsp.model.local.state import INSTANCE_PREFIX


class StandIn:
    """Speaks as much of llama.cpp's server as sharing needs."""

    def __init__(self, options: Options) -> None:
        behaviour = json.loads(Path(options.weights).read_bytes()[4:] or b"{}")
        while behaviour.get("gate") and not Path(behaviour["gate"]).exists():
            time.sleep(0.01)
        if "fail" in behaviour:
            raise RuntimeError(behaviour["fail"])
        if "exit" in behaviour:
            os._exit(behaviour["exit"])
        self._done = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(options))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def work(self) -> Work:
        return Work(self._done, running=False)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self, options: Options) -> type[BaseHTTPRequestHandler]:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/metrics":
                    engine._done += 1
                allowed = self.headers.get("Authorization") == f"Bearer {options.key}"
                aliases = [options.model, INSTANCE_PREFIX + options.instance]
                body = json.dumps({"data": [{"id": options.model, "aliases": aliases}]} if allowed else {}).encode()
                self.send_response(200 if allowed else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
                """Stay silent."""

        return Handler


if __name__ == "__main__":
    # What a native library might print while it serves must not reach the log.
    sys.exit(process.main(open_server=StandIn))
