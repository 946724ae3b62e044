"""The least a pygls server can be: what our start-up and memory are held against."""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1")


@server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION)
def inline_completion(_: types.InlineCompletionParams) -> types.InlineCompletionList:
    """Suggest nothing."""
    return types.InlineCompletionList(items=[])


if __name__ == "__main__":
    server.start_io()
