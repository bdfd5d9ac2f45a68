"""Service accounts whose keys are real: what they sign is verified, and tokens are given out for it."""

from __future__ import annotations

import base64
import functools
import json
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.doubles.http_double import Answer, Asked

EMAIL = "autopotter@test-project.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"  # whom an assertion is for, wherever it is handed in
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@functools.cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(path: Path, server_url: str, **changes: Any) -> Path:
    """A key file as the console gives it out, whose tokens come from a double."""
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    info = {
        "type": "service_account",
        "project_id": "test-project",
        "private_key_id": "k1",
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "1",
        "token_uri": f"{server_url}/token",
    }
    path.write_text(json.dumps(info | changes))
    return path


def verified(message: bytes, signature: bytes) -> bool:
    try:
        private_key().public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def signed(message: bytes) -> bytes:
    return private_key().sign(message, padding.PKCS1v15(), hashes.SHA256())


class TokenDesk:
    """The address tokens come from. ``scopes`` are those of which one must be asked for."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes
        self.given: dict[str, float] = {}  # token → when it ends
        self.key_deleted = False
        self.lives = 3600.0

    def answer(self, asked: Asked, here: str) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        problem = self._problem(form, here)
        if problem:
            return Answer.of({"error": "invalid_grant", "error_description": problem}, 400)
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self.given[token] = time.time() + self.lives
        return Answer.of({"access_token": token, "expires_in": int(self.lives), "token_type": "Bearer"})

    def admits(self, asked: Asked) -> bool:
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        return kind == "Bearer" and self.given.get(token, 0.0) > time.time()

    def _problem(self, form: dict[str, str], here: str) -> str:
        if form.get("grant_type") != GRANT:
            return "Unknown grant."
        head, claims, signature = form.get("assertion", "..").split(".")
        if self.key_deleted or not verified(f"{head}.{claims}".encode(), _decoded(signature)):
            return "Invalid JWT Signature."
        said = json.loads(_decoded(claims))
        if said["iss"] != EMAIL or said["aud"] not in (AUDIENCE, f"{here}/token"):
            return "Invalid JWT: issuer or audience."
        if not said["iat"] - 60 <= time.time() <= said["exp"] <= said["iat"] + 3600:
            return "Invalid JWT: Token must be a short-lived token."
        if not set(said.get("scope", "").split()) & set(self.scopes):
            return "Invalid scope."
        return ""


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
