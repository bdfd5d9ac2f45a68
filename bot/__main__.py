"""`autopotter`: arguments, settings, run; nothing else.

What only one command needs is loaded by that command: the others must be quick.
"""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import click

from bot.command_line import ENV_FILE, command, commands, plain_command
from bot.reply import Progress, Reply
from bot.settings import Settings
from bot.setup_services import options
from bot.surfaces.console import Console
from services.log import initialize_logging


def _run(settings: Settings, console: Console, given: dict[str, Any]) -> None:
    """Start the operator and its desk; Ctrl-C ends it."""
    from bot import app
    from bot.wiring import studio_missing

    async def start() -> None:
        if studio_missing(settings):
            console.show(Reply("Drawing a sample studio, once: photos, timelapses and music."))
        await app.run(
            settings,
            on_ready=lambda url: console.show(Reply(f"The desk is at {url} (Ctrl-C ends the operator).")),
            on_studio=console.progress,
        )

    asyncio.run(start())


def _backup(settings: Settings, console: Console, given: dict[str, Any]) -> None:
    """Copy operator.db to FILE (or into a folder; default: DATA_DIR/backups), also while an operator runs."""
    from bot.backups import back_up

    back_up(settings, console, given)


def _restore(settings: Settings, console: Console, given: dict[str, Any]) -> None:
    """Put a backup in operator.db's place: the replaced one is kept beside it, and posting is paused."""
    from bot.backups import restore

    restore(settings, console, given)


def _doctor(env_files: list[Path] | None, console: Console, given: dict[str, Any]) -> None:
    """Look at settings, files, services, codecs, clock and operator, and say what to do; changes nothing."""
    from bot.doctor.doctor import examine, show, verdict

    initialize_logging({"LOG_LEVEL": "DEBUG", "LOG_CONSOLE_OUTPUT": given["debug"]})
    groups = examine(env_files)
    if not console.as_json:
        show(groups)
    console.show(verdict(groups))


def _setup(env_files: list[Path] | None, console: Console, given: dict[str, Any]) -> None:
    """Ask for what matters, check each answer at once, and write bot.env."""
    from bot import setup

    initialize_logging({"LOG_LEVEL": "DEBUG", "LOG_CONSOLE_OUTPUT": given["debug"]})
    setup.run(env_files, console, given)


def _render(settings: Settings, console: Console, given: dict[str, Any]) -> None:
    """Render a JSON2Video movie with the files of a folder."""
    from bot.wiring import segments_dir
    from services.renderer.local.profile import PROFILES
    from services.renderer.local.standalone import render_file

    movie, assets, out = given["movie"], given["assets"], given["out"]
    most = settings.preview_max_size
    profile = PROFILES[given["profile"]].with_preview_below(most)
    target = out or movie.with_suffix(".mp4")

    def on_progress(fraction: float) -> None:
        console.show(Reply(progress=Progress(0, "rendering", fraction, 1.0)))

    files = asyncio.run(
        render_file(
            movie,
            assets,
            target,
            on_progress,
            profile=profile,
            cache_dir=segments_dir(settings),
            cache_bytes=settings.cache_max_size,
        )
    )
    data = {
        "video": str(files.video),
        "preview": str(files.preview),
        "cover": str(files.cover),
        "storyboard": str(files.storyboard),
        "thumbnails": str(files.thumbnails or ""),
        "profile": profile.name,
        "duration": files.duration,
        "size": files.video.stat().st_size,
        "approximations": list(files.approximations),
        "cpu_seconds": files.cpu_seconds,
        "wall_seconds": files.wall_seconds,
        "segments": files.segments,
        "cached_segments": files.cached,
    }
    text = f"{files.video}: {files.duration:.1f} s of video in {files.wall_seconds:.1f} s."
    if files.cached:
        text += f" {files.cached} of {files.segments} pieces were known from before."
    if files.approximations:
        text += " Not as the paid service would show it: " + "; ".join(files.approximations)
    console.show(Reply(text, data=data))


def _autopost(settings: Settings, console: Console, given: dict[str, Any]) -> None:
    """Post the approved draft whose turn it is, waiting for one up to AUTOPOST_TIMEOUT: for cron.

    Finishes a publish that an earlier run left under way, if there is one. Exit codes: 0 posted, 3 nothing to
    post in time, 4 a publish is still in progress, others are errors.
    """
    from bot.autopost import autopost

    autopost(settings, console, given)


_MOVIE: list[click.Parameter] = [
    click.Argument(["movie"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    click.Option(
        ["--assets"],
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        required=True,
        help="The folder whose files the movie's src may name.",
    ),
    click.Option(
        ["--out"],
        type=click.Path(dir_okay=False, path_type=Path),
        help="The video; default: beside the movie.",
    ),
    click.Option(
        ["--profile"],
        type=click.Choice(["final", "draft", "preview"]),
        default="final",
        show_default=True,
        help="The best and smallest file, the quickest to make again, or a small one for chats.",
    ),
]


def _finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """click takes "nan" for a number within any bounds."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("say a number of seconds, such as 120.")
    return value


_TIMEOUT = [
    click.Option(
        ["--timeout"],
        type=click.FloatRange(0, 86_400, min_open=True),
        callback=_finite,
        metavar="SECONDS",
        help="How long it may take in all; default: AUTOPOST_TIMEOUT.",
    ),
]

_TO = [click.Argument(["file"], type=click.Path(path_type=Path), required=False, metavar="[FILE]")]
_FROM = [click.Argument(["file"], type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")]

cli = click.Group(
    "autopotter",
    help="Proposes, renders, reviews and posts Reels from your own footage.",
    params=[ENV_FILE],
    callback=lambda env_file: None,
    commands=[
        command("run", _run.__doc__ or "", [], _run),
        *commands(),
        command("autopost", _autopost.__doc__ or "", [*_TIMEOUT], _autopost),
        command("render", _render.__doc__ or "", _MOVIE, _render),
        plain_command("doctor", _doctor.__doc__ or "", [], _doctor),
        plain_command("setup", _setup.__doc__ or "", options(), _setup),
        command("backup", _backup.__doc__ or "", [*_TO], _backup),
        command("restore", _restore.__doc__ or "", [*_FROM], _restore),
    ],
)


def main() -> None:
    cli(prog_name="autopotter")


if __name__ == "__main__":
    main()
