"""What the palette offers, each run once for real: a model is chosen, everything checked, prompt and figures shown."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from mai_lsp.usage import store
from mai_lsp.usage.counts import total
from tests.e2e.editor import KEY
from tests.vscode.conftest import Open
from tests.vscode.model import COMPLETION, Model, code
from tests.vscode.workbench import Workbench, eventually

ADD = "def add(first, second):\n"


def test_provider_key_and_model_are_chosen_from_what_the_provider_lists(
    open_window: Open, model: Model, workbench: Workbench
) -> None:
    model.says(COMPLETION, code("    return first + second"))
    model.server.models = [{"id": "small-coder", "context_length": 32768}, {"id": "large-coder"}]
    window = open_window({"add.py": ADD}, {"mai.provider": ""}, state="error")
    window.choose_model("OpenAI-compatible", f"{model.server.url}/v1", KEY, "large-coder", picture="12-models")
    said = window.messages().all_inner_texts()
    assert not [text for text in said if "No base URL" in text or "No model" in text], "what is chosen just now"
    window.focus()
    window.type("    ret")
    window.shows_ghost("urn first + second")
    window.picture("12-chosen")
    assert {asked.body["model"] for asked in model.server.requests} == {"large-coder"}
    assert set(model.keys()) == {KEY}
    assert workbench.chosen() == {
        "mai.provider": "openai-compatible",
        "mai.baseUrl": f"{model.server.url}/v1",
        "mai.completion.model": "large-coder",
        "mai.edit.model": "large-coder",
    }


def test_the_doctor_the_prompt_and_the_figures_are_shown_as_pages(
    open_window: Open, model: Model, workbench: Workbench
) -> None:
    model.says(COMPLETION, code("    return first + second"))
    window = open_window({"add.py": ADD}, {"mai.completion.model": "counted"})
    window.type("    ret")
    window.shows_ghost("urn first + second")
    window.press("Tab")
    window.save("add.py", f"{ADD}    return first + second")
    eventually(lambda: accepted(workbench, "counted") == 1, "it is counted on disk")

    window.command("MAI: Show What Would Be Sent Here")
    expect(window.lines(f"POST {model.server.url}/v1/chat/completions")).to_be_visible()
    expect(window.lines("# What a suggestion here would send")).to_be_visible()
    expect(window.lines(KEY)).to_have_count(0)
    window.picture("12-prompt")
    window.press("Control+w")

    window.command("MAI: Check Everything a Suggestion Needs")
    expect(window.lines("Everything a suggestion needs is there.")).to_be_visible()
    expect(window.lines("openai-compatible").first).to_be_visible()
    window.picture("12-doctor")
    window.press("Control+w")

    window.command("MAI: Show Statistics and Cost")
    expect(window.lines("counted")).to_have_text(re.compile(r"counted\s+1\s+100"))
    window.picture("12-statistics")


def accepted(workbench: Workbench, model: str) -> int:
    """How many suggestions of a model are written down as accepted; the server collects for some seconds."""
    book = store.read(workbench.folder / "mai" / f"usage-{store.SCHEMA}.db")
    return total(counts for key, counts in book.items() if key.model == model).numbers["accepted"]
