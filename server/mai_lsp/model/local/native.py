"""llama.cpp's HTTP server inside this process, through xllamacpp; the only module that loads it.

It must only be imported by the engine's own process: a native abort ends whatever process it happens in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mai_lsp.model.local.state import INSTANCE_PREFIX

OPENMP = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "5000"}
"""How long a thread spins before it sleeps, read when the library loads.

Measured, 0.5B, two cores, tokens per second quiet / with two busy processes beside it: spinning for ever 55 / 3, never
(PASSIVE alone) 31 / 14, the library's own default 57 / 12, a spin of 1,000 to 10,000 rounds 54-57 / 25. The count
outranks the policy where libgomp reads both; the policy is for other OpenMP libraries.
"""

CACHE_RAM_MIB = 256
"""Prompts kept beside the slot: some fifty of 400 tokens, so editors take turns at 40 ms each (the default: 8 GiB)."""

BATCH_TOKENS = 256
"""As fast as the default of 2,048 on a processor, with 20 MB less of buffers."""


@dataclass(frozen=True, slots=True)
class Work:
    """How much an engine has done so far, to see whether anybody uses it."""

    tokens: int
    running: bool


class Server(Protocol):
    """A model server that listens on loopback."""

    address: str
    """``http://127.0.0.1:PORT``."""

    def work(self) -> Work:
        """Say what was done until now; may wait for a batch to end."""

    def close(self) -> None:
        """Stop listening and free the model."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a server is started with."""

    weights: str
    model: str
    threads: int
    context: int
    key: str
    instance: str


class NativeServer:
    """llama.cpp's server; ready when the constructor returns."""

    def __init__(self, options: Options) -> None:
        for name, value in OPENMP.items():
            os.environ.setdefault(name, value)
        import xllamacpp  # noqa: PLC0415 - reads the environment set above

        self._server: Any = xllamacpp.Server(_parameters(xllamacpp, options))
        self.address = str(self._server.listening_address)

    def work(self) -> Work:
        """Read the server's counters, without a request that would count itself."""
        return parse_work(self._server.handle_metrics())

    def close(self) -> None:
        """Free the model; the native server stops with its last reference."""
        self._server = None


def _parameters(xllamacpp: Any, options: Options) -> Any:
    p = xllamacpp.CommonParams()
    p.model.path = options.weights
    p.model_alias = {options.model, INSTANCE_PREFIX + options.instance}
    p.hostnames = ["127.0.0.1"]
    p.port = 0
    p.api_keys = [options.key]
    p.n_ctx = options.context
    # One slot. This engine can not be interrupted while it reads a prompt, so with two slots the second key of a
    # burst reads the same cold prompt beside the abandoned first one: 4.0 s instead of 2.1 s to the first text. With
    # one it waits and finds the work done. Other editors' prompts come back from the RAM cache in 40 ms.
    p.n_parallel = 1
    # n_cache_reuse stays off: it changed none of the measured prompts in "mid" order.
    p.n_batch = BATCH_TOKENS
    p.n_ubatch = BATCH_TOKENS
    p.cpuparams.n_threads = options.threads
    p.cpuparams_batch.n_threads = options.threads
    p.cache_ram_mib = CACHE_RAM_MIB
    p.cors_origins = "http://127.0.0.1"  # the default answers any web page's origin
    p.ui = False
    p.endpoint_metrics = True
    p.endpoint_slots = False
    p.verbosity = 1  # errors only; nothing of a prompt
    return p


def parse_work(metrics: str) -> Work:
    """Read the counters out of Prometheus text; unknown lines are skipped."""
    counters: dict[str, float] = {}
    for line in metrics.split("\n"):
        name, _, value = line.rpartition(" ")
        if name.startswith("llamacpp:"):
            try:
                counters[name.removeprefix("llamacpp:")] = float(value)
            except ValueError:
                continue
    return Work(int(_sum(counters, "_total")), _sum(counters, "requests_processing", "requests_deferred") > 0)


def _sum(counters: Mapping[str, float], *ends: str) -> float:
    # Seconds are counters too, but they only move when tokens do.
    return sum(value for name, value in counters.items() if name.endswith(ends) and "seconds" not in name)
