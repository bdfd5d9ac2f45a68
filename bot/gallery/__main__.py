"""Draws the sheets into docs/renderer: all of them, or those that are named."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.gallery.draw import draw_sheet
from bot.gallery.media import Media
from bot.gallery.sheet import Sheet, save
from bot.gallery.sheets import SHEETS
from bot.setting_types import ROOT

FOLDER = ROOT / "docs" / "renderer"


def main(names: Sequence[str], folder: Path = FOLDER, sheets: Sequence[Sheet] = SHEETS) -> int:
    """Write one JPEG for each sheet; 2 if a name is that of none. The same machine writes the same bytes.

    A sheet that is there is not replaced by one with letters missing.
    """
    known = {sheet.name: sheet for sheet in sheets}
    if unknown := sorted(set(names) - set(known)):
        sys.stderr.write(f"There is no sheet {unknown[0]!r}. There are: {', '.join(known)}.\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gallery-") as drawn:
        media = Media(Path(drawn))
        for name in names or known:
            path = folder / f"{name}.jpg"
            page, lacking = draw_sheet(known[name], media)
            if lacking and path.exists():
                sys.stdout.write(f"{path.name} stays as it is: no font here for {', '.join(lacking)}.\n")
                continue
            save(page, path)
            sys.stdout.write(f"{path.relative_to(folder.parent)}: {path.stat().st_size / 1e3:.0f} kB\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
