"""Charts of the collected analytics: SVG for the desk, one picture for chats. Nothing is fetched."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

WIDTH, HEIGHT = 6.4, 3.0  # inches at 72 points: the page scales it
POSTS = 20
TAGS = 8
PAPER = "#fbf9f6"
NOTHING = "Not known yet"
_DRAWING = threading.Lock()  # the drawing library keeps state between calls


@dataclass(frozen=True, slots=True)
class Theme:
    ink: str
    muted: str
    grid: str
    accent: str
    second: str


THEMES = {
    "light": Theme("#1f1b17", "#6b635a", "#e6e0d8", "#a8481f", "#c9a58f"),
    "dark": Theme("#f1ece6", "#a89f94", "#37312b", "#e58f62", "#7d5a47"),
}


@dataclass(frozen=True, slots=True)
class Chart:
    key: str
    title: str
    draw: Callable[[Any, dict[str, Any], Theme], str]  # answers why nothing could be drawn, or ""


def draw(found: Chart, document: dict[str, Any], theme: Theme) -> bytes:
    """The chart as SVG; a sentence in its place where nothing is known. Blocking: run it in a thread."""
    with _DRAWING:
        from matplotlib.backends.backend_svg import FigureCanvasSVG  # loaded when first needed: 0.5 s
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        FigureCanvasSVG(figure)
        _draw(figure.add_subplot(), found, document, theme)
        out = io.BytesIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        return out.getvalue()


def picture(document: dict[str, Any]) -> bytes:
    """All charts in one PNG, on paper of its own: a chat may be light or dark. Blocking."""
    theme = THEMES["light"]
    with _DRAWING:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        layout = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.12)  # inches
        figure = Figure(figsize=(WIDTH * 2, HEIGHT * 2), layout=layout, facecolor=PAPER)
        FigureCanvasAgg(figure)
        for place, found in enumerate(CHARTS, 1):
            axes = figure.add_subplot(2, 2, place, facecolor=PAPER)
            _draw(axes, found, document, theme)
            axes.set_title(found.title, loc="left", color=theme.ink, fontsize=11)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=110, metadata={"Software": None})
        return out.getvalue()


def _draw(axes: Any, found: Chart, document: dict[str, Any], theme: Theme) -> None:
    missing = found.draw(axes, document, theme)
    if missing:
        axes.text(0.5, 0.5, missing, ha="center", va="center", color=theme.muted, fontsize=11)
        axes.set_axis_off()
    _style(axes, theme)


def _style(axes: Any, theme: Theme) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(theme.grid)
    axes.tick_params(colors=theme.muted, labelsize=9, length=0)
    axes.set_axisbelow(True)
    legend = axes.get_legend()
    if legend is not None:
        legend.get_frame().set_visible(False)
        for text in legend.get_texts():
            text.set_color(theme.muted)


def _posts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The newest posts with a time, oldest first."""
    dated = [media for media in document.get("recent_media") or [] if media.get("timestamp")]
    return sorted(dated, key=lambda media: str(media["timestamp"]))[-POSTS:]


def _labels(axes: Any, posts: Sequence[dict[str, Any]]) -> None:
    """Days below the posts: as many as can be read."""
    every = max(1, -(-len(posts) // 8))
    days = [datetime.fromisoformat(str(media["timestamp"])) for media in posts]
    axes.set_xticks(range(0, len(posts), every), [f"{day:%-d %b}" for day in days[::every]])


def _plain(value: float, _: object) -> str:
    for limit, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def _reach(axes: Any, document: dict[str, Any], theme: Theme) -> str:
    posts = _posts(document)
    known = {name: [media["insights"].get(name) for media in posts] for name in ("views", "reach")}
    if all(value is None for values in known.values() for value in values):
        return NOTHING
    for offset, (name, color) in zip(
        (-0.2, 0.2), (("reach", theme.second), ("views", theme.accent)), strict=True
    ):
        points = [(at + offset, value) for at, value in enumerate(known[name]) if value is not None]
        if points:
            axes.bar([x for x, _ in points], [y for _, y in points], width=0.38, color=color, label=name)
    _labels(axes, posts)
    axes.yaxis.set_major_formatter(_plain)
    axes.grid(axis="y", color=theme.grid, linewidth=0.8)
    axes.legend(loc="upper left", fontsize=9, ncols=2)
    return ""


def _engagement(axes: Any, document: dict[str, Any], theme: Theme) -> str:
    posts = _posts(document)
    points = [
        (at, m["engagement_rate"] * 100) for at, m in enumerate(posts) if m["engagement_rate"] is not None
    ]
    if not points:
        return NOTHING
    xs, ys = [x for x, _ in points], [y for _, y in points]
    axes.plot(xs, ys, color=theme.accent, linewidth=2, marker="o", markersize=4)
    mean = sum(ys) / len(ys)
    axes.axhline(mean, color=theme.muted, linewidth=1, linestyle=(0, (4, 4)))
    axes.set_ylim(bottom=0)
    _labels(axes, posts)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    axes.grid(axis="y", color=theme.grid, linewidth=0.8)
    return ""


def _followers(axes: Any, document: dict[str, Any], theme: Theme) -> str:
    trend = (document.get("recent_activity") or {}).get("follower_trend") or []
    points = [(p.get("at") or p.get("date") or p.get("timestamp"), p.get("followers_count")) for p in trend]
    known = [(datetime.fromisoformat(str(at)), count) for at, count in points if at and count is not None]
    if len(known) < 2:
        return "A trend needs collections on at least two days"
    known.sort()
    xs, ys = [at for at, _ in known], [count for _, count in known]
    axes.plot(xs, ys, color=theme.accent, linewidth=2)
    axes.fill_between(
        xs, ys, min(ys) - (max(ys) - min(ys) or 1) * 0.1, color=theme.accent, alpha=0.12, linewidth=0
    )
    axes.yaxis.set_major_formatter(_plain)
    axes.grid(axis="y", color=theme.grid, linewidth=0.8)
    step = max(1, -(-len(xs) // 6))
    axes.set_xticks(xs[::step], [f"{at:%-d %b}" for at in xs[::step]])
    return ""


def _hashtags(axes: Any, document: dict[str, Any], theme: Theme) -> str:
    tags = document.get("hashtag_performance") or {}
    rated = [
        (tag, t["avg_engagement_rate"]) for tag, t in tags.items() if t.get("avg_engagement_rate") is not None
    ]
    rated = sorted(rated, key=lambda pair: pair[1])[-TAGS:]
    if not rated:
        return NOTHING
    axes.barh(
        [_drawable(tag) for tag, _ in rated],
        [rate * 100 for _, rate in rated],
        height=0.6,
        color=theme.accent,
    )
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    axes.grid(axis="x", color=theme.grid, linewidth=0.8)
    return ""


def _drawable(tag: str) -> str:
    """A hashtag in letters the chart's face has; short enough for its column."""
    text = "".join(
        letter if letter.isascii() or (letter.isalpha() and ord(letter) < 0x500) else "·" for letter in tag
    )
    text = text.replace("$", "").lstrip("#")  # "$" would begin a formula
    return f"#{text[:17]}…" if len(text) > 18 else f"#{text}"


CHARTS = (
    Chart("reach", "Reach and views of each post", _reach),
    Chart("engagement", "Engagement rate", _engagement),
    Chart("followers", "Followers", _followers),
    Chart("hashtags", "Hashtags by engagement", _hashtags),
)
