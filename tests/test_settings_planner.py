"""The settings of planning with a language model: what selects it, what is safe, what is never shown."""

from __future__ import annotations

import pytest

from bot.session import identity
from bot.settings import load_settings, twins
from services.errors import Misconfigured
from services.log import redact


@pytest.mark.parametrize(
    "given", [{"OPENAI_API_KEY": "sk-0123456789"}, {"OPENAI_BASE_URL": "http://localhost:11434/v1"}]
)
def test_either_selects_the_planner(given: dict[str, str]) -> None:
    assert twins(load_settings([], given))["planner"] == "openai"


def test_a_model_alone_selects_nothing() -> None:
    settings = load_settings([], {"OPENAI_MODEL": "gpt-x, gpt-y,gpt-x", "BRIEF_TOKENS": "5000"})
    assert twins(settings)["planner"] == "offline"
    assert settings.openai_model == ("gpt-x", "gpt-y")


@pytest.mark.parametrize(
    "url",
    ["http://example.org/v1", "ftp://127.0.0.1", "https://user:secret-word@example.org", "127.0.0.1:80",
     "https://example.org/v1?key=secret-word", "https://"],
)  # fmt: skip
def test_addresses_that_are_not_safe_are_refused(url: str) -> None:
    with pytest.raises(Misconfigured) as told:
        load_settings([], {"OPENAI_BASE_URL": url})
    assert told.value.variable == "OPENAI_BASE_URL"
    assert "secret-word" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["https://gateway.example.org/v1/", "http://127.0.0.1:1/v1", "http://[::1]:1/v1"]
)
def test_addresses_that_are_safe(url: str) -> None:
    assert load_settings([], {"OPENAI_BASE_URL": url}).openai_base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_PRICES", "gpt-x=cheap"),
        ("OPENAI_DAILY_BUDGET", "-1"),
        ("OPENAI_DAILY_BUDGET", "nan"),
        ("OPENAI_API", "assistants"),
        ("OPENAI_CONVERSATION_ID", "thread_123"),
        ("BRIEF_TOKENS", "100"),
        ("OPENAI_TIMEOUT", "0s"),
    ],
)
def test_what_is_wrong_is_said(name: str, value: str) -> None:
    with pytest.raises(Misconfigured) as told:
        load_settings([], {name: value})
    assert told.value.variable == name


def test_the_key_is_in_no_text() -> None:
    key = "not-shaped-like-a-key-12345"
    settings = load_settings([], {"OPENAI_API_KEY": key})
    assert key not in f"{settings!r}{settings}{settings.model_dump_json()}"
    assert key not in redact(f"sent {key} there")


def test_comments_are_never_orders_unless_somebody_says_so() -> None:
    assert load_settings([], {}).instruction_accounts == ()
    assert load_settings([], {"INSTRUCTION_ACCOUNTS": "me, @you"}).instruction_accounts == ("me", "@you")


def test_another_server_is_another_operator() -> None:
    one, other = (
        identity(load_settings([], {"OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1"})) for port in (1, 2)
    )
    assert one != other
