"""Drives a real Neovim over its own msgpack-RPC, with a screen attached; keys go in as a user's do.

It waits by looking again, and fails with what Neovim and the server have said meanwhile.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e.editor import PATIENCE
from tests.editors.rpc import Rpc

Value = TypeVar("Value")

_AGAIN = 0.02
"""Seconds between two looks."""

_ASKS = ("-", "@")
"""Kinds of command lines (`getcmdtype`) in which something is asked; that of a command still being typed is another."""

_WATCH = """
vim.o.swapfile = false
vim.cmd("filetype plugin indent on")
_G.told = {}
vim.api.nvim_create_autocmd("LspProgress", { callback = function(event)
  table.insert(_G.told, event.data.params.value)
end })
vim.api.nvim_create_autocmd("LspRequest", { callback = function(event)
  local request = event.data.request
  if request.method ~= "textDocument/inlineCompletion" then return end
  if request.type == "pending" then _G.asked = vim.b.changedtick end
  if request.type == "complete" then _G.answered = _G.asked end
end })
"""
"""What a test adds to a configuration: nothing is left beside the files, progress is remembered, and for which text
the server was asked last and has answered."""

_ATTACHED = """
local client, buffer = vim.lsp.get_clients({ bufnr = 0, name = "mai" })[1], vim.api.nvim_get_current_buf()
if not client or not client.initialized or not client.attached_buffers[buffer] then return false end
-- What is typed before Neovim listens to it is asked about with the next key only.
return not vim.lsp.inline_completion or #vim.api.nvim_get_autocmds({ event = "CursorMovedI", buffer = buffer }) > 0
"""

_GHOST = """
local space = vim.api.nvim_get_namespaces()["nvim.lsp.inline_completion"]
local mark = space and vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })[1]
if not mark then return nil end
local function text(chunks) return table.concat(vim.tbl_map(function(chunk) return chunk[1] end, chunks or {})) end
local lines = { text(mark[4].virt_text) }
for _, line in ipairs(mark[4].virt_lines or {}) do table.insert(lines, text(line)) end
return table.concat(lines, "\\n")
"""


class Neovim:
    """One running Neovim."""

    def __init__(self, rpc: Rpc, log: Path) -> None:
        self._rpc = rpc
        self._log = log

    def lua(self, code: str, *arguments: Any) -> Any:
        return self._rpc.call("nvim_exec_lua", code, list(arguments))

    def command(self, line: str) -> None:
        """Run an Ex command without typing it."""
        self._rpc.call("nvim_command", line)

    def keys(self, keys: str) -> None:
        """Type; names of keys in angle brackets."""
        self._rpc.call("nvim_input", keys)

    def open(self, path: Path) -> None:
        """Edit a file, and wait for the server to be attached to it."""
        self.command(f"edit {path}")
        self.until(lambda: self.lua(_ATTACHED), "the server to be attached")

    @property
    def text(self) -> str:
        """The current buffer's text."""
        return _joined(self._rpc.call("nvim_buf_get_lines", 0, 0, -1, True))

    @property
    def cursor(self) -> tuple[int, int]:
        """The line from 1, and the byte in it from 0."""
        line, column = self._rpc.call("nvim_win_get_cursor", 0)
        return line, column

    def text_of(self, path: Path) -> str:
        """A file's text as a user sees it: the buffer's, or what is on disk."""
        lines = self._rpc.call("nvim_call_function", "getbufline", [str(path), 1, "$"])
        return _joined(lines) if lines else path.read_text(encoding="utf-8")

    @property
    def ghost(self) -> str | None:
        """The suggestion on the screen behind what is typed, with its further lines."""
        found: str | None = self.lua(_GHOST)
        return found or None

    @property
    def settled(self) -> bool:
        """Whether the suggestion on the screen is for the text as it is; accepted before, Neovim inserts it twice over
        what was typed of it (neovim#36529)."""
        return bool(self.lua("return _G.answered == vim.b.changedtick"))

    def menu(self) -> list[dict[str, Any]]:
        """The completion menu's entries, if it is open."""
        return list(self.lua('return vim.fn.pumvisible() == 1 and vim.fn.complete_info({ "items" }).items or {}'))

    def actions(self) -> list[str]:
        """The titles of the code actions at the cursor."""
        return list(
            self.lua(
                """
                local client = vim.lsp.get_clients({ bufnr = 0, name = "mai" })[1]
                local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
                params.context = { diagnostics = {}, triggerKind = 1 }
                local found = client:request_sync("textDocument/codeAction", params, 10000, 0)
                return vim.tbl_map(function(action) return action.title end, found and found.result or {})
                """
            )
        )

    def known(self, path: Path) -> bool:
        """Whether the server has a file's text as it is on the screen; Neovim tells it of changes a moment later."""
        report = """
            local client = vim.lsp.get_clients({ bufnr = 0, name = "mai" })[1]
            local params = { command = "mai.status" }
            return client:request_sync("workspace/executeCommand", params, 10000, 0).result.documents
        """
        digests = {one["uri"]: one["sha256"] for one in self.lua(report)}
        return digests.get(path.as_uri()) == hashlib.sha256(self.text_of(path).encode()).hexdigest()

    def act(self, title: str) -> None:
        """Choose a code action at the cursor, as the editor's own key does."""
        self.lua(
            """
            local title = ...
            vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title == title end })
            """,
            title,
        )

    def answer(self, keys: str) -> None:
        """Wait until Neovim asks the user to choose or to write something, and type the answer."""
        self.until(lambda: self._rpc.call("nvim_call_function", "getcmdtype", []) in _ASKS, "a question")
        self.keys(keys)

    @property
    def progress(self) -> list[dict[str, Any]]:
        """All that the server has told as progress."""
        return list(self.lua("return _G.told"))

    @property
    def messages(self) -> str:
        """All that Neovim has said; how it waits where it waits for the user."""
        mode = self._rpc.call("nvim_get_mode")
        return f"it waits for the user: {mode}" if mode["blocking"] else self.lua('return vim.fn.execute("messages")')

    def until(self, look: Callable[[], Value | None], what: str) -> Value:
        """Look until there is something; return that."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(_AGAIN)
        log = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        raise TimeoutError(f"waited for {what}\n{self.messages}\n{log[-4_000:]}")


@contextlib.contextmanager
def neovim(launcher: Path, configuration: str, folder: Path, env: Mapping[str, str]) -> Iterator[Neovim]:
    """Run Neovim with nothing but this configuration, in a folder; the server must not have complained at the end."""
    home = folder.parent / "nvim"
    home.mkdir()
    (home / "init.lua").write_text(_WATCH + configuration, encoding="utf-8")
    homes = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("STATE", "DATA", "CONFIG", "CACHE")}
    log = home / "state" / "nvim" / "lsp.log"
    argv = [str(launcher), "--embed", "--headless", "-u", str(home / "init.lua")]
    with Rpc(argv, folder, {**env, **homes}) as rpc:
        rpc.call("nvim_ui_attach", 120, 30, {"rgb": True})
        yield Neovim(rpc, log)
        rpc.call("nvim_input", "<C-Bslash><C-n>")  # out of whatever a failed test has left it in
        rpc.last("nvim_command", "qall!")
    said = log.read_text(encoding="utf-8") if log.exists() else ""
    assert "stderr" not in said, said[-4_000:]
    assert "[ERROR]" not in said, said[-4_000:]


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
