"""A guild as JSON: by the API, by the gateway, and in the list of the bot's guilds."""

from __future__ import annotations

from tests.doubles.discord_shapes import Json, Shapes, stamp
from tests.doubles.discord_world import NONE, THREAD, Guild

_NOTHING = """icon description home_header splash discovery_splash banner application_id afk_channel_id
    system_channel_id widget_channel_id max_presences vanity_url_code rules_channel_id
    safety_alerts_channel_id public_updates_channel_id incidents_data"""
_ZERO = """system_channel_flags verification_level default_message_notifications mfa_level
    explicit_content_filter max_stage_video_channel_users max_video_channel_users
    premium_subscription_count nsfw_level"""
_EMPTY = "voice_states presences stage_instances guild_scheduled_events soundboard_sounds"


def whole(shapes: Shapes, guild: Guild) -> Json:
    return {
        **dict.fromkeys(_NOTHING.split()),
        **dict.fromkeys(_ZERO.split(), 0),
        "id": str(guild.id),
        "name": guild.name,
        "features": [],
        "owner_id": str(guild.owner.id),
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [shapes.role(one) for one in guild.roles.values()],
        "max_members": 500_000,
        "premium_tier": guild.tier,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
    }


def begun(shapes: Shapes, guild: Guild, *, members: bool) -> Json:
    """As the gateway tells it: with channels, threads and members (all of them, or only the bot)."""
    world = shapes.world
    mine = [one for one in world.channels.values() if one.guild is guild]
    shown = guild.members.values() if members else [guild.members[world.bot.id]]
    threads = [one for one in mine if one.kind == THREAD and world.rights(world.bot, one)]
    return whole(shapes, guild) | {
        **{name: [] for name in _EMPTY.split()},
        "joined_at": stamp(guild.members[world.bot.id].joined),
        "large": False,
        "member_count": len(guild.members),
        "members": [shapes.member(one) for one in shown],
        "channels": [shapes.channel(one) for one in mine if one.kind != THREAD],
        "threads": [shapes.channel(one) for one in threads],
    }


def listed(shapes: Shapes, guild: Guild) -> Json:
    rights = NONE
    for role in {guild.id, *guild.members[shapes.world.bot.id].roles}:
        rights |= guild.roles[role].rights
    rest = {"owner": False, "permissions": str(int(rights)), "icon": None, "banner": None, "features": []}
    return {"id": str(guild.id), "name": guild.name, **rest}
