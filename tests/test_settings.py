"""Settings from environment and files: what wins, what is filled in, what people read when it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import Settings, load_settings, twins
from bot.twins import LOCAL, Twin, choose_twins
from services.errors import Misconfigured
from services.redaction import redact

WriteFile = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    def write(text: str, name: str = "bot.env") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(files: list[Path] | None = None, **environ: str) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        load_settings(files or [], environ)
    return caught.value


def test_defaults() -> None:
    settings = load_settings([], {})
    assert settings.media_dir is None
    assert settings.brand_dir.is_absolute()
    assert settings.gcs_folders == (
        "video_uploads", "music_uploads", "completed_works", "wip_photos", "build_photos"
    )  # fmt: skip
    assert (settings.post_delay, settings.slot_grace) == (timedelta(minutes=2), timedelta(hours=1))
    assert (settings.publish_to, settings.autopost_order, settings.drafts_per_run) == ("outbox", "latest", 3)
    assert settings.desk_is_private
    assert settings.zone.key == settings.timezone


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings([], {}).drafts_per_run = 5


def test_environment_over_files_and_later_files_over_earlier(write: WriteFile) -> None:
    first = write("DRAFTS_PER_RUN=1\nPOSTS_PER_DAY=11\nDESK_PORT=1111\n", "a.env")
    second = write("POSTS_PER_DAY=12\nDESK_PORT=2222\n", "b.env")
    settings = load_settings([first, second], {"DESK_PORT": "3333"})
    assert (settings.drafts_per_run, settings.posts_per_day, settings.desk_port) == (1, 12, 3333)


def test_bot_env_of_the_current_directory(
    tmp_path: Path, write: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {}).drafts_per_run == 3
    write("DRAFTS_PER_RUN=4\n")
    assert load_settings(None, {}).drafts_per_run == 4
    assert load_settings([], {}).drafts_per_run == 3


def test_the_real_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAFTS_PER_RUN", "7")
    assert load_settings([]).drafts_per_run == 7


def test_a_named_file_must_exist_and_be_readable_text(tmp_path: Path, write: WriteFile) -> None:
    assert "does not exist" in str(refused([tmp_path / "nowhere.env"]))
    assert "no regular file" in str(refused([tmp_path]))
    binary = tmp_path / "binary.env"
    binary.write_bytes(b"A=\xff\xfe\n")
    assert "not UTF-8" in str(refused([binary]))
    assert "Line 3 of bot.env" in str(refused([write("DESK_PORT=1\n\nthis is no setting\n")]))
    assert "Line 1 of bot.env" in str(refused([write("LOG_FILE='never closed\n")]))


def test_quotes_comments_export_and_marks(write: WriteFile) -> None:
    text = (
        "\ufeff# a comment\r\nexport DRAFTS_PER_RUN=2 # two\r\n\r\n"
        "GENERATE_CRON=\"0 9 * * 1-5\"\r\nGCS_DRAFT_FOLDER='done'\r\nDESK_PORT=\r\n"
    )
    settings = load_settings([write(text)], {})
    assert settings.drafts_per_run == 2
    assert settings.generate_cron == "0 9 * * 1-5"
    assert settings.gcs_draft_folder == "done"
    assert settings.desk_port == 8765


# ${NAME}


def test_references_are_filled_in(write: WriteFile, tmp_path: Path) -> None:
    first = write("LOG_FILE=${BASE}/${KIND}.log\nKIND=first\nDATA_DIR=$${BASE}/x\n", "a.env")
    text = "BASE=${HOME_OF_ALL}/pots\nKIND=second\nGCS_FOLDERS=a\nGCS_FOLDERS=${GCS_FOLDERS},b\n"
    second = write(text, "b.env")
    settings = load_settings([first, second], {"HOME_OF_ALL": str(tmp_path)})
    assert settings.log_file == tmp_path / "pots" / "second.log"
    assert settings.data_dir == Path("${BASE}/x").absolute()
    assert settings.gcs_folders == ("a", "b")


def test_the_environment_answers_first_and_is_taken_as_it_is(write: WriteFile) -> None:
    path = write("NAME=of-file\nLOG_FILE=/x/${NAME}\n")
    assert load_settings([path], {"NAME": "${NOBODY}"}).log_file == Path("/x/${NOBODY}")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("${NOBODY}/x", "which is set nowhere"),
        ("/x/${NOBODY", "a ${ that is not closed"),
        ("${}", "no plain name"),
        ("${A:-b}", "no plain name"),
        ("${LOG_FILE}", "which is set nowhere"),
        ("${LOOP}", "leads back to itself"),
    ],
)
def test_references_that_lead_nowhere(write: WriteFile, value: str, reason: str) -> None:
    pool = "LOOP" if "LOOP" in value else "NAME"
    error = refused([write(f"# first\n\nLOG_FILE={value}\nLOOP=${{POOL}}\nPOOL=${{{pool}}}\n")], NAME="a")
    assert reason in str(error)
    assert "bot.env line" in str(error)
    if pool == "NAME":
        assert "LOG_FILE (bot.env line 3)" in str(error)
        assert error.variable == "LOG_FILE"


def test_a_reference_nobody_uses_any_more_is_no_error(write: WriteFile) -> None:
    path = write("DESK_PORT=${NOBODY}\nDESK_HOST=${NOBODY}\nDESK_HOST=127.0.0.1\n")
    assert load_settings([path], {"DESK_PORT": "1"}).desk_port == 1


# single values


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("GCS_FOLDERS", " a , b/c ,a,", ("a", "b/c")), ("GCS_FOLDERS", '["x, y", "z"]', ("x, y", "z")),
        ("POST_DELAY", "90s", timedelta(seconds=90)), ("POST_DELAY", "1h30m", timedelta(minutes=90)),
        ("POST_DELAY", "45", timedelta(seconds=45)), ("POST_DELAY", "0", timedelta(0)),
        ("LOG_MAX_SIZE", "2k", 2048), ("LOG_LEVEL", "debug", "DEBUG"), ("AUTOPOST_ORDER", "Oldest", "oldest"),
        ("PUBLISH_TO", "OUTBOX", "outbox"), ("ALLOW_MANY_HASHTAGS", "yes", True), ("DESK_PORT", "0", 0),
        ("TIMEZONE", "Europe/Berlin", "Europe/Berlin"), ("GENERATE_CRON", " 0  9 * * * ", "0 9 * * *"),
    ],
)  # fmt: skip
def test_values(name: str, text: str, value: object) -> None:
    assert getattr(load_settings([], {name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DRAFTS_PER_RUN", "0"), ("DRAFTS_PER_RUN", "11"), ("DRAFTS_PER_RUN", "three"),
        ("DESK_PORT", "65536"), ("DESK_PORT", "-1"),
        ("GCS_FOLDERS", "a,../b"), ("GCS_FOLDERS", "/etc"), ("GCS_FOLDERS", "[1]"),
        ("GCS_FOLDERS", "[broken"),
        ("GCS_FOLDERS", ","), ("GCS_FOLDERS", '["a\\u0000"]'), ("GCS_DRAFT_FOLDER", "wip_photos/new"),
        ("GCS_DRAFT_FOLDER", ".."), ("POST_DELAY", "soon"), ("POST_DELAY", "-1s"), ("SLOT_GRACE", "400d"),
        ("GENERATE_CRON", "daily"), ("GENERATE_CRON", "0 0 31 2 *"), ("AUTOPOST_CRON", "0 9 * * 8"),
        ("AUTOPOST_ORDER", "random"), ("TIMEZONE", "Mars/Crater"), ("TIMEZONE", "../etc/passwd"),
        ("LOG_LEVEL", "LOUD"), ("LOG_MAX_SIZE", "big"), ("LOG_FORMAT", "xml"), ("LOG_BACKUP_COUNT", "-1"),
        ("LOG_CONSOLE_OUTPUT", "perhaps"), ("DESK_HOST", "a b"), ("MEDIA_DIR", "/no/such/folder"),
        ("COLLECTED_KEEP", "0"), ("COLLECTED_KEEP_DAYS", "x"), ("POSTS_PER_DAY", "0"),
        ("PUBLISH_TO", "youtube"),
    ],
)  # fmt: skip
def test_wrong_values_name_the_variable_and_the_remedy(write: WriteFile, name: str, text: str) -> None:
    error = refused([], **{name: text})
    assert error.variable == name
    assert name in error.message
    assert error.remedy
    quoted = f"{name}='{text}'\n"
    assert f"{name} (bot.env line 2)" in str(refused([write("\n" + quoted)]))


def test_all_problems_are_told_at_once(write: WriteFile) -> None:
    path = write("DESK_PORT=x\nLOG_FILE=${NOBODY}\n")
    text = str(refused([path], DRAFTS_PER_RUN="99", LOG_LEVEL="x"))
    assert text.startswith("4 settings are wrong:")
    for part in ("DESK_PORT (bot.env line 1)", "LOG_FILE (bot.env line 2)", "DRAFTS_PER_RUN m", "LOG_LEVEL"):
        assert part in text


def test_the_longest_video_is_longer_than_the_shortest() -> None:
    given = {"VIDEO_MIN_SECONDS": "20", "VIDEO_MAX_SECONDS": "24"}
    with pytest.raises(Misconfigured, match="VIDEO_MAX_SECONDS is 24, too near to VIDEO_MIN_SECONDS"):
        load_settings([], given)
    settings = load_settings([], given | {"VIDEO_MAX_SECONDS": "25"})
    assert (settings.video_min_seconds, settings.video_max_seconds) == (20, 25)


def test_media_and_data_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "video_uploads").mkdir()
    media = str(tmp_path)
    assert refused(MEDIA_DIR=media, DATA_DIR=media).variable == "DATA_DIR"
    assert refused(MEDIA_DIR=media, DATA_DIR=f"{media}/video_uploads/x").variable == "DATA_DIR"
    assert load_settings([], {"MEDIA_DIR": media, "DATA_DIR": f"{media}/operator"}).media_dir == tmp_path


# secrets


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "pots.example"])
def test_a_reachable_desk_needs_a_token(host: str) -> None:
    error = refused(DESK_HOST=host)
    assert error.variable == "DESK_TOKEN"
    settings = load_settings([], {"DESK_HOST": host, "DESK_TOKEN": "0123456789abcdef"})
    assert not settings.desk_is_private


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_a_private_desk_needs_none(host: str) -> None:
    assert load_settings([], {"DESK_HOST": host}).desk_is_private


def test_no_secret_is_in_any_text(write: WriteFile) -> None:
    for bad in ("hunter2", "hunter2 with spaces in it", "hunter2-ü-long-enough"):
        path = write(f"DESK_TOKEN='{bad}'\nDESK_PORT=hunter2\n")
        error = refused([path], LOG_LEVEL="hunter2", DESK_HOST="::")
        assert "DESK_TOKEN" in str(error)
        chain: BaseException | None = error
        while chain is not None:
            assert "hunter2" not in f"{chain}{chain!r}"
            chain = chain.__cause__ or chain.__context__
    settings = load_settings([], {"DESK_TOKEN": "hunter2-hunter2-hunter2"})
    assert "hunter2" not in f"{settings!r}{settings}{settings.model_dump_json()}"
    assert "hunter2" not in redact("sent hunter2-hunter2-hunter2 there")


# names that are no settings


def test_unknown_names_in_files_are_warned_of(write: WriteFile, capsys: pytest.CaptureFixture[str]) -> None:
    load_settings([write("BASE=x\nLOG_FILE=/${BASE}\nDRAFT_PER_RUN=5\nqqqq=1\n")], {"DESK_PROT": "1"})
    shown = capsys.readouterr().err
    assert "bot.env line 3: DRAFT_PER_RUN is not a setting and is ignored. Did you mean DRAFTS" in shown
    assert "qqqq is not a setting and is ignored." in shown
    assert "BASE" not in shown
    assert "DESK_PROT" not in shown


def test_direct_construction_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAFTS_PER_RUN", "9")
    assert Settings().drafts_per_run == 3


# twins


def test_without_accounts_every_twin_is_local() -> None:
    assert twins(load_settings([], {})) == LOCAL == {
        "account": "sample", "bucket": "folder", "planner": "offline",
        "renderer": "local", "sheet": "csv_file", "publisher": "outbox",
    }  # fmt: skip


KILN = (
    Twin("bucket", "kiln", ("KILN_URL", "KILN_KEY"), ("KILN_URL", "KILN_KEY"), ("KILN_HEAT",)),
    Twin("renderer", "wheel", ("WHEEL_KEY",), needs={"bucket": "kiln"}),
    Twin("publisher", "market", ("PUBLISH_TO=market",), ("MARKET_KEY",)),
    Twin("publisher", "fair", ("PUBLISH_TO=fair",)),
    Twin("planner", "oracle", ("ORACLE",)),
    Twin("planner", "muse", ("MUSE",)),
)


def choose(**values: str) -> tuple[dict[str, str], list[Any]]:
    chosen, problems = choose_twins(values, KILN)
    return {service: name for service, name in chosen.items() if name != LOCAL[service]}, problems


def test_a_whole_group_selects_its_twin() -> None:
    assert choose(KILN_URL="u", KILN_KEY="k") == ({"bucket": "kiln"}, [])
    assert choose(KILN_HEAT="1220", KILN_URL="") == ({}, [])  # a default never selects
    assert choose(WHEEL_KEY="w", KILN_URL="u", KILN_KEY="k")[1] == []


def test_a_half_filled_group_names_what_is_missing() -> None:
    (problem,) = choose(KILN_URL="u")[1]
    assert problem.variable == "KILN_KEY"
    assert "KILN_KEY is missing: the bucket 'kiln' is selected by KILN_URL" in str(problem)
    assert "folder" in problem.remedy
    assert "u" not in problem.variable


def test_keys_alone_never_publish() -> None:
    assert choose(MARKET_KEY="k", PUBLISH_TO="outbox") == ({}, [])
    assert choose(MARKET_KEY="k", PUBLISH_TO="market") == ({"publisher": "market"}, [])
    assert [problem.variable for problem in choose(PUBLISH_TO="market")[1]] == ["MARKET_KEY"]


def test_twins_that_cannot_work_together() -> None:
    (problem,) = choose(WHEEL_KEY="w")[1]
    assert problem.variable == "WHEEL_KEY"
    assert "cannot work with the bucket 'folder'" in str(problem)
    (problem,) = choose(ORACLE="a", MUSE="b")[1]
    assert problem.variable == "MUSE"
