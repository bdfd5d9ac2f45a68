"""Graph's errors as the double raises and answers them."""

from __future__ import annotations

import secrets


class GraphError(Exception):
    """Graph's own error body: {"error": {…}}, with HTTP 400 unless said otherwise."""

    def __init__(
        self,
        code: int,
        message: str,
        subcode: int | None = None,
        *,
        status: int = 400,
        transient: bool = False,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.subcode = code, message, subcode
        self.status, self.transient = status, transient

    def body(self) -> dict[str, object]:
        error: dict[str, object] = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "is_transient": self.transient,
            "fbtrace_id": secrets.token_urlsafe(8),
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}


def missing(name: str) -> GraphError:
    text = (
        f"Unsupported get request. Object with ID '{name}' does not exist, cannot be loaded due to missing "
    )
    return GraphError(100, text + "permissions, or does not support this operation", 33)
