"""A draft for tests of the store, and the moment it is written at."""

from __future__ import annotations

from datetime import UTC, datetime

from services.model.draft import Rendered
from services.model.proposal import Proposal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RENDERED = Rendered("v.mp4", "p.mp4", "c.jpg", "s.jpg", 9.0, 10, "0" * 64, "local")
PROPOSAL = Proposal(
    title="RV06 grows",
    strategy="Shows the process.",
    description="One take.",
    caption="first caption",
    resources=(),
    movie={"scenes": []},
)
