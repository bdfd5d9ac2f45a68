"""Interactions at Discord: a command, a click, a form, a half-typed option; what is answered, and until when.

The first answer is due within 3 s, once; the token lives for 15 minutes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.doubles import discord_refusal as refusal
from tests.doubles.discord_acts import LOADING, Acts, Upload
from tests.doubles.discord_rest import Call, Said
from tests.doubles.discord_rules import EPHEMERAL, check_choices, check_modal
from tests.doubles.discord_shapes import Json, Shapes
from tests.doubles.discord_world import MIB, Channel, Message, Person, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
_FITTING = {COMMAND: {4, 5, 9}, COMPONENT: {4, 5, 6, 7, 9}, AUTOCOMPLETE: {8}, MODAL: {4, 5, 6, 7}}


@dataclass(eq=False)
class Interaction:
    id: int
    token: str
    kind: int
    person: Person
    channel: Channel
    data: Json
    created: float
    message: Message | None = None  # whose button it was
    opened_by: Interaction | None = None  # of a form: what the bot answered with it
    answer: int = 0  # the type of the bot's callback; 0 while there is none
    took: float = 0.0  # seconds until then
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None

    @property
    def answered(self) -> bool:
        return bool(self.answer)

    @property
    def thinking(self) -> bool:
        return self.original is not None and bool(self.original.flags & LOADING)

    @property
    def replies(self) -> list[Message]:
        """What the person got to read, the first answer first; not a button's own message."""
        own = [self.original] if self.original and self.original is not self.message else []
        return [one for one in [*own, *self.followups] if not one.deleted and not one.flags & LOADING]

    @property
    def private(self) -> bool:
        """Whether everything that was answered is for this person only."""
        return bool(self.replies) and all(one.only_for is self.person for one in self.replies)

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.replies)


