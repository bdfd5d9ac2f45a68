"""All settings: one frozen value, read once at the start from the environment and from files like bot.env.

Each field carries its documentation, from which bot.env.example and the README's table are made
(bot/docs.py). Which variables select which twin of a service is the table in bot/twins.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.env_files import Problem, misconfigured
from bot.setting_relations import DataFolder, DraftFolder, Token
from bot.setting_sources import ENVIRONMENT, Given, gather
from bot.setting_texts import as_text, problems_of, table, warn_of_unknown
from bot.setting_types import (
    ROOT,
    Bytes,
    CronLine,
    Duration,
    ExistingFolder,
    File,
    Folder,
    Folders,
    Lower,
    Upper,
    ZoneName,
    local_timezone,
    setting,
)
from bot.settings_chat import CHATS, ChatSettings
from bot.settings_google import GOOGLE, GoogleSettings
from bot.settings_instagram import INSTAGRAM, POSTING, InstagramSettings
from bot.settings_json2video import RENDERING, Json2VideoSettings
from bot.settings_planner import PLANNER, PlannerSettings
from bot.settings_proposing import PROPOSING, ProposingSettings
from bot.twins import choose_chats, choose_twins
from services.http.places import is_loopback

_MEDIA, _POSTING, _DESK, _LOG = "Media and brand", POSTING, "Desk", "Logging"
_KEEPING = "Keeping"
_DAYS = "a whole number of days from 0 (for ever) to 36500"


class Settings(
    GoogleSettings, InstagramSettings, Json2VideoSettings, ProposingSettings, PlannerSettings, ChatSettings
):
    """Made by load_settings(). An empty variable means its default."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True
    )

    media_dir: ExistingFolder = setting(
        None, _MEDIA,
        "Your own media: a folder with the folders named in GCS_FOLDERS. It is read, never written. "
        "Empty: a sample studio is drawn in DATA_DIR/media.",
        "an existing folder", "/home/me/pottery", words="(sample studio)",
    )
    gcs_folders: Folders = setting(
        ("video_uploads", "music_uploads", "completed_works", "wip_photos", "build_photos"), _MEDIA,
        "The folders to look into for raw material, with everything below them.",
        "a comma-separated list of folders, relative and without steps upwards",
        "video_uploads,music_uploads",
    )
    gcs_draft_folder: DraftFolder = setting(
        "draft_videos", _MEDIA,
        "The folder that rendered drafts go to. It is never raw material.",
        "one folder, relative and without steps upwards", "draft_videos",
    )
    brand_dir: Folder = setting(
        ROOT / "data" / "brand", _MEDIA,
        "The brand: personality.md, instructions.md, intents.yaml, context/. What is missing has a default.",
        "a folder", "/home/me/brand", shown="data/brand",
    )
    data_dir: DataFolder = setting(
        ROOT / "data" / "var", _MEDIA,
        "Where everything the operator makes and remembers is kept: one folder per brand and account.",
        "a folder outside the media it reads", "data/var", shown="data/var",
    )
    preview_max_size: Bytes = setting(
        8 * 1024**2, PROPOSING, "How large the preview of a video may be: the small copy that chats show.",
        "a size from 1MB, like 8MB", "8MB", shown="8MB", ge=1024**2,
    )
    generate_cron: CronLine = setting(
        "", PROPOSING,
        "When to propose by itself, as a cron line (minute hour day month weekday; 0 and 7 are Sunday). "
        "Empty: only when asked.",
        "a cron line of five fields that comes to pass", "0 9 * * mon-fri", words="(never)",
    )
    collected_keep: int = setting(
        10, PROPOSING, "How many collected documents of each kind stay as they are; older ones are gzipped.",
        "a whole number from 1 to 1000", "10", ge=1, le=1000,
    )
    collected_keep_days: int = setting(
        90, PROPOSING, "After how many days gzipped documents are deleted.",
        "a whole number from 1 to 36500", "90", ge=1, le=36500,
    )
    timezone: ZoneName = setting(
        local_timezone, PROPOSING, "The time zone of cron lines and of times shown to people.",
        "an IANA time zone name", "Europe/Berlin", shown="", words="(the machine's)",
    )
    autopost_cron: CronLine = setting(
        "", _POSTING,
        "Slots for posting, as a cron line: each posts one approved draft. Empty: every approved draft is "
        "posted POST_DELAY after its approval.",
        "a cron line of five fields that comes to pass", "0 18 * * mon,wed,fri", words="(no slots)",
    )
    autopost_order: Annotated[Literal["latest", "oldest"], Lower] = setting(
        "latest", _POSTING, "Which approved draft a slot takes: the one approved latest, or the oldest.",
        "latest or oldest", "latest",
    )
    post_delay: Duration = setting(
        timedelta(minutes=2), _POSTING,
        "How long after an approval a draft is posted when there are no slots: time to take it back.",
        "a duration like 90s, 2m or 1h30m, at most 365d", "2m",
    )
    slot_grace: Duration = setting(
        timedelta(hours=1), _POSTING, "How late a missed slot is still made up for.",
        "a duration like 90s, 2m or 1h30m, at most 365d", "1h",
    )
    autopost_poll_interval: Duration = setting(
        timedelta(seconds=30), _POSTING,
        "How often a sheet that lies elsewhere is read for edits, and how often autopost looks. "
        "The CSV file on this machine is noticed within seconds.",
        "a duration of at least 1s, like 30s or 2m", "30s", ge=timedelta(seconds=1),
    )
    autopost_timeout: Duration = setting(
        timedelta(seconds=300), _POSTING,
        "How long the command autopost waits for something to post, and for the post itself.",
        "a duration of at least 1s, like 300s or 10m", "5m", ge=timedelta(seconds=1),
    )
    posts_per_day: int = setting(
        25, _POSTING, "The most posts in any 24 hours (1–100).",
        "a whole number from 1 to 100", "25", ge=1, le=100,
    )
    allow_many_hashtags: bool = setting(
        False, _POSTING, "Whether a caption may have more than 5 hashtags.", "true or false", "false"
    )
    denied_keep_days: int = setting(
        30, _KEEPING,
        "After how many days the files of a denied draft are removed; its row, decisions and caption stay. "
        "0: never.",
        _DAYS, "30", ge=0, le=36500,
    )
    failed_keep_days: int = setting(
        30, _KEEPING, "The same for a draft that failed. 0: never.", _DAYS, "30", ge=0, le=36500
    )
    posted_keep_days: int = setting(
        365, _KEEPING, "The same for a posted draft; what was posted is known for ever. 0: never.",
        _DAYS, "365", ge=0, le=36500,
    )
    outbox_keep_days: int = setting(
        0, _KEEPING, "After how many days a post is removed from the outbox. 0: never.",
        _DAYS, "0", ge=0, le=36500,
    )
    cache_max_size: Bytes = setting(
        5 * 1024**3, _KEEPING,
        "How large DATA_DIR/cache may become; the oldest goes first, and all of it can be made again.",
        "a size of at least 1KB, like 5GB", "5GB", shown="5GB",
    )
    disk_warn_free: Bytes = setting(
        2 * 1024**3, _KEEPING, "With less free disk than this, status warns and the cache is emptied.",
        "a size of at least 1KB, like 2GB", "2GB", shown="2GB",
    )
    disk_min_free: Bytes = setting(
        500 * 1024**2, _KEEPING, "With less free disk than this, no new videos are begun.",
        "a size of at least 1KB, like 500MB", "500MB", shown="500MB",
    )
    desk_host: str = setting(
        "127.0.0.1", _DESK, "The address the desk listens on. Anything but this machine demands DESK_TOKEN.",
        "a host name or an IP address", "127.0.0.1", pattern=r"^[A-Za-z0-9.:_%\[\]-]{1,253}$",
    )
    desk_port: int = setting(
        8765, _DESK, "The desk's port; 0 takes any free one.",
        "a whole number from 0 to 65535", "8765", ge=0, le=65535,
    )
    desk_token: Token = setting(
        None, _DESK, "What the desk asks for before it shows anything: at least 16 characters.",
        "at least 16 letters, digits and signs without spaces", "",
        words="(none)",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], Upper] = setting(
        "INFO", _LOG, "The least important lines to log: DEBUG, INFO, WARNING, ERROR or CRITICAL.",
        "one of DEBUG, INFO, WARNING, ERROR, CRITICAL", "INFO",
    )
    log_file: File = setting(
        None, _LOG, "A file to log to as well.", "a file", "data/var/logs/operator.log", words="(none)"
    )
    log_max_size: Bytes = setting(
        10 * 1024 * 1024, _LOG, "The size at which the log file is put aside and a new one begun.",
        "a size of at least 1KB, like 10MB", "10MB", shown="10MB",
    )
    log_backup_count: int = setting(
        5, _LOG, "How many log files put aside are kept.",
        "a whole number from 0 to 1000", "5", ge=0, le=1000,
    )
    log_console_output: bool = setting(
        True, _LOG, "Whether the log goes to the terminal (standard error).", "true or false", "true"
    )
    log_format: Annotated[Literal["text", "json"], Lower] = setting(
        "text", _LOG, "Lines for people (text) or one JSON object per line (json).", "text or json", "text"
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def media_root(self) -> Path:
        """MEDIA_DIR, or where the sample studio is."""
        return self.media_dir or self.data_dir / "media"

    @property
    def has_studio(self) -> bool:
        """Whether the sample studio stands in for media of one's own."""
        return self.media_dir is None and not self.gcs_bucket

    @property
    def desk_is_private(self) -> bool:
        """Whether only this machine can reach the desk."""
        return is_loopback(self.desk_host)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what load_settings() passes: it merges the sources itself, to know the line of each value."""
        return (init_settings,)


def load_settings(
    env_files: Sequence[Path] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read, fill in and check all settings; the environment wins over files, later files over earlier.

    Without ``env_files`` the file bot.env of the current directory is read if there is one; a file named
    must exist. Raises one Misconfigured that lists everything wrong. Secrets are known to the log from
    here on.
    """
    reading = read_settings(env_files, environ)
    if reading.settings is None:
        raise misconfigured(reading.problems)
    warn_of_unknown(reading.given.files, {name.upper() for name in Settings.model_fields})
    return reading.settings


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: ``settings``, or None and everything that is wrong."""

    settings: Settings | None
    problems: tuple[Problem, ...]
    given: Given


def read_settings(
    env_files: Sequence[Path] | None = None, environ: Mapping[str, str] | None = None
) -> Reading:
    """For those who show what is wrong; raises Misconfigured only for a file that cannot be read."""
    fields = Settings.model_fields
    given = gather(fields, env_files, environ)
    problems = list(given.files.problems)
    settings = None
    try:
        settings = Settings(**given.values)  # type: ignore[arg-type]
        problems += choose_twins(as_text(settings))[1] + choose_chats(as_text(settings))[1]
    except ValidationError as error:
        places = {name: place for name, place in given.sources.items() if place != ENVIRONMENT}
        told = {problem.variable for problem in problems}
        problems += [found for found in problems_of(error, fields, places) if found.variable not in told]
    return Reading(None if problems else settings, tuple(problems), given)


def twins(settings: Settings) -> dict[str, str]:
    """Service -> the twin in use: {"account": "sample", …}."""
    return choose_twins(as_text(settings))[0]


def chats(settings: Settings) -> tuple[str, ...]:
    """The chats the settings select: "discord", "slack"."""
    return choose_chats(as_text(settings))[0]


def settings_table() -> list[dict[str, str]]:
    """Every setting: name, default as written, words (the default as said), description, group."""
    rows = table(Settings.model_fields)
    # What is inherited comes first, but is told where it belongs.
    order = (_MEDIA, GOOGLE, PROPOSING, PLANNER, RENDERING, _POSTING, INSTAGRAM, CHATS, _KEEPING, _DESK, _LOG)
    return sorted(rows, key=lambda row: order.index(row["group"]))
