"""Holds one exchange with a Google service against that service's own discovery document.

The documents lie in tests/contracts/google, without their prose and compressed. Unknown methods, parameters
and fields, wrong types and wrong words are found; what a service refuses for other reasons is not.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema

FOLDER = Path(__file__).parent.parent / "contracts" / "google"
_KEPT = {"type", "enum", "pattern", "minimum", "maximum"}


@functools.cache
def contract(name: str) -> Contract:
    """ "sheets.v4" or "storage.v1"; reading one takes a moment."""
    return Contract(json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes())))


class Contract:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._base = "/" + document["servicePath"]
        self._schemas = {name: _schema(schema) for name, schema in document["schemas"].items()}
        self._methods = [(method, self._pattern(path), path) for method, path in _methods(document)]

    def method(self, verb: str, path: str) -> dict[str, Any] | None:
        """The method of a path as it stands in the request line; the one that says most of several."""
        found = [
            (len(template), method)
            for method, pattern, template in self._methods
            if method["httpMethod"] == verb and pattern.match(path)
        ]
        return max(found, key=lambda one: one[0])[1] if found else None

    def check(
        self,
        verb: str,
        path: str,
        query: Mapping[str, list[str]],
        body: Any = None,
        status: int = 0,
        answer: Any = None,
    ) -> tuple[str, list[str]]:
        """The method's name ("" if there is none) and what is wrong; body and answer as JSON values."""
        method = self.method(verb, path)
        if method is None:
            return "", [f"no such method: {verb} {path}"]
        problems = [*self._of_query(method, query)]
        if body is not None:
            if "request" not in method:
                problems.append("the method takes no body")
            else:
                problems += self._of(method["request"]["$ref"], body, "request")
        if answer is not None and 200 <= status < 300 and "response" in method:
            problems += self._of(method["response"]["$ref"], answer, "answer")
        return method["id"], [f"{method['id']}: {problem}" for problem in problems]

    def _pattern(self, path: str) -> re.Pattern[str]:
        parts = re.split(r"(\{\+?\w+\})", path)
        return re.compile(
            "".join("[^/]+?" if part.startswith("{") else re.escape(part) for part in parts) + r"\Z"
        )

    def _of_query(self, method: dict[str, Any], query: Mapping[str, list[str]]) -> Iterator[str]:
        known = {**self.document["parameters"], **method.get("parameters", {})}
        for name, values in query.items():
            if name not in known:
                yield f"unknown parameter {name}"
                continue
            about = known[name]
            if len(values) > 1 and not about.get("repeated"):
                yield f"{name} is given more than once"
            for value in values:
                if value not in about.get("enum", [value]):
                    yield f"{name}={value} is not one of its words"
                if about["type"] == "boolean" and value not in ("true", "false"):
                    yield f"{name}={value} is neither true nor false"
                if about["type"] == "integer" and not re.fullmatch(r"-?\d+", value):
                    yield f"{name}={value} is no whole number"

    def _of(self, name: str, value: Any, side: str) -> list[str]:
        schema = {"$ref": f"#/definitions/{name}", "definitions": self._schemas}
        errors = jsonschema.Draft7Validator(schema).iter_errors(value)
        return [f"{side} {list(error.absolute_path)}: {error.message[:200]}" for error in errors]


def _methods(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each method with every path it has; what is uploaded goes by a path of its own."""
    base = "/" + document["servicePath"]

    def walk(resources: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for resource in resources.values():
            yield from resource.get("methods", {}).values()
            yield from walk(resource.get("resources", {}))

    for method in walk(document["resources"]):
        yield method, base + method["path"]
        for protocol in method.get("mediaUpload", {}).get("protocols", {}).values():
            yield method, protocol["path"]
        if method.get("supportsMediaDownload"):
            yield method, f"/download{base}{method['path']}"


def _schema(node: dict[str, Any]) -> dict[str, Any]:
    """A schema of the document as JSON Schema: closed objects, and null wherever JSON of proto3 allows it."""
    if "$ref" in node:
        return {"$ref": f"#/definitions/{node['$ref']}"}
    schema = {key: node[key] for key in _KEPT & node.keys() if node[key] != "any"}
    if "properties" in node:
        schema["properties"] = {name: _schema(child) for name, child in node["properties"].items()}
        schema["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if key in node:
            schema[key] = _schema(node[key])
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if "type" in schema:
        numbers = ["integer"] if node.get("format") in ("int64", "uint64") else []
        schema["type"] = [schema["type"], "null", *numbers]
    return schema


def query_of(text: str) -> dict[str, list[str]]:
    return urllib.parse.parse_qs(text, keep_blank_values=True)
