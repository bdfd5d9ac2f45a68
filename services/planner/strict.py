"""JSON schemas as strict structured outputs demand them, made from pydantic models.

Rules (developers.openai.com/api/docs/guides/structured-outputs, state of 2026): every object is closed and
requires all of its properties; no oneOf, allOf, default, min/maxLength; unions are anyOf. Models must be
written for it: plain unions tagged by a Literal, ``X | None`` for what may be absent, no dict, no Any.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_DROPPED = {"title", "default", "minLength", "maxLength", "examples"}
_REFUSED = {"oneOf", "allOf", "not", "patternProperties", "propertyNames", "prefixItems", "discriminator"}


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema; ValueError for a model that strict mode could not take."""
    schema = model.model_json_schema()
    closed = _closed(schema, top=True)
    assert isinstance(closed, dict)
    closed.pop("description", None)
    return closed


def _closed(part: Any, *, top: bool = False, names: bool = False) -> Any:
    """``names``: the keys of this mapping are names of properties or definitions, not of schema rules."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    if names:
        return {name: _closed(value) for name, value in part.items()}
    if refused := _REFUSED & part.keys():
        raise ValueError(f"strict schemas have no {', '.join(sorted(refused))}")
    found = {
        key: _closed(value, names=key in ("properties", "$defs"))
        for key, value in part.items()
        if key not in _DROPPED
    }
    if "$ref" in found:
        return {"$ref": found["$ref"]}  # strict mode takes no words beside a reference
    if found.get("type") == "object":
        if "properties" not in found or found.get("additionalProperties") not in (None, False):
            raise ValueError("strict schemas have no open objects")
        found["required"] = list(found["properties"])
        found["additionalProperties"] = False
    if found.get("type") == "array" and not found.get("items"):
        raise ValueError("strict schemas have no lists of anything")
    if top and found.get("type") != "object":
        raise ValueError("a strict schema is an object")
    return found
