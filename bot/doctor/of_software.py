"""Python and the packages this needs, against the bounds of pyproject.toml."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from bot.doctor.check import Check, fail, ok

REMEDY = "Install again with pip install -e . (or make run)."


def checks() -> list[Check]:
    found = [_python()]
    wrong = [check for text in requires("autopotter") or [] if (check := _package(Requirement(text)))]
    if wrong:
        return [*found, *wrong]
    count = sum("extra ==" not in text for text in requires("autopotter") or [])
    return [*found, ok("packages", f"autopotter {version('autopotter')} and all {count} it needs.")]


def _python() -> Check:
    bounds = SpecifierSet(str(metadata("autopotter")["Requires-Python"]))
    here = platform.python_version()
    told = f"{here} on {platform.system()} {platform.machine()}"
    if not bounds.contains(here, prereleases=True):
        return fail("Python", f"{told}; needed is {bounds}.", "Install with another Python: make PYTHON=…")
    return ok("Python", f"{told}, {sys.prefix}.")


def _package(needed: Requirement) -> Check | None:
    """What is wrong with it, None if nothing; what only tests need is not looked at."""
    if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
        return None
    try:
        here = version(needed.name)
    except PackageNotFoundError:
        return fail(needed.name, f"It is missing; needed is {needed.specifier}.", REMEDY)
    if not needed.specifier.contains(here, prereleases=True):
        return fail(needed.name, f"It is version {here}; needed is {needed.specifier}.", REMEDY)
    return None
