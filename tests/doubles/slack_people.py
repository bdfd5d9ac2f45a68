"""People at their Slack: they react, press buttons, fill in modals, type commands, write and delete.

What a person cannot do raises AssertionError: press a button nobody shows, send a form Slack's client holds
back, type a command the app has not announced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.doubles.slack_blocks import elements_of
from tests.doubles.slack_chat import Chat, shown
from tests.doubles.slack_conversations import Conversations, canonical
from tests.doubles.slack_error import SlackError
from tests.doubles.slack_socket import Delivery, SocketMode
from tests.doubles.slack_state import Channel, Message, Person, View, Workspace
from tests.doubles.slack_views import Views


@dataclass(frozen=True)
class Interaction:
    """One click, command or form on its way to the app; ``trigger_id`` opens a modal for 3 s."""

    delivery: Delivery
    trigger_id: str
    response_url: str = ""

    async def settled(self, within: float = 10.0) -> str:
        """ "acknowledged", "timeout" or "lost": the person sees an error for the last two."""
        return await self.delivery.settled(within)


class People:
    def __init__(
        self, space: Workspace, socket: SocketMode, chat: Chat, talk: Conversations, views: Views
    ) -> None:
        self.space, self.socket, self.chat, self.talk, self.views = space, socket, chat, talk, views

    async def react(self, person: Person, message: Message, name: str) -> None:
        channel = self._seen(person, message)
        reacted = message.reactions.get(canonical(name), [])
        assert person.id not in reacted, f"{person.name} reacted with {name} already"
        await self.talk.add_reaction(person, channel, message, name)

    async def unreact(self, person: Person, message: Message, name: str) -> None:
        reacted = message.reactions.get(canonical(name), [])
        assert person.id in reacted, f"{person.name} did not react with {name}"
        await self.talk.remove_reaction(person, self._channel(message), message, name)

    async def write(
        self, person: Person, channel: Channel, text: str, *, thread_ts: str = "", mention: bool = False
    ) -> Message:
        """``mention`` puts the app's name before the text. Slack escapes what people type."""
        if not channel.im:
            assert person.id in channel.members, f"{person.name} is not in {channel.name}"
        typed = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        words = f"<@{self.space.bot.id}> {typed}" if mention else typed
        message = Message(channel.id, self.space.new_ts(), person.id, words, thread_ts=thread_ts)
        await self.chat.put(channel, message)
        return message

    async def delete(self, person: Person, message: Message) -> None:
        """One's own, or with the rights of an administrator."""
        assert person.admin or message.user == person.id, f"{person.name} may not delete this message"
        await self.chat.remove(self._channel(message), message)

    async def click(
        self, person: Person, message: Message, action_id: str, *, option: str | None = None
    ) -> Interaction:
        """``option`` is the value chosen in a menu."""
        channel = self._seen(person, message)
        action = self._action(message.blocks, action_id, option)
        url = self.views.response_url(person.id, channel.id, message)
        container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id,
                     "is_ephemeral": bool(message.to)}  # fmt: skip
        more: dict[str, Any] = {"container": container, "channel": self._named(channel), "response_url": url}
        if not message.to:
            more["message"] = shown(self.space, channel, message)
        return await self._interact(person, "block_actions", {**more, "actions": [action]}, url)

    async def click_in(
        self, person: Person, view: View, action_id: str, *, option: str | None = None
    ) -> Interaction:
        self._sees(person, view)
        action = self._action(view.body["blocks"], action_id, option)
        more = {"container": {"type": "view", "view_id": view.id}, "view": self.views.told(view)}
        return await self._interact(person, "block_actions", {**more, "actions": [action]})

    async def submit(self, person: Person, view: View, values: Mapping[str, str]) -> Interaction:
        """``values`` by action_id. The answer's errors stand in ``view.errors``; without any it closes."""
        self._sees(person, view)
        filled: dict[str, dict[str, Any]] = {}
        for block in view.body["blocks"]:
            for one in elements_of(block):
                entry = self._filled(block, one, values.get(one["action_id"]))
                filled.setdefault(block["block_id"], {})[one["action_id"]] = entry
        known = {action for block in filled.values() for action in block}
        assert set(values) <= known, f"the modal has no {set(values) - known}"
        more = {"view": self.views.told(view, filled), "response_urls": []}
        sent = await self._interact(person, "view_submission", more, accepts=True)
        self.socket.background(self._answered(view, sent))
        return sent

    async def close(self, person: Person, view: View) -> Interaction | None:
        self._sees(person, view)
        view.state = "closed"
        if not view.body.get("notify_on_close"):
            return None
        more = {"view": self.views.told(view), "is_cleared": False}
        return await self._interact(person, "view_closed", more)

    async def slash(self, person: Person, channel: Channel, command: str, text: str = "") -> Interaction:
        """The person's own team goes with it; an answer in the acknowledgement is shown to them."""
        assert command in self.space.commands, f"{command} is not a command of the app"
        assert "commands" in self.space.scopes, "the app may not have commands"
        trigger, url = self.views.trigger(person.id), self.views.response_url(person.id, channel.id)
        payload = {
            "token": "verification", "team_id": person.team, "team_domain": self.space.domain,
            "channel_id": channel.id, "channel_name": "directmessage" if channel.im else channel.name,
            "user_id": person.id, "user_name": person.name, "command": command, "text": text,
            "api_app_id": self.space.app_id, "is_enterprise_install": "false", "response_url": url,
            "trigger_id": trigger,
        }  # fmt: skip
        sent = Interaction(await self._deliver("slash_commands", payload, True), trigger, url)
        self.socket.background(self._said(person, channel, sent))
        return sent

    # How the app's answers reach them

    async def _answered(self, view: View, sent: Interaction) -> None:
        if await sent.delivery.settled(60) != "acknowledged":
            return
        answer = sent.delivery.answer or {}
        match answer.get("response_action"):
            case "errors":
                inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
                if not answer.get("errors") or not set(answer["errors"]) <= inputs:
                    self.chat.problems.append(f"errors for fields that are not there: {answer}")
                view.errors = dict(answer.get("errors") or {})
            case "update":
                try:
                    self.views.change(view, self.views.checked(answer))
                except SlackError as error:
                    self.chat.problems.append(f"a modal's next form: {error.body()}")
            case None | "clear":
                view.state = "submitted"
            case other:
                self.chat.problems.append(f"a response_action that is not known here: {other}")

    async def _said(self, person: Person, channel: Channel, sent: Interaction) -> None:
        if await sent.delivery.settled(60) == "acknowledged" and (answer := sent.delivery.answer):
            try:
                await self.views.say(person.id, channel.id, answer)
            except SlackError as error:
                self.chat.problems.append(f"a command's answer: {error.body()}")

    # Payloads

    async def _interact(
        self, person: Person, kind: str, more: dict[str, Any], url: str = "", *, accepts: bool = False
    ) -> Interaction:
        assert self.space.interactive, "the app has interactivity switched off"
        trigger = self.views.trigger(person.id)
        payload = {
            "type": kind, "token": "verification", "api_app_id": self.space.app_id, "trigger_id": trigger,
            "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
            "team": {"id": person.team, "domain": self.space.domain},
            "enterprise": None, "is_enterprise_install": False, **more,
        }  # fmt: skip
        return Interaction(await self._deliver("interactive", payload, accepts), trigger, url)

    async def _deliver(self, kind: str, payload: dict[str, Any], accepts: bool) -> Delivery:
        return await self.socket.deliver(Delivery(kind, payload, accepts))

    def _action(self, blocks: list[dict[str, Any]], action_id: str, option: str | None) -> dict[str, Any]:
        for block in blocks:
            for one in elements_of(block):
                if one["action_id"] != action_id:
                    continue
                action = {"action_id": action_id, "block_id": block["block_id"], "type": one["type"],
                          "action_ts": self.space.new_ts()}  # fmt: skip
                if option is not None:
                    action["selected_option"] = _chosen(one, option)
                return action | {name: one[name] for name in ("text", "value", "style") if name in one}
        raise AssertionError(f"nothing called {action_id} is shown")

    def _filled(self, block: Mapping[str, Any], one: Mapping[str, Any], value: str | None) -> dict[str, Any]:
        if one["type"] == "static_select" or one["type"] == "radio_buttons":
            chosen = _chosen(one, value) if value is not None else one.get("initial_option")
            return {"type": one["type"], "selected_option": chosen}
        text = value if value is not None else one.get("initial_value")
        if block["type"] == "input":
            assert text or block.get("optional"), f"{one['action_id']} must be filled in"
        if text is not None:
            assert int(one.get("min_length", 0)) <= len(text) <= int(one.get("max_length", 3000)), text
        return {"type": one["type"], "value": text or None}

    def _sees(self, person: Person, view: View) -> None:
        seen = view.state == "open" and view.user == person.id
        assert seen, f"{person.name} does not see this modal"

    def _seen(self, person: Person, message: Message) -> Channel:
        """Where the message stands, if the person sees it there."""
        channel = self._channel(message)
        if message.to:
            seen = message.to == person.id and message in self.space.ephemerals
        else:
            open_to_all = not channel.private and not channel.im
            seen = message.ts in channel.messages and (open_to_all or person.id in channel.members)
        assert seen, f"{person.name} does not see this message"
        return channel

    def _channel(self, message: Message) -> Channel:
        return self.space.channels[message.channel]

    def _named(self, channel: Channel) -> dict[str, Any]:
        return {"id": channel.id, "name": "directmessage" if channel.im else channel.name}


def _chosen(one: Mapping[str, Any], value: str) -> Any:
    found = [option for option in one["options"] if option["value"] == value]
    assert found, f"{value} cannot be chosen"
    return found[0]
