"""Which twin of each service the settings select: the table, and the rules every line of it obeys.

The table is data. A remote twin's line names what selects it, what is then required, and what merely has
a default. Keys alone never publish: a line may ask for a variable's exact value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.env_files import Problem


@dataclass(frozen=True, slots=True)
class Twin:
    """A remote twin. ``selects``: any of these selects it, "NAME" by being set, "NAME=value" by that value.

    ``required`` must then be set as well, and those of ``required_if`` where their condition holds
    ("NAME=value"); ``defaults`` may be. ``needs`` maps a service to the twin without
    which this one cannot work, ``needs_if`` a condition to such needs; ``because`` says why.
    """

    service: str
    name: str
    selects: tuple[str, ...]
    required: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    required_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs_if: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    because: str = ""

    def selected_by(self, values: Mapping[str, str]) -> str:
        """The first thing in ``values`` that selects this twin, "" if nothing does."""
        return next((selector for selector in self.selects if _holds(selector, values)), "")

    def required_by(self, values: Mapping[str, str]) -> list[str]:
        """The variables that must be set."""
        further = [names for condition, names in self.required_if.items() if _holds(condition, values)]
        return list(dict.fromkeys([*self.required, *(name for names in further for name in names)]))

    def needed_by(self, values: Mapping[str, str]) -> dict[str, str]:
        """Service → the twin that must be selected with this one."""
        further = [needs for condition, needs in self.needs_if.items() if _holds(condition, values)]
        return dict(self.needs) | {service: twin for needs in further for service, twin in needs.items()}


def _holds(condition: str, values: Mapping[str, str]) -> bool:
    """Whether "NAME" is set, or "NAME=value" has that value."""
    name, equals, wanted = condition.partition("=")
    value = values.get(name, "")
    return value == wanted if equals else bool(value)


# The twin of each service that needs nothing: in use until settings select another.
LOCAL: dict[str, str] = {
    "account": "sample",
    "bucket": "folder",
    "planner": "offline",
    "renderer": "local",
    "sheet": "csv_file",
    "publisher": "outbox",
}
_KEYS = ("INSTAGRAM_USER_ID", "INSTAGRAM_ACCESS_TOKEN")
_BY_ADDRESS = {"bucket": "gcs"}
_APP = ("FB_APP_ID", "FB_APP_SECRET")
REMOTE: tuple[Twin, ...] = (
    Twin(
        "account",
        "instagram",
        selects=(*_KEYS, *_APP),
        required=_KEYS,
        required_if={"INSTAGRAM_LOGIN=facebook": _APP},
        defaults=(
            "INSTAGRAM_LOGIN", "INSTAGRAM_TOKEN_EXPIRATION", "INSTAGRAM_DAYS_BEFORE_REFRESH",
            "INSTAGRAM_COMMENTS", "GRAPH_VERSION", "GRAPH_BASE_URL",
        ),
    ),
    Twin(
        "publisher",
        "instagram",
        selects=("PUBLISH_TO=instagram",),  # keys alone never start real posts
        required=_KEYS,
        required_if={"INSTAGRAM_LOGIN=facebook": _APP},
        defaults=(
            "INSTAGRAM_UPLOAD", "INSTAGRAM_DRY_RUN", "INSTAGRAM_SHARE_TO_FEED", "INSTAGRAM_COLLABORATORS",
            "INSTAGRAM_AI_GENERATED", "GRAPH_UPLOAD_URL",
        ),
        needs={"account": "instagram"},
        # Only apps with Facebook login may upload (instagram-platform/content-publishing/resumable-uploads).
        needs_if={"INSTAGRAM_UPLOAD=url": _BY_ADDRESS, "INSTAGRAM_LOGIN=instagram": _BY_ADDRESS},
        because="with INSTAGRAM_LOGIN=instagram or INSTAGRAM_UPLOAD=url Instagram fetches each video at an "
        "address, which a folder does not give",
    ),
    Twin(
        "bucket",
        "gcs",
        selects=("GCS_BUCKET", "GCS_API_KEY_PATH"),
        required=("GCS_BUCKET",),  # without a key by this machine's own login
        defaults=("GCS_FOLDERS", "GCS_DRAFT_FOLDER", "STORAGE_EMULATOR_HOST"),
    ),
    Twin(
        "sheet",
        "google",
        selects=("GOOGLE_SHEETS_ID", "GOOGLE_CREDENTIALS_PATH"),
        required=("GOOGLE_SHEETS_ID", "GOOGLE_CREDENTIALS_PATH"),
        defaults=("SHEETS_BASE_URL",),
    ),
    Twin(
        "renderer",
        "json2video",
        selects=("JSON2VIDEO_API_KEY",),
        defaults=(
            "RENDER_PREVIEW", "JSON2VIDEO_DAILY_CREDITS", "JSON2VIDEO_MONTHLY_CREDITS", "JSON2VIDEO_TIMEOUT",
            "JSON2VIDEO_BASE_URL",
        ),
        needs=_BY_ADDRESS,
        because="media is fetched by address, which a folder does not give",
    ),
    Twin(
        "planner",
        "openai",
        selects=("OPENAI_API_KEY", "OPENAI_BASE_URL"),  # a key for OpenAI, an address for any other server
        defaults=(
            "OPENAI_MODEL", "OPENAI_VISION_MODEL", "OPENAI_API", "OPENAI_THREAD", "OPENAI_CONVERSATION_ID",
            "OPENAI_DAILY_BUDGET", "OPENAI_PRICES", "OPENAI_TIMEOUT", "OPENAI_UPLOAD_TOKENS",
        ),
    ),
)  # fmt: skip


# Chats have no twin to fall back on: the desk is always there.
_DISCORD = ("DISCORD_TOKEN", "DISCORD_GUILD_ID", "DISCORD_CHANNEL_ID")
_SLACK = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_CHANNEL")
CHATS: tuple[Twin, ...] = (
    Twin("chat", "discord", selects=_DISCORD, required=_DISCORD, defaults=("DISCORD_BASE_URL",)),
    Twin("chat", "slack", selects=_SLACK, required=_SLACK, defaults=("SLACK_BASE_URL",)),
)


def choose_chats(values: Mapping[str, str]) -> tuple[tuple[str, ...], list[Problem]]:
    """The chats that are selected, and what is missing for them. ``values`` as for choose_twins()."""
    taken = [chat for chat in CHATS if chat.selected_by(values)]
    problems = [
        Problem(
            name,
            f"{name} is missing: {chat.selected_by(values)} selects the chat {chat.name!r}, which needs it.",
            f"Set {name}, or leave all of {_names(chat)} empty to go without this chat.",
        )
        for chat in taken
        for name in _unset(chat, values)
    ]
    return tuple(chat.name for chat in taken), problems


def choose_twins(
    values: Mapping[str, str], remote: Sequence[Twin] = REMOTE, local: Mapping[str, str] = LOCAL
) -> tuple[dict[str, str], list[Problem]]:
    """Service -> twin, and what is wrong with the choice. ``values``: variable -> its text, "" if unset."""
    chosen = dict(local)
    problems: list[Problem] = []
    taken: list[Twin] = []
    for twin in remote:
        selector = twin.selected_by(values)
        if not selector:
            continue
        if chosen[twin.service] != local[twin.service]:
            problems.append(_rivals(twin, selector, chosen[twin.service]))
            continue
        chosen[twin.service] = twin.name
        taken.append(twin)
        problems.extend(_missing(twin, name) for name in _unset(twin, values))
    problems.extend(
        Problem(
            twin.selects[0].partition("=")[0],
            f"The {service_of(twin)} cannot work with the {service} {chosen.get(service, '')!r}"
            f"{': ' if twin.because else ''}{twin.because}.",
            f"Select the {service} {needed!r} too{_how(remote, service, needed)}.",
        )
        for twin in taken
        for service, needed in twin.needed_by(values).items()
        if chosen.get(service) != needed
    )
    return chosen, problems


def _how(remote: Sequence[Twin], service: str, name: str) -> str:
    """What selects that twin, in brackets."""
    selects = next((twin.selects for twin in remote if (twin.service, twin.name) == (service, name)), ())
    return f" ({selects[0]})" if selects else ""


def service_of(twin: Twin) -> str:
    return f"{twin.service} {twin.name!r}"


def _unset(twin: Twin, values: Mapping[str, str]) -> list[str]:
    return [name for name in twin.required_by(values) if not values.get(name)]


def _missing(twin: Twin, name: str) -> Problem:
    return Problem(
        name,
        f"{name} is missing: the {service_of(twin)} is selected by {_names(twin)} and needs it.",
        f"Set {name}, or leave all of {_names(twin)} empty for the {LOCAL.get(twin.service, 'local')} one.",
    )


def _rivals(twin: Twin, selector: str, other: str) -> Problem:
    return Problem(
        selector.partition("=")[0],
        f"{selector} selects the {service_of(twin)}, but other settings select {other!r}.",
        "Keep the settings of one of them.",
    )


def _names(twin: Twin) -> str:
    return ", ".join(twin.selects)
