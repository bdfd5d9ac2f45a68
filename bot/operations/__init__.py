"""What people may ask of the operator. Importing this package registers every operation, in help's order."""

from bot.operations import generate, review, decide, revise, posting, inventory, collecting, brief, about  # noqa: F401, I001