class Interactions:
    def __init__(self, world: World, shapes: Shapes, acts: Acts) -> None:
        self.answer_within, self.token_lives = 3.0, 900.0  # seconds
        # Type 7 was seen to drop files it does not name (discord-api-docs, issue 6277), and to keep them.
        self.updates_keep_files = False
        self.all: list[Interaction] = []
        self._world, self._shapes, self._acts = world, shapes, acts

    def failed(self, interaction: Interaction) -> bool:
        """Whether people read "This interaction failed"."""
        return not interaction.answered and self._age(interaction) > self.answer_within

    def begin(self, kind: int, person: Person, channel: Channel, data: Json, **more: Any) -> Interaction:
        token = secrets.token_urlsafe(48)
        interaction = Interaction(
            self._world.new_id(), token, kind, person, channel, data, self._world.now(), **more
        )
        self.all.append(interaction)
        self._world.happened("INTERACTION_CREATE", channel, self._told(interaction))
        return interaction

    def _told(self, interaction: Interaction) -> Json:
        world, channel, person = self._world, interaction.channel, interaction.person
        rights = str(int(world.rights(person, channel)))
        shape: Json = {
            "id": str(interaction.id),
            "application_id": str(world.bot.id),
            "type": interaction.kind,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": self._shapes.channel(channel) | {"permissions": rights},
            "token": interaction.token,
            "version": 1,
            "app_permissions": str(int(world.rights(world.bot, channel))),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"1": str(person.id)},
            "context": 1,
            "attachment_size_limit": channel.guild.upload_limit if channel.guild else 10 * MIB,
        }
        guild = channel.guild
        if guild is None:
            shape["user"] = self._shapes.user(person)
        else:
            member = self._shapes.member(guild.members[person.id]) | {"permissions": rights}
            shape |= {"guild_id": str(guild.id), "member": member, "guild_locale": "en-US", "context": 0}
            shape["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
            shape["authorizing_integration_owners"] = {"0": str(guild.id)}
        if interaction.message is not None:
            shape["message"] = self._shapes.message(interaction.message)
        return shape

    def create_interaction_response(self, call: Call) -> Said:
        interaction = self._by(call.path["interaction_token"])
        if interaction is None or str(interaction.id) != call.path["interaction_id"]:
            raise refusal.unknown("interaction")
        if self._age(interaction) > self.answer_within:
            raise refusal.unknown("interaction")
        if interaction.answered:
            raise refusal.already_acknowledged()
        kind = call.body.get("type")
        fitting = _FITTING[interaction.kind]
        if interaction.kind == MODAL and interaction.message is None:
            fitting = fitting - {6, 7}
        if kind not in fitting:
            raise refusal.field(
                "type", "INTERACTION_TYPE_INVALID", f"{kind} does not answer {interaction.kind}"
            )
        self._answer(interaction, kind, call.body.get("data") or {}, call.uploads)
        interaction.answer, interaction.took = kind, self._age(interaction)
        if call.query.get("with_response", "0").lower() not in ("1", "true"):
            return 204, None
        return 200, self._callback(interaction)

    def _answer(self, interaction: Interaction, kind: int, data: Json, uploads: Sequence[Upload]) -> None:
        match kind:
            case 4:
                interaction.original = self._reply(interaction, data, uploads)
            case 5:
                interaction.original = self._thinking(interaction, data)
            case 6:
                interaction.original = interaction.message
            case 7:
                assert interaction.message is not None
                interaction.original = interaction.message
                if not self.updates_keep_files:
                    data = {"attachments": [], **data}
                self._edited(interaction.message, data, uploads)
            case 8:
                check_choices(data)
                interaction.choices = data.get("choices") or []
            case 9:
                check_modal(data)
                interaction.modal = data

    def _reply(self, interaction: Interaction, body: Json, uploads: Sequence[Upload]) -> Message:
        message = self._draft(interaction, body)
        self._acts.compose(message, body, uploads)
        return self._acts.post(message)

    def _thinking(self, interaction: Interaction, body: Json) -> Message:
        message = self._draft(interaction, body)
        message.flags = (EPHEMERAL if message.only_for else 0) | LOADING
        return self._acts.post(message)

    def _draft(self, interaction: Interaction, body: Json) -> Message:
        message = self._acts.drafted(interaction.channel, self._world.bot)
        message.interaction = interaction
        message.only_for = interaction.person if (body.get("flags") or 0) & EPHEMERAL else None
        return message

    def _edited(self, message: Message, body: Json, uploads: Sequence[Upload]) -> Message:
        self._acts.compose(message, body, uploads)
        message.flags &= ~LOADING
        self._acts.edit(message)
        return message

    def _callback(self, interaction: Interaction) -> Json:
        about: Json = {"id": str(interaction.id), "type": interaction.kind}
        message = interaction.original
        if message is not None:
            about["response_message_id"] = str(message.id)
            about["response_message_loading"] = bool(message.flags & LOADING)
            about["response_message_ephemeral"] = message.only_for is not None
        shape: Json = {"interaction": about}
        if message is not None and interaction.answer in (4, 7):
            shape["resource"] = {"type": interaction.answer, "message": self._shapes.message(message)}
        return shape

    def execute_webhook(self, call: Call) -> Said:
        """A followup. After an answer of type 5 the first one fills that in, and is as private as that."""
        interaction = self._living(call)
        original, body = interaction.original, call.body or {}
        if original is not None and original.flags & LOADING and interaction.answer == 5:
            filled = body | {"flags": (body.get("flags") or 0) & ~EPHEMERAL | (original.flags & EPHEMERAL)}
            return 200, self._shapes.message(self._edited(original, filled, call.uploads))
        message = self._reply(interaction, body, call.uploads)
        interaction.followups.append(message)
        return 200, self._shapes.message(message)

    def get_original_webhook_message(self, call: Call) -> Said:
        return 200, self._shapes.message(self._message(call))

    def update_original_webhook_message(self, call: Call) -> Said:
        return 200, self._shapes.message(self._edited(self._message(call), call.body or {}, call.uploads))

    def delete_original_webhook_message(self, call: Call) -> Said:
        self._acts.delete(self._message(call))
        return 204, None

    get_webhook_message = get_original_webhook_message
    update_webhook_message = update_original_webhook_message
    delete_webhook_message = delete_original_webhook_message

    def _by(self, token: str) -> Interaction | None:
        return next((one for one in reversed(self.all) if one.token == token), None)

    def _living(self, call: Call) -> Interaction:
        interaction = self._by(call.path["webhook_token"])
        if (
            interaction is None
            or call.path["webhook_id"] != str(self._world.bot.id)
            or not interaction.answered
        ):
            raise refusal.unknown("Webhook")
        if self._age(interaction) > self.token_lives:
            raise refusal.token_expired()
        return interaction

    def _message(self, call: Call) -> Message:
        interaction = self._living(call)
        number = call.path.get("message_id", "@original")
        mine = (
            [interaction.original]
            if number == "@original"
            else [interaction.original, *interaction.followups]
        )
        for one in mine:
            if one is not None and not one.deleted and number in ("@original", str(one.id)):
                return one
        raise refusal.unknown("Message")

    def _age(self, interaction: Interaction) -> float:
        return self._world.now() - interaction.created
