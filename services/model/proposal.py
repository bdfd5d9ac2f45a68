"""What a planner proposes: one video with its reasons, and the movie that makes it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Resource(BaseModel):
    """One asset the video uses, and why. ``start`` and ``end`` are seconds in a clip, None for photos."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    asset: str  # asset id
    role: str  # lead, detail, reveal, music …
    start: float | None = Field(default=None, alias="from")
    end: float | None = Field(default=None, alias="to")
    why: str = ""


class Labels(BaseModel):
    """How the video is meant; used to learn which kinds do better. Never trusted for variety."""

    model_config = ConfigDict(frozen=True)

    intent: str = ""
    format: str = ""
    hook: str = ""
    length: str = ""
    pace: str = ""
    music: str = ""


class Proposal(BaseModel):
    """A video as a planner proposes it. ``movie`` is JSON2Video movie JSON whose ``src`` are asset ids."""

    model_config = ConfigDict(frozen=True)

    title: str = Field(min_length=1, max_length=120)
    strategy: str = Field(min_length=1, max_length=400)  # one sentence, for the sheet
    description: str
    caption: str
    resources: tuple[Resource, ...]
    labels: Labels = Labels()
    movie: dict[str, Any]
    planner: str = "offline"
    seed: int | None = None
    distance: float | None = None  # to the nearest video it was measured against, 0 … 1; None: there was none
    neighbour: str = ""  # which one that is: "draft 7"
    approximations: tuple[str, ...] = ()  # what the renderer's dry plan shows otherwise than the movie says
