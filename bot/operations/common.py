"""Parameter types and steps that several operations share."""

from __future__ import annotations

from typing import Annotated

from bot.operations.registry import About

DraftNumber = Annotated[int, About("the draft's number", low=1, high=10**9, completes="draft")]
