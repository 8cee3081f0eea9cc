"""The commands of figures, exports and imports, from a queue to a file and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from tests.assistant.judgements import FALSE, MONDAY, item, judgement
from tests.assistant.review_queue import desk

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Forty explanations of a good version and forty of a later, worse one, each judged by two."""
    good = [item(n, version="good + 1", created=MONDAY + n) for n in range(1, 41)]
    bad = [item(n, (FALSE,), version="bad + 1", created=MONDAY + n) for n in range(41, 81)]
    with desk(tmp_path, [*good, *bad]) as (_engine, reviews):
        for each in [*good, *bad]:
            for who in ("robin", "sam"):
                reviews.save(who, each.id, 1, judgement("yy" if each.id < 41 else "n"), 9)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(cli, ["reviews", *map(str, arguments), "--data-dir", str(tmp_path)])

    return invoke


def read(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_figures_compare_draw_and_raise_alarms(run: Run, tmp_path: Path) -> None:
    arguments = ("--version", "bad + 1", "--against", "good + 1", "--plots", tmp_path / "plots")
    found = read(run("figures", *arguments, "--json"))
    assert [(g["group"], g["supported"]["share"]) for g in found["groups"]] == [("good + 1", 1.0), ("bad + 1", 0.0)]
    assert found["groups"][1]["by_checker"]["share"] == 0.0
    assert found["comparison"]["differences"][0]["difference"] == -1.0
    assert {alarm["measure"] for alarm in found["alarms"]} == {"supported"} and len(found["alarms"]) == 2
    assert [Path(file).name for file in found["plots"]] == ["versions.svg", "weeks.svg", "agreement.svg"]
    assert "prefers-color-scheme" in (tmp_path / "plots" / "versions.svg").read_text(encoding="utf-8")
    told = run("figures", *arguments).stdout
    assert "ALARM bad + 1: " in told and "Risky items are left out" in told


def test_agreement_for_people_and_as_json(run: Run) -> None:
    found = read(run("agreement", "--json"))
    assert found["questions"][0]["alpha"] == 1.0 and found["pairs"][0]["first"] == "robin"
    assert "supported  alpha 1.000 [1.000, 1.000]" in run("agreement").stdout


def test_export_check_and_import(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    assert read(run("export", "regression", "--output", cases, "--json"))["rows"] == 120
    assert "120 of 120 cases hold" in run("check", cases).stdout
    turned = tmp_path / "turned.jsonl"
    turned.write_text(cases.read_text(encoding="utf-8").replace('"label": false', '"label": true'), encoding="utf-8")
    failed = run("check", turned)
    assert failed.exit_code == 1 and "refused, though supported" in failed.stdout
    table = tmp_path / "outside.csv"
    table.write_text("item,reviewer,supported,relevant,complete,clear,not_pushy\n1,kim,no,2,2,2,2\nx,kim,no,2,2,2,2\n")
    done = read(run("import", table, "--json"))
    assert (done["saved"], done["rejected"]) == (1, 1) and Path(done["rejects"]).is_file()
    again = read(run("export", "regression", "--output", cases, "--json"))
    assert again["changed"] == []  # two of three still say so
    text = run("import", table).stdout
    assert "0 judgements taken in, 1 known already" in text and "line 3: item 'x' is no number" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("figures", "--version", "no + 1", "--against", "good + 1"),
            "There is no version 'no + 1': good + 1; bad + 1.",
        ),
        (("import", "nothing.csv"), "nothing.csv cannot be read"),
        (("check", "nothing.jsonl"), "nothing.jsonl cannot be read"),
    ],
)
def test_what_is_wrong_is_one_line(run: Run, arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1 and says in result.stderr and result.stderr.count("\n") == 1


def test_one_version_alone_is_wrong_usage(run: Run) -> None:
    assert run("figures", "--version", "good + 1").exit_code == 2
