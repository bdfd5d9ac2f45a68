"""The settings of planning with a language model; bot/settings.py takes them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from bot.setting_types import Duration, Explained, Lower, items, setting
from services.http.places import is_loopback
from services.planner.assistant.prices import parse_price

PLANNER = "Planner"
_MODEL = "a comma-separated list of model names"


def _safe_address(url: str) -> str:
    """https anywhere, http on this machine only: the key and the brief travel over it."""
    text = url.strip().rstrip("/")
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("not a plain address")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return text
    raise Explained(
        "is not safe: what is sent there could be read on the way",
        "Use an address that begins with https://, or http:// on this machine (127.0.0.1, localhost)",
    )


def _price(text: str) -> str:
    parse_price(text)
    return text


Names = Annotated[tuple[Annotated[str, Field(pattern=r"^\S{1,100}$")], ...], BeforeValidator(items)]
Prices = Annotated[tuple[Annotated[str, AfterValidator(_price)], ...], BeforeValidator(items)]
Address = Annotated[str, AfterValidator(_safe_address)]


class PlannerSettings(BaseSettings):
    """Fields of Settings; OPENAI_API_KEY or OPENAI_BASE_URL select the twin (bot/twins.py)."""

    openai_api_key: SecretStr | None = setting(
        None,
        PLANNER,
        "The key of the OpenAI account that plans. This or OPENAI_BASE_URL selects the planner openai; "
        "without both the offline planner works.",
        "a key without spaces",
        "",
        words="(none)",
    )
    openai_base_url: Address = setting(
        "",
        PLANNER,
        "Another server that speaks OpenAI's language: Ollama, vLLM, llama.cpp, a gateway. https, or http on "
        "this machine.",
        "an address like http://127.0.0.1:11434/v1",
        "http://127.0.0.1:11434/v1",
        words="(OpenAI's)",
    )
    openai_model: Names = setting(
        (),
        PLANNER,
        "The models to ask, in order: the next is taken where one is not offered. Empty: gpt-6.1-sol, "
        "gpt-6-sol, gpt-6-luna at OpenAI, elsewhere the first the server has.",
        _MODEL,
        "gpt-6.1-sol,gpt-6-luna",
        shown="",
        words="(see there)",
    )
    openai_vision_model: Names = setting(
        (), PLANNER,
        "The models that describe pictures (inventory --describe), in order. Empty: gpt-6-luna, gpt-6-sol at "
        "OpenAI, elsewhere those of OPENAI_MODEL.",
        _MODEL, "gpt-6-luna", shown="", words="(see there)",
    )
    openai_api: Annotated[Literal["auto", "responses", "chat"], Lower] = setting(
        "auto",
        PLANNER,
        "Which interface is used: responses (conversations kept by the service), chat (completions, our own "
        "history), or auto: responses at OpenAI, chat elsewhere.",
        "auto, responses or chat",
        "auto",
    )
    openai_thread: Annotated[Literal["run", "keep"], Lower] = setting(
        "run",
        PLANNER,
        "run: each generation is a conversation of its own, and remembers the past by the brief. keep: one "
        "goes on for ever and is shortened by the service; all it holds is paid for on each call.",
        "run or keep",
        "run",
    )
    openai_conversation_id: str = setting(
        "",
        PLANNER,
        "A conversation of your own to use for every run.",
        "a conversation id like conv_123",
        "conv_123",
        words="(none)",
        pattern=r"^(conv_[\w-]{1,120})?$",
    )
    openai_daily_budget: float = setting(
        0.0,
        PLANNER,
        "The most a day's planning may cost, in US dollars: a call that would go over it is refused. "
        "0: no limit.",
        "a number of dollars from 0 to 10000",
        "2.50",
        shown="0",
        ge=0,
        le=10_000,
        allow_inf_nan=False,
    )
    openai_prices: Prices = setting(
        (),
        PLANNER,
        "What models cost where that is not known or has changed: model=input/output or "
        "model=input/output/cached, in dollars per million tokens.",
        "a comma-separated list like my-model=2/10",
        "my-model=2/10/0.2",
        shown="",
        words="(known prices)",
    )
    openai_timeout: Duration = setting(
        timedelta(minutes=10),
        PLANNER,
        "How long one answer may take.",
        "a duration of at least 1s, like 10m",
        "10m",
        ge=timedelta(seconds=1),
        le=timedelta(hours=2),
    )
    openai_upload_tokens: int = setting(
        0,
        PLANNER,
        "How many tokens of the brand's long documents, of those the brief cannot hold, may be uploaded and "
        "read beside it. They end by themselves after seven days. 0: nothing is uploaded.",
        "a whole number from 0 to 200000",
        "20000",
        ge=0,
        le=200_000,
    )
    brief_tokens: int = setting(
        12_000,
        PLANNER,
        "How long the brief may be, in tokens, as estimated (2000–200000).",
        "a whole number from 2000 to 200000",
        "12000",
        ge=2_000,
        le=200_000,
    )
    instruction_accounts: Names = setting(
        (), PLANNER,
        "User names whose comments that begin with “system” are orders to the planner. A risk: whoever gets "
        "into such an account gives orders, too. Empty: comments are never orders.",
        "a comma-separated list of user names", "my_studio", shown="", words="(none)",
    )  # fmt: skip
