"""The desk's pages by address. Each shows what an operation answers or what the store holds."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.surfaces.desk import page_drafts, page_material, page_operator


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu; ``key`` also names its icon."""

    key: str
    label: str
    href: str


NAV = (
    Item("drafts", "Drafts", "/"),
    Item("inventory", "Inventory", "/inventory"),
    Item("analytics", "Analytics", "/analytics"),
    Item("schedule", "Schedule", "/schedule"),
    Item("activity", "Activity", "/activity"),
    Item("status", "Status", "/status"),
    Item("help", "Help", "/help"),
)


def set_up(app: web.Application) -> None:
    app.router.add_get("/", page_drafts.show_drafts)
    app.router.add_get("/drafts/{number}", page_drafts.show_draft)
    app.router.add_get("/drafts/{number}/card", page_drafts.show_card)
    app.router.add_get("/inventory", page_material.show_inventory)
    app.router.add_get("/inventory/{id}", page_material.show_footage)
    app.router.add_get("/analytics", page_material.show_analytics)
    app.router.add_get("/schedule", page_operator.show_schedule)
    app.router.add_get("/activity", page_operator.show_activity)
    app.router.add_get("/status", page_operator.show_status)
    app.router.add_get("/help", page_operator.show_help)
