"""What people may ask of the operator. Importing this package registers every operation, in help's order."""

from bot.operations import (  # noqa: I001
    generate, review, decide, revise, posting, inventory, moments, collecting, brief, about,  # noqa: F401
)  # fmt: skip
