"""Secrets: every rule finds its own, ordinary code is left alone, and what was masked stays masked."""

from __future__ import annotations

import json
import random
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mai_lsp.core import secrets as secrets_module
from mai_lsp.core.secrets import PLACEHOLDER, entropy, find, mask
from mai_lsp.core.secrets_rules import RULES
from tests.support.planted import PEM, SHAPES, planted


def test_every_rule_by_shape_has_a_sample() -> None:
    assert {rule.id for rule in RULES} <= SHAPES.keys()


@pytest.mark.parametrize("rule", SHAPES)
def test_a_rule_finds_its_own_wherever_it_stands(rule: str) -> None:
    for seed in range(20):
        secret = planted(rule, seed)
        for text in (secret.text, f"x = 1\n{secret.text}\ny = 2\n", f'call("a")\n    {secret.text}\n'):
            masked = mask(text)
            assert secret.value not in masked
            assert PLACEHOLDER in masked
            assert mask(masked) == masked


ORDINARY = [
    "password = get_password()",
    "token = tokens[0]",
    "token = next_token",
    "secret = self._secret_of(user, 2)",
    'password: str = Field(description="The password of the user")',
    'key = "name"',
    'sort_key = "created_at"',
    'token_type = "bearer"',
    "for key, value in items.items():",
    'api_key = os.environ["OPENAI_API_KEY"]',
    'api_key = os.environ.get("API_KEY", "")',
    "const token = req.headers.authorization?.split(' ')[1];",
    "headers['Authorization'] = `Bearer ${token}`",
    'Authorization: f"Bearer {token}"',
    "password = ${DB_PASSWORD}",
    'password = "changeme"',
    'password = "<your password>"',
    'api_key = "your-api-key-here"',
    'api_key = "xxxxxxxxxxxxxxxxxxxxxxxx"',
    '"password": "Passwort"',
    'label.password = "Enter your password"',
    'url = f"postgres://{user}:{password}@{host}/db"',
    "https://example.com:8080/path?x=a@b",
    'if "-----BEGIN PRIVATE KEY-----" in text:\n    return parse_private_key(text)\n',
    "sk-loading-placeholder-of-the-list-view { color: red }",
    "commit = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'",
    "def tokenize(text: str) -> list[Token]: ...",
    "primary key (id), foreign key (user_id) references users(id)",
    "KEY_WORDS = re.compile(r'\\b(?:if|else|while1)\\b')",
    "DISPLAY_KEYS = {'ctrl+shift+p': open_palette, 'ctrl+k': kill}",
    "author = 'somebody'; authority = get_authority1()",
    "",
    "İ" * 20 + " key token secret",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_code_is_left_alone(text: str) -> None:
    assert [text[secret.start : secret.end] for secret in find(text)] == []
    assert mask(text) == text


def test_our_own_code_holds_none() -> None:
    """Real code of which all is known; the one it finds stands in a sentence for the user."""
    found = set()
    for path in sorted(Path(secrets_module.__file__).parents[1].rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found |= {text[secret.start : secret.end] for secret in find(text) if "secrets_rules" not in path.name}
    assert found <= {"password"}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('db_password: str = "s3cr3t-Horse"', 'db_password: str = "<secret>"'),
        ("PASSWORD='hunter2'", "PASSWORD='<secret>'"),
        ('config["secret"] = "a9$kfj"', 'config["secret"] = "<secret>"'),
        ('{"apiKey": "4f9d8a7b6c5e4d3f2a1b"}', '{"apiKey": "<secret>"}'),
        ('setPassword("tr0ub4dor&3")', 'setPassword("<secret>")'),
        ("DB_PASS=s3cr3tValue12x9Qz", "DB_PASS=<secret>"),
        ("api_token: 8f3a9c2b1d4e5f60718293a4", "api_token: <secret>"),
        ("postgres://me:pw12@db/x", "postgres://me:<secret>@db/x"),
        ('"Server=a;User=b;Password=c0rrect;"', '"Server=a;User=b;Password=<secret>;"'),
        ("curl -H 'Authorization: Bearer abc123def456ghi'", "curl -H 'Authorization: Bearer <secret>'"),
        ('password = "unfinished1', 'password = "<secret>'),
    ],
)
def test_the_code_around_a_secret_stays(text: str, masked: str) -> None:
    assert mask(text) == masked


BODY = "\n".join(PEM.split("\n")[1:-1])


@pytest.mark.parametrize("start", range(0, len(PEM), 97))
@pytest.mark.parametrize("write", [str, lambda pem: pem.replace("\n", "\\n"), json.dumps])
def test_a_private_key_is_found_without_its_beginning_or_its_end(start: int, write: Callable[[str], str]) -> None:
    """A fragment that has a marker, or two whole lines, is masked to the last character."""
    whole = write(PEM)
    at = min(start, len(whole) - 60)
    for text in (whole[at:] + "\ncode = 1\n", "code = 1\n" + whole[: len(whole) - at]):
        if "-----BEGIN RSA PRIVATE KEY-----" not in text and "-----END RSA PRIVATE KEY-----" not in text:
            continue
        if text.startswith("code") and at < 40:
            continue  # The end marker itself is cut, and only that.
        masked = mask(text)
        assert not any(line[8:56] in masked for line in BODY.split("\n") if len(line) == 64)
        assert mask(masked) == masked


WORDS = st.text(alphabet=string.ascii_letters + string.digits + " \n\t=:;,.(){}[]\"'_-/+<>@$%\\", max_size=60)


@given(before=WORDS, after=WORDS, rule=st.sampled_from(sorted(SHAPES)), seed=st.integers(0, 10_000))
def test_a_planted_secret_never_survives(before: str, after: str, rule: str, seed: int) -> None:
    secret = planted(rule, seed)
    text = f"{before}\n{secret.text}\n{after}"
    masked = mask(text)
    assert secret.value not in masked
    assert len(find(masked)) == 0 or mask(masked) == mask(mask(masked))


@given(st.text(max_size=400))
def test_it_never_raises_and_spans_are_in_order(text: str) -> None:
    at = 0
    for secret in find(text):
        assert at <= secret.start < secret.end <= len(text)
        at = secret.end


@given(WORDS.map(lambda text: "".join(mark for mark in text if not mark.isdigit() and mark not in "\"'`:=")))
def test_text_without_values_is_given_back_as_it_is(text: str) -> None:
    assume("secret" not in text.lower())
    assert mask(text) is text


def test_entropy_is_in_bits() -> None:
    assert entropy("") == entropy("aaaa") == 0
    assert entropy("abcd") == 2


def test_hostile_text_takes_no_time() -> None:
    started = time.process_time()
    for unit in (
        "key=",
        "password: ",
        "://a:",
        "eyJ",
        "-----BEGIN PRIVATE KEY-----\n",
        "A" * 64 + "\n",
        "key.",
        "=" * 9,
    ):
        find((unit * 20_000)[:40_000])
    assert time.process_time() - started < 5


def test_a_text_of_random_base64_is_masked_by_its_lines() -> None:
    marks = random.Random(7).choices(string.ascii_letters + string.digits + "+/", k=64 * 6)
    lines = ["".join(marks[at : at + 64]) for at in range(0, len(marks), 64)]
    masked = mask("a = 1\n" + "\n".join(lines) + "\nb = 2\n")
    assert masked == f"a = 1\n{PLACEHOLDER}\nb = 2\n"
