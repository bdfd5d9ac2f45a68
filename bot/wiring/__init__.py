"""Settings in, services and an operator out: the only package that names adapters.

Each service has a builder in a module of its own, which asks the table of twins (bot/twins.py) and imports
a remote adapter, with its SDK, only when it is selected.
"""

from bot.wiring.opening import close_operator, open_operator, open_to_look
from bot.wiring.options import options
from bot.wiring.renderer import segments_dir
from bot.wiring.services import open_services
from bot.wiring.studio import StudioProgress, draw_studio, studio_missing

__all__ = [
    "StudioProgress",
    "close_operator",
    "draw_studio",
    "open_operator",
    "open_services",
    "open_to_look",
    "options",
    "segments_dir",
    "studio_missing",
]
