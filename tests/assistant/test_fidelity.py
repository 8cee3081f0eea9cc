"""Taking reasons away, on shops where it is plain what must happen."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.clerk import Clerk, open_clerk
from assistant.cli import cli
from assistant.fidelity import Fidelity, Standing, Trial, made_queries, measure
from assistant.fidelity_report import as_csv, as_json, as_markdown, failures, lines_of_fidelity
from assistant.recommending import shown_for
from assistant.settings import EncoderSettings, GeneratorSettings, Settings
from retrieval.encoder import HashEncoder
from retrieval.errors import StoreclerkError
from retrieval.index import build_index
from retrieval.types import Product
from tests.toys import toy_product, toy_products, write_jsonl

HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> | *red* tent"


@contextmanager
def shop(folder: Path, products: Sequence[Product]) -> Iterator[Clerk]:
    build_index([write_jsonl(folder / "feed.jsonl", products)], folder / "data", HashEncoder())
    settings = Settings(
        data_dir=folder / "data", encoder=EncoderSettings(kind="hash"), generator=GeneratorSettings(kind="none")
    )
    with open_clerk(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    toys = [toy_product(n, stock=3) for n in range(24)]  # what is sold out would give way to what is not
    with shop(tmp_path_factory.mktemp("toys"), toys) as opened:
        yield opened


@pytest.fixture(scope="module")
def fidelity(clerk: Clerk) -> Fidelity:
    return measure(clerk, ["red tent", "tent under €12", "waterproof lamp", "mug", "hello"], resamples=200)


def trials(clerk: Clerk, query: str) -> list[Trial]:
    return list(measure(clerk, [query], resamples=50).trials)


def test_every_reason_lowers_the_score_it_counts_in(fidelity: Fidelity) -> None:
    assert fidelity.trials
    for t in fidelity.trials:
        assert t.lowers, t
        if t.kind != "relevance: part":
            assert t.before.score - t.after.score == pytest.approx(t.contribution)
    assert fidelity.shares["all"]["score lowers"].mean == 1.0


def test_requests_that_ask_for_no_product_are_counted_apart(fidelity: Fidelity) -> None:
    assert (fidelity.requests, fidelity.answered) == (5, 4)
    assert fidelity.products > 0
    assert fidelity.counts["all"] == len(fidelity.trials)
    assert fidelity.counts["control"] == len(fidelity.controls)


def test_a_filter_lifted_lets_in_what_it_kept_out(clerk: Clerk) -> None:
    # Two tents are within the budget and both are shown: nobody competes until the filter is lifted.
    found = [t for t in trials(clerk, "tent under €12") if t.signal == "budget"]
    assert found
    for t in found:
        assert t.before.margin is None
        assert t.after.margin is not None
        assert t.moves


def test_a_wish_taken_back_takes_its_words_with_it(clerk: Clerk) -> None:
    # The word "red" finds the red tent without the wish as well; without either it is one tent of four.
    [red] = [t for t in trials(clerk, "red tent") if t.signal == "wish:attribute:colour" and t.product_id == "p0"]
    assert red.before.place == red.after.place == 1
    assert red.taken_back is not None
    assert red.taken_back.place == 4
    assert red.falls_without_wish
    assert all(t.taken_back is None for t in trials(clerk, "red tent") if t.kind == "social_proof")


def test_a_wish_that_every_candidate_meets_moves_nothing(tmp_path: Path) -> None:
    with shop(tmp_path, [toy_product(n, attributes={"colour": "red"}, rating=None) for n in range(12)]) as opened:
        red = [t for t in trials(opened, "red tent") if t.signal.endswith("attribute:colour")]
        assert red
        assert not any(t.moves for t in red)
        assert all(t.lowers for t in red)


def test_a_catalogue_of_one_product_has_nothing_to_fall_behind(tmp_path: Path) -> None:
    with shop(tmp_path, [toy_product(0, stock=3)]) as opened:
        found = measure(opened, ["waterproof red tent"], resamples=50)
        assert all(t.lowers and not t.moves and not t.leaves for t in found.trials)
        assert all(t.before.place == 1 for t in found.trials)
        assert found.sufficiency["reasons alone"].mean == 1.0
        assert failures(found) == sorted(found.trials, key=lambda t: t.kind)


def test_the_control_is_no_reason_and_no_base(clerk: Clerk, fidelity: Fidelity) -> None:
    for t in fidelity.controls:
        shown = shown_for(clerk, t.request)
        assert shown is not None
        [r] = [r for r in shown.recommendations if r.product.id == t.product_id]
        assert t.signal not in {reason.signal for reason in r.reasons} | {"meaning", "relevance"}


def test_the_same_seed_gives_the_same(clerk: Clerk, fidelity: Fidelity) -> None:
    again = measure(clerk, ["red tent", "tent under €12", "waterproof lamp", "mug", "hello"], resamples=200)
    assert again == fidelity
    assert made_queries(clerk, 5, 3) == made_queries(clerk, 5, 3) != made_queries(clerk, 5, 4)


def standing(score: float, place: int = 1, margin: float | None = 0.2) -> Standing:
    return Standing(score, place, margin, on_page=True)


@pytest.mark.parametrize(
    ("contribution", "before", "after", "lowers", "moves"),
    [
        (0.2, standing(1.0), standing(0.8, margin=0.0), True, True),
        (0.2, standing(1.0), standing(0.8), True, False),
        (0.2, standing(1.0), standing(0.8, place=2), True, True),
        (0.2, standing(1.0, margin=None), standing(0.8, margin=None), True, False),
        (0.2, standing(1.0, margin=None), standing(0.8, margin=0.3), True, True),
        (-0.2, standing(1.0), standing(1.2, margin=0.4), True, True),
        (-0.2, standing(1.0, place=2), standing(1.2), True, True),
        (-0.2, standing(1.0), standing(1.2), True, False),
        (-0.2, standing(1.0), standing(0.8, margin=0.0), False, False),
    ],
)
def test_what_passes(contribution: float, before: Standing, after: Standing, lowers: bool, moves: bool) -> None:
    trial = Trial("q", "p", "request_met", "s", contribution, "", before, after)
    assert (trial.lowers, trial.moves) == (lowers, moves)


def test_the_report_is_whole_and_inert(fidelity: Fidelity) -> None:
    still = standing(1.0)
    bad = Trial(HOSTILE, "p|0", "request_met", "s", 0.2, "It comes in <b>red</b>.", still, still)
    hostile = replace(fidelity, trials=(*fidelity.trials, bad))
    written = as_markdown(hostile)
    assert "<script" not in written
    assert "<b>" not in written
    assert "p\\|0" in written
    rows = list(csv.DictReader(as_csv(hostile).splitlines()))
    assert len(rows) == len(failures(hostile))
    [row] = [row for row in rows if row["product_id"] == "p|0"]
    assert row["request"].startswith("'=")
    assert (row["place_before"], row["margin_after"]) == ("1", "0.200000")
    assert as_json(fidelity)["kinds"]["all"]["count"] == len(fidelity.trials)
    assert any(line.startswith("control") for line in lines_of_fidelity(fidelity))


def test_nothing_to_measure_is_said_in_one_line(clerk: Clerk) -> None:
    with pytest.raises(StoreclerkError, match="'hello'"):
        measure(clerk, ["hello"])


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORECLERK_ENCODER__KIND", "hash")
    monkeypatch.setenv("STORECLERK_DATA_DIR", str(tmp_path / "data"))
    feed = write_jsonl(tmp_path / "toys.jsonl", toy_products())
    assert CliRunner().invoke(cli, ["index", str(feed)]).exit_code == 0
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["evaluate", "reasons", *args])


class TestCommand:
    def test_json_and_files(self, toys: Path) -> None:
        (toys / "queries.txt").write_text("red tent\n\nq2\tgreen lamp\nmug\n")
        result = run("--queries", "queries.txt", "--limit", "2", "--json")
        assert result.exit_code == 0, result.stderr
        out = json.loads(result.stdout)
        assert out["requests"] == 2
        assert out["kinds"]["all"].keys() == {"count", "score lowers", "falls or loses margin", "leaves the page"} | {
            "falls without the wish"
        }
        folder = toys / "data" / "evaluation" / "reasons"
        assert out["files"] == [str(folder / "report.md"), str(folder / "failures.csv")]
        assert all(Path(file).is_file() for file in out["files"])

    def test_for_people_with_requests_made_from_the_catalogue(self, toys: Path) -> None:
        result = run("--limit", "4", "--output", "out")
        assert result.exit_code == 0, result.stderr
        assert "4 requests" in result.stdout
        assert "out/report.md" in result.stdout

    @pytest.mark.parametrize(
        ("make", "args", "says"),
        [
            (None, ["--queries", "missing.txt"], "missing.txt"),
            (lambda p: (p / "e").write_text("\n"), ["--queries", "e"], "holds no line of text"),
            (lambda p: (p / "h").write_text("hello\n"), ["--queries", "h"], "'hello'"),
            (lambda p: (p / "file").write_text(""), ["--output", "file"], "--output"),
            (None, ["--data-dir", "nowhere"], "nowhere"),
        ],
    )
    def test_one_clear_line(
        self, toys: Path, make: Callable[[Path], object] | None, args: list[str], says: str
    ) -> None:
        if make is not None:
            make(toys)
        result = run(*args)
        assert result.exit_code == 1
        assert says in result.stderr
        lines = [line for line in result.stderr.replace("\r", "\n").splitlines() if line and "rows/s" not in line]
        assert len(lines) == 1
        assert result.stdout == ""
