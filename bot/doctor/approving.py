"""Who decides in a chat, as a check: APPROVERS is said when it is empty, and ids of nobody are found."""

from __future__ import annotations

from collections.abc import Mapping

from bot.doctor.check import Check, ok, warn
from bot.settings import Settings, chats


def approving(chat: str, settings: Settings, names: Mapping[str, str]) -> Check:
    """``names``: each id of APPROVERS that is of this chat → who it is, "" for nobody."""
    what = f"who decides in {chat}"
    if not settings.approvers:
        return ok(what, "APPROVERS is empty: whoever may use the channel decides.")
    known = [name for name in names.values() if name]
    wrong = []
    if unknown := [id_ for id_, name in names.items() if not name]:
        wrong.append(f"There is nobody with the id {', '.join(unknown)}.")
    if not known:
        wrong.append(f"APPROVERS names nobody of {chat}: nobody can decide there.")
    if wrong:
        return warn(what, " ".join(wrong), "Correct APPROVERS: ids of people and roles, or none at all.")
    return ok(what, f"{', '.join(known)}.")


def unused(settings: Settings) -> list[Check]:
    """Ids of a chat that is not selected: they do nothing."""
    selected = chats(settings)
    ids = settings.approvers.split(",") if settings.approvers else []
    found = []
    for name, chat, mine in (
        ("discord", "Discord", [each for each in ids if each.isdigit()]),
        ("slack", "Slack", [each for each in ids if not each.isdigit()]),
    ):
        if mine and name not in selected:
            told = f"{', '.join(mine)}: of {chat}, which is not connected."
            found.append(
                warn("APPROVERS", told, f"Connect {chat} with `autopotter setup`, or take them out.")
            )
    return found
