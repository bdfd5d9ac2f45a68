"""The desk: the operator's own web page. Views of the store and buttons for operations, no decisions."""

from bot.surfaces.desk.desk import Desk

__all__ = ["Desk"]
