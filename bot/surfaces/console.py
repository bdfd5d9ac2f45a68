"""The operator's replies in a terminal: sentences, tables, cards and progress bars, or JSON for scripts."""

from __future__ import annotations

import json
import sys
from types import TracebackType
from typing import Any

from humanize import naturalsize
from rich.cells import cell_len
from rich.console import Console as Rich
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot.reply import Card, Reply

_COLOURS = {
    "draft": "cyan",
    "approved": "green",
    "posted": "bold green",
    "denied": "red",
    "failed": "bold red",
    "unknown": "bold yellow",
}
_UNBROKEN = 16  # columns of a table: what is shorter is not broken


class Console:
    """Shows replies as they come; ``ok`` says how the operation ended.

    With ``as_json`` nothing but one JSON document goes to standard output, at the end.
    """

    name = "console"

    def __init__(self, *, as_json: bool = False) -> None:
        self.ok = True
        self.exit_code = 1  # of a command that did not succeed
        self.as_json = as_json
        self._data: Any = None
        self._out = Rich(highlight=False)
        self._err = Rich(stderr=True, highlight=False)
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Console:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_progress()
        if self.as_json and kind is None:
            sys.stdout.write(_as_json(self._data) + "\n")

    def show(self, reply: Reply) -> None:
        if reply.progress is not None:
            p = reply.progress
            self.progress(p.stage, p.done, p.total, p.message)
        self.ok = reply.ok
        if reply.data is not None:
            self._data = reply.data
        elif not reply.ok:
            self._data = {"error": reply.text, "remedy": reply.remedy}
        if self.as_json:
            if not reply.ok:
                self._error(reply)
            return
        if reply.text or reply.table or reply.cards:
            self._stop_progress()
        if not reply.ok:
            self._error(reply)
        elif reply.text:
            self._out.print(Text(printable(reply.text)))
        if reply.table:
            self._out.print(_table(reply.table))
        for card in reply.cards:
            self._out.print(_card(card))

    def progress(self, stage: str, done: float, total: float, message: str = "") -> None:
        """One line that moves, on standard error, so that --json and pipes stay clean."""
        if not self._err.is_terminal:
            return
        if self._progress is None:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[detail]}"),
                TimeElapsedColumn(),
                console=self._err,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task("", total=None, detail="")
        assert self._task is not None
        self._progress.update(
            self._task,
            description=escape(stage),
            completed=done,
            total=total or None,
            detail=escape(printable(message))[:48],
        )

    def _error(self, reply: Reply) -> None:
        self._stop_progress()
        self._err.print(Text(printable(reply.text), style="bold red"))
        if reply.remedy:
            self._err.print(Text(printable(reply.remedy)))

    def _stop_progress(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def printable(text: str) -> str:
    """Text from outside without control characters: a caption cannot move the cursor or forge lines."""
    kept = "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8")


def _as_json(data: Any) -> str:
    """JSON for people and scripts alike: readable, but with every character a terminal could obey escaped."""
    lines = json.dumps(data, ensure_ascii=False, indent=2).split("\n")
    return "\n".join(line if line.isprintable() else _escaped(line) for line in lines)


def _escaped(line: str) -> str:
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def _table(rows: tuple[dict[str, Any], ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    cells = [[printable(str(value)) for value in row.values()] for row in rows]
    for name, column in zip(rows[0], zip(*cells, strict=True), strict=True):
        # Narrow terminals break the long columns; file names, sizes and states stay in one piece.
        whole = min(_UNBROKEN, max(map(cell_len, column)))
        table.add_column(name.replace("_", " "), overflow="fold", min_width=whole)
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _card(card: Card) -> Panel:
    data = card.data
    body = Text()
    body.append(printable(data["strategy"]) + "\n", style="italic")
    body.append(printable(data["caption"]).strip() + "\n\n")
    facts = [data["format"], data["intent"]]
    if data["duration"]:
        facts += [f"{data['duration']:.1f} s", naturalsize(data["size"])]
    body.append(" · ".join(part for part in facts if part) + "\n", style="dim")
    body.append(f"differs: {printable(data['differs'])}\n", style="dim")
    if data["approximations"]:
        body.append(f"only approximated: {printable(' '.join(data['approximations']))}\n", style="yellow")
    if data["state"] == "finalising":
        body.append("its final video is being made\n", style="green")
    if data["waits"]:
        body.append(f"waits: {printable(data['waits'])}\n", style="yellow")
    if data["purchase"]:
        body.append(printable(data["purchase"]["text"]) + "\n", style="yellow")
    body.append("uses " + ", ".join(printable(name) for name in data["assets"]) + "\n", style="dim")
    if data["posts"]:
        body.append(f"posts {data['posts']}\n", style="green")
    if data["sample"]:
        body.append("made of sample media\n", style="dim")
    if data["reason"]:
        body.append(printable(data["reason"]) + "\n", style="yellow")
    missing = f"its files were cleared on {data['cleared'][:10]}" if data["cleared"] else "not rendered yet"
    body.append(printable(data["link"]) or missing, style="dim")
    state = data["status"] if data["state"] == data["status"].lower() else data["state"]
    title = Text(f"{data['number']}  {printable(data['title'])}  ", style="bold")
    title.append(state, style=_COLOURS.get(data["state"], "dim"))
    return Panel(body, title=title, title_align="left")
