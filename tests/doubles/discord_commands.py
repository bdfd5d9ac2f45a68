"""The application commands at Discord: what the bot registered, and how a person's client uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.doubles import discord_refusal as refusal
from tests.doubles.discord_refusal import Refusal
from tests.doubles.discord_rest import Call, Said
from tests.doubles.discord_rules import check_commands
from tests.doubles.discord_shapes import Json
from tests.doubles.discord_world import Guild, Right, World

_TYPES: dict[int, tuple[type, ...]] = {3: (str,), 4: (int,), 5: (bool,), 10: (int, float)}


class CannotDo(Exception):
    """A person's client would not let them do this."""


class Commands:
    def __init__(self, world: World) -> None:
        self.daily = 200  # creations for each guild
        self.syncs = 0
        self._world = world
        self._sets: dict[int, list[Json]] = {}  # guild's id, or 0: everywhere
        self._created: dict[int, list[float]] = {}

    def of(self, guild: Guild | None) -> list[Json]:
        """What people of a guild can choose from; both sets, so that doubles are seen."""
        return [*(self._sets.get(guild.id, []) if guild else []), *self._sets.get(0, [])]

    def list_guild_application_commands(self, call: Call) -> Said:
        return 200, self._sets.get(self._place(call), [])

    def bulk_set_guild_application_commands(self, call: Call) -> Said:
        place, wanted = self._place(call), call.body or []
        check_commands(wanted)
        known = {(one["type"], one["name"]): one for one in self._sets.get(place, [])}
        now = self._world.now()
        recent = [at for at in self._created.get(place, []) if at > now - 86_400]
        new = [one for one in wanted if (one.get("type", 1), one["name"]) not in known]
        if len(recent) + len(new) > self.daily:
            text = "Max number of daily application command creates has been reached (200)"
            raise Refusal(400, 30034, text)
        self._created[place] = recent + [now] * len(new)
        self._sets[place] = [self._kept(one, place, known) for one in wanted]
        self.syncs += 1
        return 200, self._sets[place]

    list_application_commands = list_guild_application_commands
    bulk_set_application_commands = bulk_set_guild_application_commands

    def _place(self, call: Call) -> int:
        if call.path["application_id"] != str(self._world.bot.id):
            raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
        if "guild_id" not in call.path:
            return 0
        guild = self._world.guilds.get(int(call.path["guild_id"]))
        if guild is None or not guild.takes_commands:
            raise refusal.missing_access()
        return guild.id

    def _kept(self, command: Json, place: int, known: Mapping[tuple[int, str], Json]) -> Json:
        kind = command.get("type", 1)
        before = known.get((kind, command["name"]), {})
        here = {"guild_id": str(place)} if place else {"contexts": command.get("contexts")}
        rights = command.get("default_member_permissions")
        return {
            "id": before.get("id") or str(self._world.new_id()),
            "application_id": str(self._world.bot.id),
            "version": str(self._world.new_id()),
            "default_member_permissions": None if rights is None else str(rights),
            "type": kind,
            "name": command["name"],
            "description": command.get("description") or "",
            "nsfw": bool(command.get("nsfw")),
            **here,
            **({"options": [_option(one) for one in command["options"]]} if command.get("options") else {}),
        }

    def chosen(self, guild: Guild | None, words: str, rights: Right) -> tuple[Json, list[Json], list[str]]:
        """The command of these words ("draft show"), the options it takes, and the names of its groups."""
        name, *inner = words.split()
        found = [one for one in self.of(guild) if one["name"] == name and one["type"] == 1]
        if not found:
            raise CannotDo(f"there is no command /{name}")
        needed = found[0]["default_member_permissions"]
        if (
            needed is not None
            and (int(needed) & ~int(rights) or needed == "0")
            and Right.ADMINISTRATOR not in rights
        ):
            raise CannotDo(f"/{name} is not shown to them")
        options = found[0].get("options", [])
        for step in inner:
            options = next((one.get("options", []) for one in options if one["name"] == step), None)
            if options is None:
                raise CannotDo(f"/{name} has no {step}")
        return found[0], options, inner

    def filled(self, options: list[Json], values: Mapping[str, Any], *, whole: bool = True) -> list[Json]:
        """Values as a client sends them, refused where it would not send them."""
        known = {one["name"]: one for one in options}
        if unknown := values.keys() - known.keys():
            raise CannotDo(f"no such options: {sorted(unknown)}")
        for name, about in known.items():
            if whole and about.get("required") and name not in values:
                raise CannotDo(f"{name} is required")
        return [{"name": name, **_value(known[name], value)} for name, value in values.items()]


def _option(option: Json) -> Json:
    kept = {key: value for key, value in option.items() if value is not None}
    for key in ("options", "choices"):
        if key in kept:
            kept[key] = [_option(one) for one in kept[key]]
    return kept


def _value(about: Json, value: Any) -> Json:
    kind, name = about["type"], about["name"]
    if kind not in _TYPES or not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != 5):
        raise CannotDo(f"{name} does not take {value!r}")
    size = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    if not about.get(low, float("-inf")) <= size <= about.get(high, float("inf")):
        raise CannotDo(f"{name} does not take {value!r}: out of range")
    if about.get("choices") and value not in [one["value"] for one in about["choices"]]:
        raise CannotDo(f"{name} does not offer {value!r}")
    return {"type": kind, "value": value}
