"""operator.db and its tables. Open it with ``Store``; one module for each family of tables."""

from services.store.store import Store

__all__ = ["Store"]
