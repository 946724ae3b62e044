"""The flow that changes code against the scripted model server: attempts, escalation, refusals, many files at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mai_lsp.engine.change.flow import message, run
from mai_lsp.engine.change.job import Explained, Job, Proposal, Refused, Result
from mai_lsp.engine.route.providers import Route
from mai_lsp.errors import NotConfigured
from mai_lsp.model.types import Role
from mai_lsp.reply.edits.wanted import Problem, Refusal
from tests.support.changing import FAST, STRONG, block, said_to, texts, workshop
from tests.support.model_server import Asked
from tests.support.model_steps import Step, call, drop, reasoning, send, status, usage
from tests.support.model_steps import finish as finished

CART = "class Cart:\n    def add(self, item):\n        self.items.append(item)\n\n\ndef total(cart):\n    return 1\n"
SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": CART,
    "shop/bill.py": "from shop.cart import total\n\n\ndef bill(cart):\n    return total(cart) * 2\n",
    "tests/test_cart.py": "from shop.cart import Cart, total\n\n\ndef test_total():\n    assert total(Cart()) == 1\n",
    "README.md": "# Shop\n\n`total` sums up.\n",
}
RENAME = Job("refactor", "Rename", "Rename `total` to `whole_sum`.", names=("total",), many=True, resources=True)
RENAMED = {
    "shop/cart.py": block("shop/cart.py", "def total(cart):", "def whole_sum(cart):"),
    "shop/bill.py": block("shop/bill.py", "from shop.cart import total", "from shop.cart import whole_sum")
    + block("shop/bill.py", "    return total(cart) * 2", "    return whole_sum(cart) * 2"),
    "tests/test_cart.py": block("tests/test_cart.py", "import Cart, total", "import Cart, whole_sum").replace(
        "import Cart", "from shop.cart import Cart"
    )
    + block("tests/test_cart.py", "    assert total(Cart()) == 1", "    assert whole_sum(Cart()) == 1"),
}
ALL = "".join(RENAMED.values())


async def test_a_file_is_changed_by_the_fast_model(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(block("shop/cart.py", "    return 1", "    return len(cart.items)")))
        job = shop.edit("shop/cart.py", "def total(cart):\n    return 1\n", "Count the items.")
        ended = await shop.run(job)
        assert texts(ended) == {"shop/cart.py": CART.replace("return 1", "return len(cart.items)")}
        assert isinstance(ended, Proposal)
        assert [(one.role, one.model) for one in ended.decisions] == [(Role.EDIT, FAST)]
        assert ended.usage.output_tokens > 0
        assert shop.watcher.steps[-1].usage.output_tokens > 0
        assert (shop.root / "shop/cart.py").read_text() == CART, "nothing is written by the flow"
        asked = await shop.server.next_request()
        assert "Count the items." in said_to(asked)
        assert CART in said_to(asked)


async def test_what_was_wrong_is_told_with_the_true_lines(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(block("shop/cart.py", "    return summed_up(cart, of=items)", "    return 2")))
        shop.server.enqueue(send(block("shop/cart.py", "    return 1", "    return 2")))
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert texts(ended)["shop/cart.py"] == CART.replace("return 1", "return 2")
        assert isinstance(ended, Proposal)
        assert [one.model for one in ended.decisions] == [FAST, FAST]
        await shop.server.next_request()
        again = said_to(await shop.server.next_request())
        assert "stand" in again
        assert again.index("Return 2.") < len(again)


async def test_two_failures_bring_the_strong_model(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        for _ in range(2):
            shop.server.enqueue(send(block("shop/cart.py", "    return nowhere_to_be_found()", "    return 2")))
        shop.server.enqueue(send(block("shop/cart.py", "    return 1", "    return 2")))
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert isinstance(ended, Proposal)
        assert [one.model for one in ended.decisions] == [FAST, FAST, STRONG]
        assert "2 attempts" in ended.decisions[-1].reason


async def test_when_nobody_manages_it_is_refused_with_file_and_reason(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.default = (send(block("shop/cart.py", "    return nowhere_to_be_found()", "    return 2")),)
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert isinstance(ended, Refused)
        assert ended.problems[0].refusal is Refusal.NOT_FOUND
        assert "shop/cart.py" in ended.message
        assert ended.message.endswith("Nothing was changed.")
        assert len(shop.server.requests) == 4, "two attempts of each model"


async def test_never_escalating_is_kept_to(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP, route_escalate="never") as shop:
        shop.server.default = (send("I can not do that."),)
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert isinstance(ended, Refused)
        assert {asked.body["model"] for asked in shop.server.requests} == {FAST}


async def test_asking_before_escalating_needs_a_yes(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP, route_escalate="ask") as shop:
        shop.server.default = (send("I can not do that."),)
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert isinstance(ended, Refused)
        assert len(shop.watcher.questions) == 1
        assert {asked.body["model"] for asked in shop.server.requests} == {FAST}


async def test_many_files_in_one_answer(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(ALL))
        ended = await shop.run(RENAME)
        made = texts(ended)
        assert set(made) == {"shop/cart.py", "shop/bill.py", "tests/test_cart.py"}
        assert all("total(" not in (text or "").replace("test_total", "") for text in made.values())
        assert isinstance(ended, Proposal)
        assert ended.chosen[0].path == "shop/cart.py"
        assert all(one.why for one in ended.chosen)


async def test_files_that_were_right_are_not_asked_for_again(tmp_path: Path) -> None:
    wrong = block("shop/bill.py", "    return total(cat, by=weight)", "    return whole_sum(cart)")
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(RENAMED["shop/cart.py"] + RENAMED["tests/test_cart.py"] + wrong))
        shop.server.enqueue(send(RENAMED["shop/bill.py"]))
        made = texts(await shop.run(RENAME))
        assert set(made) == {"shop/cart.py", "shop/bill.py", "tests/test_cart.py"}
        await shop.server.next_request()
        again = said_to(await shop.server.next_request())
        assert SHOP["shop/bill.py"] in again
        assert "def test_total" not in again


async def test_a_use_that_is_left_behind_is_asked_for(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(RENAMED["shop/cart.py"] + RENAMED["shop/bill.py"]))
        shop.server.enqueue(send(RENAMED["tests/test_cart.py"]))
        made = texts(await shop.run(RENAME))
        assert set(made) == {"shop/cart.py", "shop/bill.py", "tests/test_cart.py"}
        await shop.server.next_request()
        again = said_to(await shop.server.next_request())
        assert "tests/test_cart.py" in again
        assert "def bill" not in again


async def test_a_file_that_was_changed_is_changed_once_more_on_top(tmp_path: Path) -> None:
    half = block("shop/bill.py", "from shop.cart import total", "from shop.cart import whole_sum")
    rest = block("shop/bill.py", "    return total(cart) * 2", "    return whole_sum(cart) * 2")
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send(RENAMED["shop/cart.py"] + half + RENAMED["tests/test_cart.py"]))
        shop.server.enqueue(send(rest))
        ended = await shop.run(RENAME)
        made = texts(ended)
        assert made["shop/bill.py"] == SHOP["shop/bill.py"].replace("total", "whole_sum")
        assert isinstance(ended, Proposal)
        bill = next(change for change in ended.changes if change.path == "shop/bill.py")
        assert bill.old == SHOP["shop/bill.py"]


async def test_planned_by_the_strong_and_written_by_the_fast(tmp_path: Path) -> None:
    plan = "`whole_sum` it is.\n\n" + "\n".join(f"## {path}\nUse the new name.\n" for path in RENAMED)

    def answer(asked: Asked) -> tuple[Step, ...]:
        if asked.body["model"] == STRONG:
            return (send(plan),)
        path = next(path for path in RENAMED if f"Your part, {path}:" in said_to(asked))
        return (send(RENAMED[path]),)

    async with workshop(tmp_path, SHOP, route_split="always") as shop:
        shop.server.default = answer
        ended = await shop.run(RENAME)
        assert set(texts(ended)) == set(RENAMED)
        assert [asked.body["model"] for asked in shop.server.requests].count(STRONG) == 1
        assert len(shop.server.requests) == 4
        assert shop.watcher.steps[-1].total == 3
        for asked in shop.server.requests[1:]:
            assert sum(SHOP[path] in said_to(asked) for path in RENAMED) == 1, "each sees its own file"


async def test_a_plan_that_names_a_strange_file_is_made_again_then_refused(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP, route_split="always") as shop:
        shop.server.default = (send("All.\n\n## ../outside.py\nDelete everything.\n"),)
        ended = await shop.run(RENAME)
        assert isinstance(ended, Refused)
        assert ended.problems[0].refusal is Refusal.OUTSIDE
        assert {asked.body["model"] for asked in shop.server.requests} == {STRONG}


async def test_words_change_nothing(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.enqueue(send("It returns **1**."))
        ended = await shop.run(shop.edit("shop/cart.py", "def total(cart):", "Explain.", result=Result.TEXT))
        assert isinstance(ended, Explained)
        assert ended.text == "It returns **1**."


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([status(500)], "Nothing was changed."),
        ([status(429, headers={"retry-after": "600"})], "Nothing was changed."),
        ([status(401)], "Nothing was changed."),
        ([send("shop/cart.py\n```\n<<<<<<< SEARCH\n    return 1\n"), drop()], "Nothing was changed."),
        ([reasoning("hm " * 50), finished("length")], "Nothing was changed."),
        ([send(block("shop/cart.py", "    return 1", "    return 2")), finished("length")], "cut off"),
        ([send("\x00\ufffd{]")], "Nothing was changed."),
        ([send(block("/etc/passwd", "root", "toor"))], "outside"),
        ([send(block(".git/hooks/pre-commit", "", "rm -rf /"))], "Nothing was changed."),
    ],
)
async def test_every_fault_ends_in_a_refusal(tmp_path: Path, steps: list[Step], says: str) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        shop.server.default = tuple(steps)
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert isinstance(ended, Refused)
        assert says in ended.message or says == "outside", ended.message
        assert len(ended.message) < 500
        assert {path: (shop.root / path).read_text() for path in SHOP} == SHOP


PRICED: dict[str, Any] = {"price_input": 1000.0, "price_output": 1000.0}


async def test_over_the_ceiling_the_user_is_asked_before_anything_is_sent(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP, cost_per_request=0.01, **PRICED) as shop:
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert isinstance(ended, Refused)
        assert "mai.cost.perRequest" in ended.message
        assert shop.server.requests == []
        shop.watcher.consents = True
        shop.server.enqueue(send(block("shop/cart.py", "    return 1", "    return 2")), usage(input=10))
        assert isinstance(await shop.run(shop.edit("shop/cart.py", "", "Return 2.")), Proposal)


async def test_the_days_ceiling_counts_what_was_spent_before(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP, cost_per_request=0.0, cost_per_day=5.0, **PRICED) as shop:
        shop.spent = (4.999, 4.999)
        ended = await shop.run(shop.edit("shop/cart.py", "", "Return 2."))
        assert isinstance(ended, Refused)
        assert "mai.cost.perDay" in ended.message
        assert shop.server.requests == []


async def test_nothing_of_an_ignored_file_is_sent_or_changed(tmp_path: Path) -> None:
    files = SHOP | {
        ".maiignore": "secret/\n",
        "secret/keys.py": "from shop.cart import total\nKEY = 'planted-marker'\n",
    }
    async with workshop(tmp_path, files) as shop:
        shop.server.default = (send(ALL + block("secret/keys.py", "KEY = 'planted-marker'", "KEY = ''")),)
        ended = await shop.run(RENAME)
        assert isinstance(ended, Refused)
        assert ended.problems[0].refusal is Refusal.IGNORED
        assert all("planted-marker" not in asked.raw.decode() for asked in shop.server.requests[:1])


async def test_a_secret_is_neither_sent_nor_lost(tmp_path: Path) -> None:
    key = "sk-ant-api03-" + "Zq8xY2kLw9" * 9
    text = f'API_KEY = "{key}"\n\n\ndef total(cart):\n    return 1\n'
    async with workshop(tmp_path, {"a.py": text}) as shop:
        shop.server.enqueue(send(block("a.py", "    return 1", "    return 2")))
        ended = await shop.run(shop.edit("a.py", "", "Return 2."))
        assert texts(ended)["a.py"] == text.replace("return 1", "return 2")
        assert key not in shop.server.requests[0].raw.decode()


async def test_a_check_command_of_the_users_decides(tmp_path: Path) -> None:
    root = tmp_path / "work"
    command = ["grep", "-q", "return 3", "shop/cart.py"]
    async with workshop(tmp_path, SHOP, check_command=command, check_folders=[str(root)]) as shop:
        shop.server.enqueue(send(block("shop/cart.py", "    return 1", "    return 2")))
        shop.server.enqueue(send(block("shop/cart.py", "    return 2", "    return 3")))
        made = texts(await shop.run(shop.edit("shop/cart.py", "", "Return something else.")))
        assert "return 3" in (made["shop/cart.py"] or "")
        assert len(shop.server.requests) == 2


async def test_a_plan_that_moves_a_file_onto_another_is_refused(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP, route_split="always") as shop:
        shop.server.default = (send("All.\n\n## shop/bill.py -> shop/cart.py\n\n## tests/test_cart.py\nDo it.\n"),)
        ended = await shop.run(RENAME)
        assert isinstance(ended, Refused)
        assert ended.problems[0].refusal is Refusal.EXISTS


async def test_a_file_that_is_moved_and_needs_no_edit_is_moved(tmp_path: Path) -> None:
    def answer(asked: Asked) -> tuple[Step, ...]:
        if asked.body["model"] == STRONG and "Answer with the plan" in said_to(asked):
            return (send("All.\n\n## README.md -> docs/index.md\nMend its links.\n"),)
        return (send(block("README.md", "# Shop", "# Shop")),)

    job = Job("refactor", "Move", "Move README.md to docs/index.md.", paths=("README.md",), many=True, resources=True)
    async with workshop(tmp_path, SHOP, route_split="always") as shop:
        shop.server.default = answer
        ended = await shop.run(job)
        assert texts(ended) == {"docs/index.md": SHOP["README.md"]}


async def test_a_file_moved_at_first_is_changed_at_its_new_place_afterwards(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/old.py": "def f():\n    return 1\n",
        "app.py": "from pkg.old import f\n\nf()\n",
    }
    job = Job("refactor", "Move", "Move pkg/old.py to pkg/new.py.", paths=("pkg/old.py",), many=True, resources=True)
    move = call("move_file", {"path": "pkg/old.py", "to": "pkg/new.py"})
    mend = call("replace_in_file", {"path": "app.py", "search": "from pkg.old", "replace": "from pkg.new"})
    also = call("replace_in_file", {"path": "pkg/new.py", "search": "    return 1", "replace": "    return 2"})
    command = ["grep", "-q", "return 2", "pkg/new.py"]
    settings: dict[str, Any] = {"check_command": command, "check_folders": [str(tmp_path / "work")]}
    async with workshop(tmp_path, files, provider="fireworks", edit_format="calls", **settings) as shop:
        shop.server.enqueue(move, mend)
        shop.server.enqueue(also)
        ended = await shop.run(job)
        assert texts(ended) == {
            "pkg/new.py": files["pkg/old.py"].replace("1", "2"),
            "app.py": files["app.py"].replace("pkg.old", "pkg.new"),
        }
        assert isinstance(ended, Proposal)
        assert {change.path: change.moved_to for change in ended.changes} == {"pkg/old.py": "pkg/new.py", "app.py": ""}


async def test_a_region_is_still_the_region_after_a_first_attempt(tmp_path: Path) -> None:
    command = ["grep", "-q", "return 3", "shop/cart.py"]
    settings: dict[str, Any] = {"check_command": command, "check_folders": [str(tmp_path / "work")]}
    job_of: dict[str, Any] = {"creates": ("shop/bill.py",)}
    async with workshop(tmp_path, SHOP, edit_format="search", route_escalate="never", **settings) as shop:
        shop.server.enqueue(send(block("shop/cart.py", "    return 1", "    return 2\n    # two\n    # more")))
        shop.server.enqueue(send(block("shop/cart.py", "class Cart:", "class Basket:")))
        job = shop.edit("shop/cart.py", "def total(cart):\n    return 1\n", "Return something else.", **job_of)
        ended = await shop.run(job)
        assert isinstance(ended, Refused)
        assert ended.problems[0].refusal is Refusal.UNRELATED
        shop.server.enqueue(send(block("shop/cart.py", "    return 1", "    return 2\n    # two\n    # more")))
        shop.server.enqueue(send(block("shop/cart.py", "    # more", "    return 3")))
        made = texts(await shop.run(job))
        assert "    # two\n    return 3\n" in (made["shop/cart.py"] or "")


async def test_a_file_left_behind_stays_one_of_the_requests(tmp_path: Path) -> None:
    files = {"a.py": "def total(c):\n    return 1\n", "b.py": "from a import total\n\nprint(total(1))\n"}
    job = Job("refactor", "Rename", "Rename it to `whole`.", paths=("a.py",), many=True)
    both = block("b.py", "from a import total", "from a import whole") + block(
        "b.py", "print(total(1))", "print(whole(1))"
    )
    async with workshop(tmp_path, files) as shop:
        shop.server.enqueue(send(block("a.py", "def total(c):", "def whole(c):")))
        shop.server.enqueue(send(block("b.py", "print(summed_up(of=everything))", "print(whole(1))")))
        shop.server.enqueue(send(both))
        made = texts(await shop.run(job))
        assert made == {path: text.replace("total", "whole") for path, text in files.items()}


@pytest.mark.parametrize("split", ["always", "never"])
async def test_with_one_model_nobody_else_is_asked(tmp_path: Path, split: str) -> None:
    def answer(asked: Asked) -> tuple[Step, ...]:
        plan = "\n".join(f"## {path}\nDo it.\n" for path in RENAMED)
        return (send(plan if "Answer with the plan" in said_to(asked) else "I can not."),)

    async with workshop(tmp_path, SHOP, route_split=split) as shop:
        settings = shop.asked.client._settings
        shop.asked.client.configure(replace(settings, plan_model=FAST))
        shop.server.default = answer
        ended = await shop.run(RENAME)
        assert isinstance(ended, Refused)
        asked = [said_to(one) for one in shop.server.requests if "Answer with the plan" not in said_to(one)]
        assert max(asked.count(one) for one in asked) == 1, "nobody is asked the same again"
        assert len(asked) <= (2 if split == "never" else 2 * len(RENAMED))


async def test_a_wish_for_the_strong_model_needs_no_fast_one(tmp_path: Path) -> None:
    async with workshop(tmp_path, SHOP) as shop:
        deps = shop.deps()
        known = deps.providers.routes

        def routes(role: Role, *, by_hand: bool = True) -> list[Route]:
            if role is Role.EDIT:
                raise NotConfigured("No model for edits is set.")
            return known(role, by_hand=by_hand)

        deps.providers.routes = routes  # type: ignore[method-assign]
        shop.server.default = (send(block("shop/cart.py", "    return 1", "    return 2")),)
        ended = await run(shop.edit("shop/cart.py", "", "Return 2.", role=Role.PLAN), deps)
        assert isinstance(ended, Proposal)
        refused = await run(shop.edit("shop/cart.py", "", "Return 2."), deps)
        assert isinstance(refused, Refused)
        assert refused.message == "No model for edits is set. Nothing was changed."


def test_a_refusal_is_a_sentence_or_two() -> None:
    detail = "The check command found something (exit code 1).\nsecret = 1\n"
    assert message([Problem(Refusal.CHECK_FAILED, "", detail)]).endswith("(exit code 1). Nothing was changed.")
    two = [Problem(Refusal.NOT_FOUND, "a.py", "It is not there"), Problem(Refusal.NOT_FOUND, "b.py", "Nor this.")]
    assert message(two) == "a.py: It is not there. 1 other file could not be changed either. Nothing was changed."
    error = NotConfigured("the key is missing.")
    assert message(two[:1], error) == "a.py: It is not there. The key is missing. Nothing was changed."
    assert message([Problem(Refusal.NOTHING, "", "Nothing.")], None, "a.py").startswith("a.py: Nothing.")
    long = message([Problem(Refusal.OUTSIDE, "x\n" * 9_000, "y" * 9_000)])
    assert len(long) < 700
    assert "\n" not in long


async def test_most_of_a_file_goes_only_where_that_is_asked_for(tmp_path: Path) -> None:
    long = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(30))
    reply = "a.py\n```python\ndef f0():\n    return 0\n```\n"
    async with workshop(tmp_path, {"a.py": long}, edit_format="whole") as shop:
        shop.server.default = (send(reply),)
        refused = await shop.run(shop.edit("a.py", "", "Return more."))
        assert isinstance(refused, Refused)
        assert refused.problems[0].refusal is Refusal.UNRELATED
        assert texts(await shop.run(shop.edit("a.py", "", "Remove all functions but the first.")))["a.py"]
