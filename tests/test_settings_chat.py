"""The settings of the chats: half-filled groups, ids as people paste them, tokens in the wrong place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import chats, load_settings, read_settings
from services.errors import Misconfigured
from tests.doubles.discord_server import TOKEN

DISCORD = {
    "DISCORD_TOKEN": TOKEN,
    "DISCORD_GUILD_ID": "123456789012345678",
    "DISCORD_CHANNEL_ID": "234567890123456789",
}
SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-0123456789-ABCDEF",
    "SLACK_APP_TOKEN": "xapp-1-A0-0123456789",
    "SLACK_CHANNEL": "C0123ABCDEF",
}
SECRETS = [TOKEN, SLACK["SLACK_BOT_TOKEN"], SLACK["SLACK_APP_TOKEN"]]


def said(**given: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load_settings([], given)
    text = str(caught.value)
    assert not [secret for secret in SECRETS if secret in text]
    return text


def test_each_chat_is_selected_by_its_own() -> None:
    assert chats(load_settings([], {})) == ()
    assert chats(load_settings([], DISCORD)) == ("discord",)
    assert chats(load_settings([], SLACK)) == ("slack",)
    assert chats(load_settings([], DISCORD | SLACK)) == ("discord", "slack")
    assert (
        chats(load_settings([], {"DISCORD_BASE_URL": "http://127.0.0.1:1", "APPROVERS": "U0123ABCDEF"})) == ()
    )


@pytest.mark.parametrize("group", [DISCORD, SLACK], ids=["discord", "slack"])
@pytest.mark.parametrize("kept", range(1, 7))
def test_a_half_filled_group_names_what_is_missing(group: dict[str, str], kept: int) -> None:
    """Every part of the group but none and all."""
    part = {name: text for index, (name, text) in enumerate(group.items()) if kept >> index & 1}
    problems = read_settings([], part).problems
    assert [problem.variable for problem in problems] == [name for name in group if name not in part]
    for problem in problems:
        assert problem.what.startswith(f"{problem.variable} is missing: ")
        assert all(name in problem.remedy for name in group)
    assert read_settings([], part).settings is None


SERVER, CHANNEL = "123456789012345678", "234567890123456789"


@pytest.mark.parametrize(
    "pasted",
    [
        CHANNEL,
        f" {CHANNEL} ",
        f"<#{CHANNEL}>",
        f"https://discord.com/channels/{SERVER}/{CHANNEL}",
        f"https://discord.com/channels/{SERVER}/{CHANNEL}/345678901234567890",
        f"https://discordapp.com/channels/{SERVER}/{CHANNEL}/",
        f"https://canary.discord.com/channels/{SERVER}/{CHANNEL}",
    ],
)
def test_discords_ids_as_people_paste_them(pasted: str) -> None:
    assert load_settings([], DISCORD | {"DISCORD_CHANNEL_ID": pasted}).discord_channel_id == CHANNEL
    if "channels/" in pasted:
        assert load_settings([], DISCORD | {"DISCORD_GUILD_ID": pasted}).discord_guild_id == SERVER


@pytest.mark.parametrize(
    "pasted",
    [
        "reels", "#reels", "12345", "1" * 30, "https://discord.com/channels/@me/234567890123456789",
        f"https://evil.example/channels/{SERVER}/{CHANNEL}", f"http://discord.com/channels/{SERVER}/{CHANNEL}",
        f"https://discord.com.evil.example/channels/{SERVER}/{CHANNEL}", f"https://discord.com/channels/{SERVER}/{CHANNEL}?x",
        "٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨٩",
    ],
)  # fmt: skip
def test_what_is_no_id_of_discord(pasted: str) -> None:
    text = said(**DISCORD | {"DISCORD_CHANNEL_ID": pasted})
    assert text.startswith("DISCORD_CHANNEL_ID must be an id of 15 to 21 digits, or a link.")


def test_a_servers_link_is_no_channels() -> None:
    text = said(**DISCORD | {"DISCORD_CHANNEL_ID": f"https://discord.com/channels/{SERVER}"})
    assert "is the address of a server. Copy the link of a channel in it." in text


@pytest.mark.parametrize(
    "pasted",
    [
        "C0123ABCDEF", "<#C0123ABCDEF>", "<#C0123ABCDEF|reels>",
        "https://studio.slack.com/archives/C0123ABCDEF",
        "https://studio.slack.com/archives/C0123ABCDEF/p1795000000000100?thread_ts=1795000000.000100",
        "https://studio.enterprise.slack.com/archives/C0123ABCDEF",
        "https://app.slack.com/client/T0123ABCDEF/C0123ABCDEF",
    ],
)  # fmt: skip
def test_slacks_channel_as_people_paste_it(pasted: str) -> None:
    assert load_settings([], SLACK | {"SLACK_CHANNEL": pasted}).slack_channel == "C0123ABCDEF"


@pytest.mark.parametrize(
    "pasted",
    ["reels", "#reels", "c0123abcdef", "https://evil.example/archives/C0123ABCDEF",
     "https://slack.com.evil.example/archives/C0123ABCDEF", "https://studio.slack.com/team/C0123ABCDEF"],
)  # fmt: skip
def test_what_is_no_channel_of_slack(pasted: str) -> None:
    assert "must be an id like C0123ABCDEF, or a link" in said(**SLACK | {"SLACK_CHANNEL": pasted})


@pytest.mark.parametrize("pasted", ["D0123ABCDEF", "https://app.slack.com/client/T0123ABCDEF/D0123ABCDEF"])
def test_direct_messages_are_no_channel(pasted: str) -> None:
    assert "names direct messages, not a channel" in said(**SLACK | {"SLACK_CHANNEL": pasted})


def test_approvers_as_people_paste_them() -> None:
    pasted = (
        f"<@{SERVER}>, <@!{CHANNEL}>,<@&345678901234567890> ,U0123ABCDEF,<@W0123ABCDEF|ana>,"
        f"<!subteam^S0123ABCDEF|@editors>,, {SERVER} ,"
    )
    found = load_settings([], {"APPROVERS": pasted}).approvers
    assert found == f"{SERVER},{CHANNEL},345678901234567890,U0123ABCDEF,W0123ABCDEF,S0123ABCDEF"
    assert load_settings([], {"APPROVERS": " , "}).approvers == ""


@pytest.mark.parametrize(
    "wrong", ["Ana", "@ana", "C0123ABCDEF", "12345", "<@>", "<@123", "everyone", "<#123456789012345678>"]
)
def test_who_is_no_approver(wrong: str) -> None:
    """A name that meant somebody must not become "everybody" by being left out."""
    assert "APPROVERS must be ids of people and roles" in said(APPROVERS=f"U0123ABCDEF,{wrong}")


@given(st.text(max_size=60))
def test_whatever_is_pasted_is_an_id_or_refused(text: str) -> None:
    for name in ("DISCORD_CHANNEL_ID", "DISCORD_GUILD_ID"):
        settings = read_settings([], DISCORD | {name: text}).settings
        if settings is not None:
            assert int(getattr(settings, name.lower())) > 0
    settings = read_settings([], SLACK | {"SLACK_CHANNEL": text}).settings
    assert settings is None or settings.slack_channel.isalnum()
    settings = read_settings([], {"APPROVERS": text}).settings
    assert settings is None or settings.approvers.replace(",", "").isalnum() or settings.approvers == ""


@pytest.mark.parametrize(
    ("name", "token", "words"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-A0-0123456789", "is an app-level token. Put it into SLACK_APP_TOKEN."),
        ("SLACK_APP_TOKEN", "xoxb-0123456789-ABCDEF", "is a bot token. Put it into SLACK_BOT_TOKEN."),
        ("SLACK_BOT_TOKEN", "xoxp-0123456789-ABCDEF", "is the token of a person, not of a bot. Take the"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-0123456789", "is a token that ends after hours."),
        ("SLACK_BOT_TOKEN", "0123456789abcdef0123456789abcdef", "must be a bot token (xoxb-…)."),
        ("SLACK_APP_TOKEN", "0123456789abcdef0123456789abcdef", "must be an app-level token (xapp-…)."),
        ("DISCORD_TOKEN", "123456789012345678", "is the application's id or public key, not"),
        ("DISCORD_TOKEN", "0f" * 32, "is the application's id or public key, not"),
    ],
)  # fmt: skip
def test_a_token_in_the_wrong_place_is_told_and_not_shown(name: str, token: str, words: str) -> None:
    text = said(**DISCORD | SLACK | {name: token})
    assert text.startswith(f"{name} {words}")
    assert token not in text


def test_tokens_are_taken_without_what_was_copied_along() -> None:
    settings = load_settings([], DISCORD | SLACK | {"DISCORD_TOKEN": f" Bot {TOKEN} "})
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN
    shown = f"{settings!r} {settings}"
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("name", ["DISCORD_BASE_URL", "SLACK_BASE_URL"])
@pytest.mark.parametrize(
    "address", ["https://evil.example/api", "http://discord.com/api", "https://u:p@slack.com"]
)
def test_the_tokens_travel_to_the_chats_or_to_this_machine_only(name: str, address: str) -> None:
    assert f"{name} is neither an address of the service itself" in said(**{name: address})
