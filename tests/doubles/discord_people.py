"""What people do at Discord, as their clients let them; each act reaches the bot by the gateway.

What a client would not offer (a button that is not there, no right to write) raises CannotDo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.doubles.discord_acts import Acts
from tests.doubles.discord_commands import CannotDo, Commands
from tests.doubles.discord_interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    Interaction,
    Interactions,
)
from tests.doubles.discord_shapes import Json
from tests.doubles.discord_world import THREAD, Channel, Guild, Message, Person, Right, World, walk


class People:
    def __init__(
        self, world: World, acts: Acts, commands: Commands, interactions: Interactions, home: Channel
    ) -> None:
        self._world, self._acts = world, acts
        self._commands, self._interactions = commands, interactions
        self._home = home

    def person(self, name: str, roles: Iterable[str] = (), guild: Guild | None = None) -> Person:
        """Somebody of the first guild (or another); roles are made if there are none of these names."""
        person = self._world.person(name)
        place = guild or self._home.guild
        assert place is not None
        member = self._world.join(place, person, *(self._world.role(place, one) for one in roles))
        self._world.happened("GUILD_MEMBER_ADD", place, member)
        return person

    def seen(self, person: Person, channel: Channel | None = None) -> list[Message]:
        """The messages of a channel that this person sees, the oldest first, with those for them only."""
        place = channel or self._home
        if Right.VIEW_CHANNEL not in self._world.rights(person, place):
            return []
        return [one for one in place.messages.values() if one.only_for in (None, person)]

    def write(
        self,
        person: Person,
        text: str,
        channel: Channel | None = None,
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        mention: bool = False,
    ) -> Message:
        """In a channel, a thread or a DM. ``reply_to``: its channel counts; ``ping``: its author is
        mentioned. ``mention``: the text begins with a mention of the bot."""
        place = reply_to.channel if reply_to is not None else channel or self._home
        self._may(
            person, place, Right.SEND_MESSAGES_IN_THREADS if place.kind == THREAD else Right.SEND_MESSAGES
        )
        message = self._acts.drafted(place, person)
        parse = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        content = f"<@{self._world.bot.id}> {text}" if mention else text
        message.reference = reply_to
        self._acts.compose(message, {"content": content, "allowed_mentions": parse})
        return self._acts.post(message)

    def edit(self, person: Person, message: Message, text: str) -> None:
        self._only(message.author is person, "only its author edits a message")
        self._acts.compose(message, {"content": text, "allowed_mentions": message.allowed})
        self._acts.edit(message)

    def dm(self, person: Person) -> Channel:
        """Where this person and the bot write to each other."""
        return self._world.dm(person)

    def thread(self, person: Person, message: Message, name: str) -> Channel:
        self._may(person, message.channel, Right.CREATE_PUBLIC_THREADS)
        return self._acts.start_thread(message, name, person)

    def react(self, person: Person, message: Message, emoji: str) -> None:
        self._sees(person, message)
        if emoji not in message.reactions:
            self._may(person, message.channel, Right.ADD_REACTIONS)
        self._acts.react(message, person, emoji)

    def unreact(self, person: Person, message: Message, emoji: str) -> None:
        self._only(person in message.reactions.get(emoji, []), f"{person.name} has not reacted with {emoji}")
        self._acts.unreact(message, person, emoji)

    def clear_reactions(self, person: Person, message: Message, emoji: str | None = None) -> None:
        self._may(person, message.channel, Right.MANAGE_MESSAGES)
        self._acts.clear(message, emoji)

    def delete_message(self, person: Person, message: Message) -> None:
        if message.author is not person:
            self._may(person, message.channel, Right.MANAGE_MESSAGES)
        self._acts.delete(message)

    def click(self, person: Person, message: Message, button: str) -> Interaction:
        """``button``: its custom id, or what stands on it."""
        self._sees(person, message)
        found = [one for one in message.buttons if button in (one.get("custom_id"), one.get("label"))]
        self._only(bool(found), f"there is no button {button!r}")
        self._only(not found[0].get("disabled") and "custom_id" in found[0], f"{button!r} cannot be clicked")
        data = {"custom_id": found[0]["custom_id"], "component_type": 2, "id": found[0]["id"]}
        return self._interactions.begin(COMPONENT, person, message.channel, data, message=message)

    def submit(self, opened: Interaction, values: Mapping[str, str]) -> Interaction:
        """Fills in and sends the form that answered ``opened``; ``values`` by custom id. What is not given
        keeps what the form came with."""
        self._only(opened.modal is not None, "no form was opened")
        assert opened.modal is not None
        names = {one["custom_id"] for one in walk(opened.modal["components"]) if one["type"] == 4}
        self._only(values.keys() <= names, f"the form has {sorted(names)}")
        rows = [_filled(one, values) for one in opened.modal["components"]]
        data = {"custom_id": opened.modal["custom_id"], "components": rows}
        more = {"message": opened.message, "opened_by": opened}
        return self._interactions.begin(MODAL, opened.person, opened.channel, data, **more)

    def slash(
        self,
        person: Person,
        command: str,
        options: Mapping[str, Any] | None = None,
        channel: Channel | None = None,
    ) -> Interaction:
        """``command``: "generate", or "draft show" for one in a group."""
        place = channel or self._home
        data = self._command(person, command, options or {}, place)
        return self._interactions.begin(COMMAND, person, place, data)

    def autocomplete(
        self,
        person: Person,
        command: str,
        option: str,
        typed: str,
        others: Mapping[str, Any] | None = None,
        channel: Channel | None = None,
    ) -> Interaction:
        """Types into an option; the bot's choices are in ``choices`` of what comes back."""
        place = channel or self._home
        data = self._command(person, command, others or {}, place, (option, typed))
        return self._interactions.begin(AUTOCOMPLETE, person, place, data)

    def _command(
        self,
        person: Person,
        words: str,
        values: Mapping[str, Any],
        place: Channel,
        typed: tuple[str, str] | None = None,
    ) -> Json:
        self._may(person, place, Right.USE_APPLICATION_COMMANDS)
        rights = self._world.rights(person, place)
        command, options, groups = self._commands.chosen(place.guild, words, rights)
        filled = self._commands.filled(options, values, whole=typed is None)
        if typed is not None:
            about = next(
                (one for one in options if one["name"] == typed[0] and one.get("autocomplete")), None
            )
            self._only(about is not None, f"{typed[0]} does not complete itself")
            assert about is not None
            filled.append({"name": typed[0], "type": about["type"], "value": typed[1], "focused": True})
        for depth, step in enumerate(reversed(groups)):
            filled = [{"name": step, "type": 1 if depth == 0 else 2, "options": filled}]
        data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": filled}
        return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})

    def _sees(self, person: Person, message: Message) -> None:
        self._only(message in self.seen(person, message.channel), f"{person.name} does not see the message")

    def _may(self, person: Person, channel: Channel, right: Right) -> None:
        self._only(right in self._world.rights(person, channel), f"{person.name} lacks {right.name}")

    @staticmethod
    def _only(so: bool, otherwise: str) -> None:
        if not so:
            raise CannotDo(otherwise)


def _filled(component: Json, values: Mapping[str, str]) -> Json:
    """A row or a label of a form with what was typed; checked as a client does before it sends."""
    if component["type"] == 4:
        value = values.get(component["custom_id"], component.get("value") or "")
        least = component.get("min_length") or (1 if component.get("required", True) else 0)
        if not (least <= len(value) <= (component.get("max_length") or 4000)) and (value or least):
            raise CannotDo(f"{component['custom_id']} does not take {len(value)} characters")
        return {"type": 4, "custom_id": component["custom_id"], "value": value, "id": 1}
    filled: Json = {"type": component["type"], "id": 1}
    if "component" in component:
        filled["component"] = _filled(component["component"], values)
    if "components" in component:
        filled["components"] = [_filled(one, values) for one in component["components"]]
    return filled
