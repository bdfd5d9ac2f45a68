"""Documents of the brand that are too long for the brief: uploaded once by content, with an end."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2
import openai

from services.log import get_logger
from services.model.brief import Brief
from services.planner.assistant.trouble import trouble_of
from services.planner.brief import WrittenBrief
from services.planner.quoted import lines_of
from services.planner.tokens import estimate_tokens
from services.store import Store, planning

log = get_logger(__name__)

KEPT_FOR = timedelta(days=7)
_SPARE = timedelta(hours=1)  # not used any more so long before it ends


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it is uploaded. Its name says nothing: what it is called is data, and stands in the brief."""

    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()

    @property
    def name(self) -> str:
        return f"document-{self.digest[:8]}.txt"  # as .csv only the first thousand rows would be read


def left_out_documents(brief: Brief, written: WrittenBrief, most: int) -> list[Document]:
    """Documents the brief could not hold whole, in their order, ``most`` tokens of them together."""
    part = next((part for part in written.parts if part.name == "context"), None)
    if part is not None and not part.left_out:
        return []
    found, spent, held = [], 0, part.text.count("\n") if part else 0
    for name, text in brief.brand.context.items():
        lines = lines_of(text)
        held -= len(lines) + 1
        if held >= 0:
            continue
        document = Document(f"{name}\n\n" + "\n".join(lines) + "\n")
        spent += estimate_tokens(document.text)
        if spent > most:
            break
        found.append(document)
    return found


async def upload_files(
    client: openai.AsyncOpenAI, store: Store, documents: Sequence[Document], now: datetime
) -> tuple[tuple[str, ...], list[str]]:
    """The service's file ids of these documents, and a sentence if some could not be uploaded.

    A document whose content was uploaded before, and has not expired, is not uploaded again.
    """
    known = await store.do(planning.uploaded, [d.digest for d in documents], now=now)
    ids: list[str] = []
    for document in documents:
        if document.digest in known:
            ids.append(known[document.digest])
            continue
        try:
            file = await client.files.create(
                file=(document.name, document.text.encode("utf-8", "replace"), "text/plain"),
                purpose="user_data",
                expires_after={"anchor": "created_at", "seconds": int(KEPT_FOR.total_seconds())},
            )
        except (openai.APIError, httpx2.HTTPError) as error:
            log.warning("a document could not be uploaded: %s", trouble_of(error).value)
            return tuple(ids), [
                "Long documents of the brand could not be uploaded: only their beginnings are known."
            ]
        await store.do(planning.add_upload, document.digest, file.id, expires=now + KEPT_FOR - _SPARE)
        ids.append(file.id)
    return tuple(ids), []
