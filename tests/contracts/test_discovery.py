"""The checker of exchanges with Google's services finds what is wrong, and nothing else."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.discovery import FOLDER, contract

SHEET = "/v4/spreadsheets/abc"
VALUES = f"{SHEET}/values/A1%3AB2"
RIGHT: tuple[tuple[str, str, dict[str, list[str]], Any, Any], ...] = (
    ("GET", VALUES, {"majorDimension": ["ROWS"]}, None, {"range": "A1:B2", "values": [["a", 1, True]]}),
    ("POST", f"{SHEET}/values:batchUpdate", {}, {"valueInputOption": "RAW", "data": []}, {}),
    ("POST", f"{VALUES}:append", {"insertDataOption": ["INSERT_ROWS"]}, {"values": [[None]]}, {}),
    ("POST", f"{SHEET}:batchUpdate", {}, {"requests": [{"addSheet": {"properties": {"title": "x"}}}]}, None),
)
WRONG: tuple[tuple[str, str, dict[str, list[str]], Any, Any], ...] = (
    ("GET", "/v4/sheets/abc", {}, None, None),
    ("PATCH", VALUES, {}, None, None),
    ("GET", VALUES, {"majorDimensions": ["ROWS"]}, None, None),
    ("GET", VALUES, {"majorDimension": ["LINES"]}, None, None),
    ("GET", VALUES, {"majorDimension": ["ROWS", "ROWS"]}, None, None),
    ("GET", VALUES, {}, {"values": []}, None),
    ("GET", VALUES, {}, None, {"cells": []}),
    ("POST", f"{SHEET}/values:batchUpdate", {}, {"valueInputOption": "raw"}, None),
    ("POST", f"{SHEET}/values:batchUpdate", {}, {"data": [{"range": 7}]}, None),
    ("POST", f"{SHEET}:batchUpdate", {}, {"requests": [{"addShet": {}}]}, None),
)


@pytest.mark.parametrize("exchange", RIGHT, ids=str)
def test_what_is_right_is_accepted(exchange: tuple[str, str, dict[str, list[str]], Any, Any]) -> None:
    verb, path, query, body, answer = exchange
    name, problems = contract("sheets.v4").check(verb, path, query, body, 200, answer)
    assert name.startswith("sheets.spreadsheets.")
    assert problems == []


@pytest.mark.parametrize("exchange", WRONG, ids=str)
def test_what_is_wrong_is_found(exchange: tuple[str, str, dict[str, list[str]], Any, Any]) -> None:
    verb, path, query, body, answer = exchange
    assert contract("sheets.v4").check(verb, path, query, body, 200, answer)[1]


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("GET", "/storage/v1/b/clay/o", "storage.objects.list"),
        ("GET", "/storage/v1/b/clay/o/a%2Fb.mp4", "storage.objects.get"),
        ("GET", "/download/storage/v1/b/clay/o/a%2Fb.mp4", "storage.objects.get"),
        ("POST", "/upload/storage/v1/b/clay/o", "storage.objects.insert"),
        ("POST", "/resumable/upload/storage/v1/b/clay/o", "storage.objects.insert"),
        ("GET", "/storage/v1/b/clay/iam/testPermissions", "storage.buckets.testIamPermissions"),
    ],
)
def test_methods_are_known_by_every_path_they_have(verb: str, path: str, name: str) -> None:
    method = contract("storage.v1").method(verb, path)
    assert method is not None
    assert method["id"] == name


def test_the_documents_are_those_that_are_shared(contracts_dir: Path) -> None:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            prose = ("description", "enumDescriptions")
            return {n: bare(v) for n, v in value.items() if n not in prose or isinstance(v, dict)}
        return [bare(one) for one in value] if isinstance(value, list) else value

    for name in ("sheets.v4", "storage.v1"):
        ours = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
        assert ours == bare(json.loads((contracts_dir / f"{name}.json").read_text()))


def test_it_judges_as_the_shared_checker_does(contracts_dir: Path) -> None:
    spec = importlib.util.spec_from_file_location("sheets_contract", contracts_dir / "sheets_contract.py")
    assert spec is not None
    assert spec.loader is not None
    shared = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shared)
    for verb, path, query, body, answer in (*RIGHT, *WRONG):
        text = "&".join(f"{name}={value}" for name, values in query.items() for value in values)
        _, theirs = shared.check(verb, f"https://sheets.googleapis.com{path}?{text}", body, 200, answer)
        ours = contract("sheets.v4").check(verb, path, query, body, 200, answer)[1]
        assert bool(ours) == bool(theirs), (verb, path, theirs, ours)
