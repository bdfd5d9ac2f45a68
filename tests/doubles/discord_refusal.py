"""What Discord refuses with: its status, its code and its sentence, in the shape of its error bodies."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """``errors``: path of a field ("embeds/0/title") → (code, sentence), for 50035."""

    def __init__(
        self, status: int, code: int, text: str, errors: dict[str, tuple[str, str]] | None = None
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.errors = status, code, text, errors or {}

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.text, "code": self.code}
        for path, (code, sentence) in self.errors.items():
            place = body.setdefault("errors", {})
            for step in path.split("/") if path else ():
                place = place.setdefault(step, {})
            place.setdefault("_errors", []).append({"code": code, "message": sentence})
        return body


def form(errors: dict[str, tuple[str, str]]) -> Refusal:
    return Refusal(400, 50035, "Invalid Form Body", errors)


def field(path: str, code: str, sentence: str) -> Refusal:
    return form({path: (code, sentence)})


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def unknown(what: str) -> Refusal:
    codes = {"Channel": 10003, "Guild": 10004, "Member": 10007, "Message": 10008, "User": 10013}
    codes |= {"Emoji": 10014, "Webhook": 10015, "interaction": 10062}
    return Refusal(404, codes[what], f"Unknown {what}")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def too_large() -> Refusal:
    return Refusal(413, 40005, "Request entity too large")


def empty() -> Refusal:
    return Refusal(400, 50006, "Cannot send an empty message")


def already_acknowledged() -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def token_expired() -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token")
