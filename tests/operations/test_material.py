"""Collecting and looking at media and account, status, jobs and help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.operations.registry import Requester, operations
from bot.operator import Operator
from services.errors import Unavailable
from tests.operations.asking import ask, replies
from tests.reconcilers.helpers import make_draft

DESK = Requester("desk")


async def test_collect_answers_the_summary_that_it_files(op: Operator) -> None:
    said = await replies(op, "collect")
    summary = said[-1].data
    assert (said[-1].ok, set(summary)) == (
        True,
        {"started_at", "finished_at", "overall_success", "sources"},
    )
    for source in summary["sources"].values():
        assert set(source) == {"ok", "file", "seconds", "counts", "error"}
        assert Path(source["file"]).is_file()
    (filed,) = (op.options.data_dir / "collected_data").glob("data_collection_summary_*.json")
    assert json.loads(filed.read_text()) == summary


async def test_one_source_that_fails_stops_no_other(op: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    async def asleep() -> str:
        raise Unavailable("The account sleeps.")

    monkeypatch.setattr(op.services.account, "ping", asleep)
    answer = await ask(op, "collect")
    assert (answer.ok, answer.data["sources"]["gcs"]["ok"]) == (True, True)
    assert "sleeps" in answer.data["sources"]["instagram"]["error"]


async def test_inventory_lists_searches_and_exports(op: Operator, tmp_path: Path) -> None:
    everything = await ask(op, "inventory")
    assert everything.data["summary"]["bucket_summary"]["total_files"] == len(everything.data["files"])
    found = (await ask(op, "inventory", search="rv06", category="image")).data["files"]
    assert {file["name"] for file in found} == {"rv06.jpg", "rv06_drying.jpg"}
    assert "None matches" in (await ask(op, "inventory", search="nothing like it")).text
    assert not (await ask(op, "inventory", category="poem")).ok
    target = tmp_path / "inventory.json"
    await ask(op, "inventory", export=str(target))
    assert json.loads(target.read_text())["inventory_info"]["inventory_version"] == "2.1"


async def test_insights_say_that_they_are_a_sample(op: Operator, tmp_path: Path) -> None:
    answer = await ask(op, "insights", export=str(tmp_path / "a.json"))
    assert answer.data["export_info"]["source"] == "sample"
    assert "sample data" in answer.text
    document = {name: part for name, part in answer.data.items() if name != "evidence"}
    assert json.loads((tmp_path / "a.json").read_text()) == document
    assert "Not enough data" in answer.data["evidence"]["lines"][0]


@pytest.mark.parametrize("name", ["../x.json", "/elsewhere/x.json", ".hidden", "a/b.json"])
async def test_who_is_not_at_the_machine_exports_into_one_folder_only(op: Operator, name: str) -> None:
    refused = await ask(op, "insights", by=DESK, export=name)
    assert (refused.ok, "plain file name" in refused.text) == (False, True)
    assert (await ask(op, "insights", by=DESK, export="x.json")).ok
    assert (op.options.data_dir / "exports" / "x.json").is_file()


async def test_status_names_every_twin_and_measures(op: Operator) -> None:
    await make_draft(op)
    await ask(op, "drafts")
    data = (await ask(op, "status")).data
    assert data["services"] == {
        "account": "sample", "bucket": "folder", "planner": "offline", "renderer": "quick",
        "sheet": "csv_file", "publisher": "outbox",
    }  # fmt: skip
    assert {"operation.drafts", "reconcile.render"} <= set(data["metrics"])
    assert set(data["metrics"]["operation.drafts"]) == {"count", "failures", "retries", "p50", "p95", "max"}
    assert (data["drafts"], data["running"]) == ({"draft": 1}, False)


async def test_status_fails_when_a_service_does(op: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    async def asleep() -> str:
        raise Unavailable("The sheet sleeps.")

    monkeypatch.setattr(op.services.sheet, "ping", asleep)
    answer = await ask(op, "status")
    assert (answer.ok, answer.data["health"]["sheet"]["ok"]) == (False, False)


async def test_jobs_and_what_keeps_failing(op: Operator) -> None:
    assert "Nothing was asked for yet" in (await ask(op, "jobs")).text
    await ask(op, "collect")
    data = (await ask(op, "jobs")).data
    assert [(job["kind"], job["state"]) for job in data["jobs"]] == [("collect", "done")]
    assert data["troubles"] == []


async def test_help_explains_every_operation(op: Operator) -> None:
    listed = (await ask(op, "help")).data
    assert [item["name"] for item in listed] == list(operations())
    assert "deny NUMBER [REASON]" in (await ask(op, "help", topic="deny")).text
    wrong = await ask(op, "help", topic="fly")
    assert (wrong.ok, "There are:" in wrong.remedy) == (False, True)


async def test_a_defect_becomes_a_calm_sentence(op: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr(op.services.account, "export_to_json", lambda path: broken())
    answer = await ask(op, "insights")
    assert not answer.ok
    assert "incident" in answer.text
    assert "secret" not in answer.text + answer.remedy


async def test_who_stops_listening_leaves_nothing_behind(op: Operator) -> None:
    from bot.surfaces.base import dispatch
    from tests.operations.asking import CONSOLE

    said = dispatch(op, CONSOLE, "generate", {"count": 1})
    await anext(said)
    await anext(said)
    await said.aclose()
    assert op.engine.running() == []
