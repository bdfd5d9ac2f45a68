"""Parameter types and steps that several operations share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from bot.operations.registry import About, Requester
from bot.operator import Operator
from services.errors import Refused

DraftNumber = Annotated[int, About("the draft's number", low=1, high=10**9, completes="draft")]
EXPORT = "write the whole document to this file"


def export_path(op: Operator, by: Requester, name: str) -> Path:
    """Where an export goes: anywhere for the command line, into DATA_DIR/exports for everybody else."""
    path = Path(name)
    if by.voter == "console":
        return path.expanduser()
    if path.name != name or name.startswith("."):
        raise Refused("An export is named by a plain file name here.", remedy="Leave out the folder.")
    return op.options.data_dir / "exports" / name
