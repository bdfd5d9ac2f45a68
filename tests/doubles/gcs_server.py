"""Google Cloud Storage on a socket of this machine: small, and strict where others look away.

It demands a login and rights, keeps preconditions on every kind of upload and download, gives only the fields
that were asked for, lists in pages, and checks what signed addresses are signed with and until when. Every
exchange of the JSON interface is held against Google's discovery document.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import google_crc32c

from tests.doubles.discovery import contract
from tests.doubles.gcs_fields import only
from tests.doubles.gcs_signed import address_problem
from tests.doubles.google_keys import EMAIL, TokenDesk, signed
from tests.doubles.http_double import Answer, Asked, Double

BUCKET = "clay-studio"
SCOPES = [f"https://www.googleapis.com/auth/{name}" for name in ("devstorage.read_write", "cloud-platform")]
RIGHTS = {"storage.objects.list", "storage.objects.get", "storage.objects.create"}


class Refusal(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass
class Stored:
    name: str
    data: bytes
    content_type: str
    generation: int
    at: datetime
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def crc32c(self) -> str:
        return base64.b64encode(google_crc32c.Checksum(self.data).digest()).decode()

    def resource(self, bucket: str) -> dict[str, Any]:
        moment = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "kind": "storage#object",
            "id": f"{bucket}/{self.name}/{self.generation}",
            "name": self.name,
            "bucket": bucket,
            "generation": str(self.generation),
            "metageneration": "1",
            "contentType": self.content_type,
            "storageClass": "STANDARD",
            "size": str(len(self.data)),
            "md5Hash": base64.b64encode(hashlib.md5(self.data).digest()).decode(),
            "crc32c": self.crc32c,
            "timeCreated": moment,
            "updated": moment,
        }


class GcsServer(Double):
    def __init__(self) -> None:
        super().__init__()
        self.desk = TokenDesk(*SCOPES)
        self.objects: dict[str, Stored] = {}
        self.rights = set(RIGHTS)
        self.bucket_exists = self.may_sign = True
        self.page = 1000
        self.clock = lambda: datetime.now(UTC)
        self._generation = 1_700_000_000_000_000
        self._uploads: dict[str, tuple[Asked, dict[str, Any], bytearray]] = {}

    def add(self, name: str, data: bytes, content_type: str = "application/octet-stream") -> Stored:
        """As a person puts it there."""
        self._generation += 1
        self.objects[name] = Stored(name, data, content_type, self._generation, self.clock())
        return self.objects[name]

    def name_of(self, asked: Asked) -> str:
        if asked.path == "/token":
            return "token"
        if asked.path.endswith(":signBlob"):
            return "sign"
        if "upload_id" in asked.query:
            return "piece"
        method = contract("storage.v1").method(asked.method, asked.path)
        if method is None:
            return "signed" if "X-Goog-Signature" in asked.query else f"unknown {asked.path}"
        name = str(method["id"]).removeprefix("storage.")
        return "objects.read" if asked.one("alt") == "media" else name

    def effect(self, name: str, asked: Asked) -> Answer:
        try:
            answer = self._done(name, asked)
        except Refusal as refusal:
            error = {"code": refusal.status, "message": refusal.text}
            answer = Answer.of({"error": error | {"errors": [{"message": refusal.text}]}}, refusal.status)
        if name.startswith(("objects.", "buckets.")):
            self._check(name, asked, answer)
        return answer

    def _check(self, name: str, asked: Asked, answer: Answer) -> None:
        body = None
        if name == "objects.insert" and asked.one("uploadType") == "resumable":
            body = asked.json
        elif name == "objects.insert":
            body = json.loads(_parts(asked)[0].partition(b"\r\n\r\n")[2])
        said = json.loads(answer.body) if name != "objects.read" and answer.body else None
        _, problems = contract("storage.v1").check(
            asked.method, asked.path, _without_upload_id(asked.query), body, answer.status, said
        )
        self.problems += problems

    def _done(self, name: str, asked: Asked) -> Answer:
        if name == "token":
            return self.desk.answer(asked, self.url)
        if name == "signed":
            return self._by_address(asked)
        if name == "piece":
            return self._piece(asked)  # the upload's address is itself a secret
        if not self.desk.admits(asked):
            raise Refusal(401, "Invalid Credentials")
        if name == "sign":
            return self._signature(asked)
        if not self.bucket_exists or BUCKET not in asked.parts:
            raise Refusal(404, "The specified bucket does not exist.")
        match name:
            case "objects.list":
                return self._list(asked)
            case "objects.get":
                return Answer.of(only(self._one(asked).resource(BUCKET), asked.one("fields")))
            case "objects.delete":
                self._need("storage.objects.delete")
                self.objects.pop(self._one(asked).name)
                return Answer(204)
            case "objects.read":
                return self._read(asked, self._one(asked))
            case "objects.insert":
                return self._insert(asked)
            case "buckets.testIamPermissions":
                given = [one for one in asked.query["permissions"] if one in self.rights]
                answer: dict[str, Any] = {"kind": "storage#testIamPermissionsResponse"}
                return Answer.of(answer | ({"permissions": given} if given else {}))
        raise Refusal(501, f"{name} is not known here.")

    def _need(self, right: str) -> None:
        if right not in self.rights:
            raise Refusal(
                403, f"{EMAIL} does not have {right} access to the Google Cloud Storage object. Permission "
                f"'{right}' denied on resource (or it may not exist).",
            )  # fmt: skip

    def _list(self, asked: Asked) -> Answer:
        self._need("storage.objects.list")
        if asked.one("delimiter"):
            raise Refusal(501, "Delimiters are not known here.")
        prefix, after = asked.one("prefix"), _decoded(asked.one("pageToken"))
        names = sorted((n for n in self.objects if n.startswith(prefix)), key=lambda n: n.encode())
        rest = [n for n in names if n.encode() > after.encode()]
        size = min(int(asked.one("maxResults", "1000")), self.page, 1000)
        answer: dict[str, Any] = {"kind": "storage#objects"}
        if rest:
            answer["items"] = [self.objects[n].resource(BUCKET) for n in rest[:size]]
        if len(rest) > size:
            answer["nextPageToken"] = base64.urlsafe_b64encode(rest[size - 1].encode()).decode()
        return Answer.of(only(answer, asked.one("fields")))

    def _one(self, asked: Asked) -> Stored:
        name = asked.parts[asked.parts.index("o") + 1]
        found = self.objects.get(name)
        if found is None and "storage.objects.list" not in self.rights:
            self._need("storage.objects.list")  # who may not list learns nothing of what is not there
        self._need("storage.objects.get")
        if found is None:
            raise Refusal(404, f"No such object: {BUCKET}/{name}")
        self._ensure(asked.query, found)
        return found

    def _ensure(self, query: Mapping[str, list[str]], found: Stored | None) -> None:
        for wanted in query.get("ifGenerationMatch", ()):
            if int(wanted) != (found.generation if found else 0):
                raise Refusal(412, "At least one of the pre-conditions you specified did not hold.")

    def _read(self, asked: Asked, found: Stored) -> Answer:
        headers = {
            "Content-Type": found.content_type,
            "X-Goog-Generation": str(found.generation),
            "X-Goog-Stored-Content-Length": str(len(found.data)),
        }
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.headers.get("range", ""))
        if span is None:
            return Answer(200, found.data, {**headers, "X-Goog-Hash": f"crc32c={found.crc32c}"})
        first, last = int(span[1]), min(int(span[2] or len(found.data)), len(found.data) - 1)
        if first >= len(found.data):
            raise Refusal(416, "The requested range cannot be satisfied.")
        headers["Content-Range"] = f"bytes {first}-{last}/{len(found.data)}"
        return Answer(206, found.data[first : last + 1], headers)

    def _insert(self, asked: Asked) -> Answer:
        self._need("storage.objects.create")
        if asked.one("uploadType") == "resumable":
            about = {"contentType": asked.headers.get("x-upload-content-type", ""), **(asked.json or {})}
            self._ensure(asked.query, self.objects.get(asked.one("name") or about.get("name", "")))
            upload = secrets.token_hex(8)
            self._uploads[upload] = asked, about, bytearray()
            where = f"{self.url}{asked.target}&upload_id={upload}"
            return Answer(200, b"", {"Location": where, "X-GUploader-UploadID": upload})
        if asked.one("uploadType") != "multipart":
            raise Refusal(501, "Only multipart and resumable uploads are known here.")
        said, media = _parts(asked)
        head, _, data = media.partition(b"\r\n\r\n")
        kind = re.search(rb"content-type: *([^\r\n]+)", head, re.IGNORECASE)
        about = {
            "contentType": kind[1].decode() if kind else "",
            **json.loads(said.partition(b"\r\n\r\n")[2]),
        }
        return self._made(asked, about, data)

    def _piece(self, asked: Asked) -> Answer:
        begun = self._uploads.get(asked.one("upload_id"))
        if begun is None:
            raise Refusal(404, "No such upload.")
        first, about, data = begun
        span = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)", asked.headers.get("content-range", ""))
        if span is None:
            raise Refusal(400, "A piece needs its range.")
        if span[1] is not None:
            if int(span[1]) != len(data) or int(span[2]) - int(span[1]) + 1 != len(asked.body):
                raise Refusal(400, "This piece does not follow the last one.")
            data += asked.body
        if span[3] == "*" or len(data) < int(span[3]):
            return Answer(308, b"", {"Range": f"bytes=0-{len(data) - 1}"} if data else {})
        return self._made(first, about, bytes(data))

    def _made(self, asked: Asked, about: dict[str, Any], data: bytes) -> Answer:
        name = asked.one("name") or about["name"]
        self._ensure(asked.query, self.objects.get(name))
        made = Stored(name, data, about.get("contentType", ""), self._generation + 1, self.clock())
        if about.get("crc32c", made.crc32c) != made.crc32c:
            raise Refusal(400, "Provided CRC32C does not match calculated CRC32C.")
        self._generation += 1
        self.objects[name] = made
        return Answer.of(made.resource(BUCKET))

    def _signature(self, asked: Asked) -> Answer:
        if not self.may_sign:
            raise Refusal(403, "Permission 'iam.serviceAccounts.signBlob' denied on resource.")
        payload = base64.b64decode(asked.json["payload"], validate=True)
        return Answer.of({"keyId": "k1", "signedBlob": base64.b64encode(signed(payload)).decode()})

    def _by_address(self, asked: Asked) -> Answer:
        if problem := address_problem(asked, self.clock()):
            raise Refusal(*problem)
        bucket, _, name = unquote(asked.path).lstrip("/").partition("/")
        found = self.objects.get(name)
        if bucket != BUCKET or found is None:
            raise Refusal(404, "The specified key does not exist.")
        self._need("storage.objects.get")
        return self._read(asked, found)


def _without_upload_id(query: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in query.items() if name != "upload_id"}


def _parts(asked: Asked) -> tuple[bytes, bytes]:
    """What is said of the object, and its content, each with its headers."""
    boundary = re.search(r'boundary="?([^";]+)"?', asked.headers["content-type"])
    assert boundary is not None
    _, about, data, end = asked.body.split(b"--" + boundary[1].encode())
    assert end.strip() == b"--"
    return about, data.removesuffix(b"\r\n")


def _decoded(token: str) -> str:
    return base64.urlsafe_b64decode(token).decode()
