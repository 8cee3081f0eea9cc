"""Measuring on the toy shop, where every right answer is obvious: "red tent" is p0, "green tent" p1, and so on."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.clerk import Clerk, open_clerk
from assistant.cli import cli
from assistant.evaluate import Evaluation, evaluate, match
from assistant.evaluation_report import as_html, as_markdown, tables
from assistant.recommending import ranked_for
from assistant.settings import EncoderSettings, GeneratorSettings, Settings
from assistant.systems import BASELINES, DEPTH, base_encoder, baseline_runs, catalogue_vectors, fused, own_run
from retrieval.encoder import HashEncoder
from retrieval.errors import JudgementError
from retrieval.index import build_index
from retrieval.judgements import Judgements, read_run
from retrieval.measures import by_place, top
from tests.toys import COLOURS, KINDS, toy_product, toy_products, write_jsonl

HOSTILE = "<script>alert('tent')</script> | red *tent*"
QUERIES = {f"{colour}-{kind}": f"{colour} {kind}" for kind in KINDS[:3] for colour in COLOURS}
QRELS = {qid: {f"p{n}": 2, f"p{(n + 1) % 12}": 0, f"p{(n + 4) % 12}": 1} for n, qid in enumerate(QUERIES)}


def judgements(**changes: Any) -> Judgements:
    return replace(Judgements(QRELS, dict(QUERIES), by_text=False, repeated=0), **changes)


@pytest.fixture(scope="module")
def toy_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    toys = [toy_product(n, stock=3) for n in range(24)]  # what is sold out would give way to what is not
    build_index([write_jsonl(folder / "toys.jsonl", toys)], folder / "data", HashEncoder())
    return folder / "data"


@pytest.fixture(scope="module")
def clerk(toy_data: Path) -> Iterator[Clerk]:
    settings = Settings(
        data_dir=toy_data, encoder=EncoderSettings(kind="hash"), generator=GeneratorSettings(kind="none")
    )
    with open_clerk(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def evaluation(clerk: Clerk) -> Evaluation:
    return evaluate(clerk, match(None, judgements(), clerk), base=HashEncoder(), resamples=500)


class TestMatching:
    def test_the_texts_in_the_judgements_are_the_queries(self, clerk: Clerk) -> None:
        by_text = judgements(
            qrels={"red tent": {"p0": 1}, "mug": {"p8": 1}}, texts={"red tent": "red tent", "mug": "mug"}, by_text=True
        )
        assert match(None, by_text, clerk).queries == {"1": "red tent", "2": "mug"}
        asked = match([("q7", "mug"), ("q8", "boat")], by_text, clerk)
        assert asked.queries == {"q7": "mug"}
        assert asked.qrels == {"q7": {"p8": 1}}

    def test_what_does_not_match_is_said(self, clerk: Clerk) -> None:
        qrels = {"a": {"p0": 1, "gone": 1}, "b": {"p1": 0}, "c": {"p2": 1}}
        task = match([("a", "red tent"), ("b", "mug"), ("d", "lamp")], judgements(qrels=qrels, repeated=2), clerk)
        assert task.queries == {"a": "red tent"}
        said = " ".join(task.notes)
        for part in (
            "1 query has no judgement",
            "'d'",
            "not asked, the first 'c'",
            "no relevant product",
            "'gone'",
            "2 ",
        ):
            assert part in said

    @pytest.mark.parametrize(
        ("queries", "changes", "says"),
        [
            (None, {"texts": {}}, "--queries"),
            ([("x", "tent")], {}, "None of the 1 queries is judged: the first is 'x', the first judged one 'red-tent'"),
            ([("a", "tent"), ("a", "mug")], {}, "qid 'a' twice"),
            ([("a", "")], {}, "has no text"),
            ([("a", "tent")], {"qrels": {"a": {"other-shop": 1}}}, "'other-shop'"),
            ([("a", "tent")], {"qrels": {"a": {"p0": 0}}}, "grade 1 or more"),
        ],
    )
    def test_errors(
        self, clerk: Clerk, queries: list[tuple[str, str]] | None, changes: dict[str, Any], says: str
    ) -> None:
        with pytest.raises(JudgementError) as error:
            match(queries, judgements(**changes), clerk)
        assert says in str(error.value)

    def test_another_catalogue_names_the_folder(self, clerk: Clerk, toy_data: Path) -> None:
        with pytest.raises(JudgementError, match=re.escape(str(toy_data))):
            match([("a", "tent")], judgements(qrels={"a": {"other-shop": 1}}), clerk)


class TestSystems:
    def test_own_run_begins_as_run_does(self, clerk: Clerk) -> None:
        run = own_run(clerk, {"q": "a red tent"}, 10)
        assert top(run["q"]) == [r.product.id for r in ranked_for(clerk, "a red tent", 10)]
        assert own_run(clerk, {"q": "thanks"}, 10) == {"q": {}}

    def test_baselines(self, clerk: Clerk) -> None:
        runs = baseline_runs(clerk, HashEncoder(), {"q": "red tent"})
        assert tuple(runs) == BASELINES
        assert {top(run["q"])[0] for run in runs.values()} == {"p0"}
        assert len(runs["base encoder"]["q"]) == min(24, DEPTH)

    def test_fusion_by_hand(self) -> None:
        """a: 1/61 + 1/63, b: 1/62 + 1/61, c: 1/63, d: 1/62."""
        assert fused([["a", "b", "c"], ["b", "d", "a"]]) == ["b", "a", "d", "c"]

    def test_the_base_encoder_is_the_settings_own_without_its_adapter(self, clerk: Clerk) -> None:
        assert base_encoder(clerk) is clerk.searcher.encoder

    def test_vectors_of_another_encoder_are_made_once_and_kept(self, clerk: Clerk) -> None:
        steps: list[str] = []

        def watch(step: str, _done: int, _total: int) -> None:
            steps.append(step)

        other = HashEncoder(32)
        first = catalogue_vectors(clerk, other, watch)
        assert first.shape == (24, 32)
        assert set(steps) == {"encoding"}
        steps.clear()
        assert (catalogue_vectors(clerk, other, watch) == first).all()
        assert not steps


class TestEvaluating:
    def test_the_right_answers_are_found(self, evaluation: Evaluation) -> None:
        assert evaluation.systems == ("storeclerk", *BASELINES)
        assert evaluation.means["storeclerk"]["P@1"].mean == 1.0
        assert evaluation.means["words"]["P@1"].queries == len(QUERIES)
        assert {c.system for c in evaluation.comparisons if c.measure == "nDCG@10"} <= set(evaluation.systems)
        assert all(c.system != c.baseline and 0 < c.p_value <= 1 for c in evaluation.comparisons)

    def test_a_tuned_encoder_is_shown_by_itself_and_is_no_baseline(self, clerk: Clerk) -> None:
        done = evaluate(clerk, match(None, judgements(), clerk), base=HashEncoder(8), resamples=100)
        assert done.systems == ("storeclerk", "encoder", *BASELINES)
        assert all(c.baseline in BASELINES for c in done.comparisons)
        assert done.means["encoder"]["MRR@10"].mean > done.means["base encoder"]["MRR@10"].mean

    def test_same_seed_same_figures(self, clerk: Clerk, evaluation: Evaluation) -> None:
        again = evaluate(clerk, match(None, judgements(), clerk), base=HashEncoder(), resamples=500)
        assert again == evaluation
        assert as_html(again) == as_html(evaluation)

    def test_a_run_from_elsewhere(self, clerk: Clerk) -> None:
        task = match(None, judgements(), clerk)
        given = {qid: by_place([*QRELS[qid], "unheard-of"]) for qid in list(QRELS)[1:]}
        done = evaluate(clerk, task, base=HashEncoder(), given=("words", given), resamples=100)
        assert done.systems == ("words (run)", *BASELINES)
        assert done.per_query["words (run)"]["red-tent"]["nDCG@10"] == 0.0
        assert done.means["words (run)"]["P@1"].mean == pytest.approx(11 / 12)
        said = " ".join(done.notes)
        assert "1 query has no result in the run" in said
        assert "'unheard-of'" in said

    def test_a_run_for_other_queries(self, clerk: Clerk) -> None:
        with pytest.raises(JudgementError, match="its first is 'z'"):
            evaluate(clerk, match(None, judgements(), clerk), base=None, given=("mine", {"z": {"p0": 1.0}}))

    def test_one_query_and_no_baseline(self, clerk: Clerk) -> None:
        task = match([("q", "red tent")], judgements(qrels={"q": {"p0": 1}}), clerk)
        done = evaluate(clerk, task, base=None)
        assert not done.comparisons
        for text in (as_html(done), as_markdown(done)):
            assert "One query" in text
            assert "(one query)" in text
        assert [table.title for table in tables(done)] == ["Means"]


@pytest.fixture(scope="module")
def hostile(clerk: Clerk) -> Evaluation:
    """The hostile query is one the given run loses, so that its text is shown."""
    task = match([("h", HOSTILE), ("b", "black lamp")], judgements(qrels={"h": {"p0": 1}, "b": {"p7": 1}}), clerk)
    given = {"h": by_place(["p9"]), "b": by_place(["p7"])}
    return evaluate(clerk, task, base=HashEncoder(), given=("$mine$ <b>", given), resamples=100)


class _Checked(HTMLParser):
    """Every element closed, in order; what stands in scripts, if there were any."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class TestReport:
    def test_html_is_whole_and_needs_nothing_from_elsewhere(self, evaluation: Evaluation) -> None:
        page = as_html(evaluation)
        checked = _Checked()
        checked.feed(page)
        assert checked.open == []
        assert {"table", "caption", "thead", "th", "svg", "main"} <= checked.seen
        assert not {"script", "link", "img", "iframe"} & checked.seen
        assert len(set(checked.ids)) == len(checked.ids)
        assert "currentColor" in page

    def test_every_text_is_escaped(self, hostile: Evaluation) -> None:
        page = as_html(hostile)
        assert "<script" not in page
        assert "<b>" not in page
        assert "&lt;script&gt;alert(&#x27;tent&#x27;)" in page
        written = as_markdown(hostile)
        assert "<script" not in written
        assert r"\| red \*tent\*" in written


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The toy shop indexed by the command, with judgements beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORECLERK_ENCODER__KIND", "hash")
    monkeypatch.setenv("STORECLERK_GENERATOR__KIND", "none")
    monkeypatch.setenv("STORECLERK_DATA_DIR", str(tmp_path / "data"))
    feed = write_jsonl(tmp_path / "toys.jsonl", toy_products())
    assert CliRunner().invoke(cli, ["index", str(feed)]).exit_code == 0
    rows = [f"{qid} 0 {id} {grade}\n" for qid, grades in QRELS.items() for id, grade in grades.items()]
    (tmp_path / "judged.txt").write_text("".join(rows))
    (tmp_path / "queries.tsv").write_text("".join(f"{qid}\t{text}\n" for qid, text in QUERIES.items()))
    return tmp_path


def measure(*args: str) -> Result:
    return CliRunner().invoke(cli, ["evaluate", "retrieval", *args])


class TestCommand:
    def test_json_and_files(self, toys: Path) -> None:
        result = measure("--qrels", "judged.txt", "--queries", "queries.tsv", "--json")
        assert result.exit_code == 0, result.stderr
        out = json.loads(result.stdout)
        assert out.keys() == {"queries", "products", "seed", "systems", "comparisons", "notes", "output", "files"}
        assert out["queries"] == len(QUERIES)
        mean = out["systems"]["storeclerk"]["measures"]["nDCG@10"]
        assert mean.keys() == {"mean", "low", "high", "queries"}
        assert out["comparisons"][0].keys() == {"measure", "system", "baseline", "difference", "p_value"}
        folder = toys / "data" / "evaluation"
        assert out["output"] == str(folder)
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        runs = {f"runs/{name}.run" for name in ("storeclerk", "words", "base-encoder", "fusion")}
        assert names == {"report.html", "report.md", "per_query.csv"} | runs
        with (folder / "per_query.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 4 * len(QUERIES)
        assert rows[0]["query"] == "red tent"
        assert read_run(folder / "runs" / "words.run").keys() == QUERIES.keys()

    def test_a_written_run_can_be_measured_again(self, toys: Path) -> None:
        plain = ["--qrels", "judged.txt", "--queries", "queries.tsv", "--no-baselines", "--json"]
        first = json.loads(measure(*plain, "--output", "one").stdout)
        again = json.loads(measure(*plain, "--output", "two", "--run", "one/runs/storeclerk.run").stdout)
        assert again["systems"] == first["systems"]
        assert again["comparisons"] == []

    def test_for_people(self, toys: Path) -> None:
        result = measure("--qrels", "judged.txt", "--queries", "queries.tsv", "--output", "out")
        assert result.exit_code == 0, result.stderr
        assert "nDCG@10" in result.stdout
        assert "out/report.html" in result.stdout

    @pytest.mark.parametrize(
        ("make", "args", "says"),
        [
            (None, ["--qrels", "judged.txt"], "--queries"),
            (None, ["--qrels", "missing.txt"], "missing.txt"),
            (lambda p: (p / "e").write_text(""), ["--qrels", "e"], "is empty"),
            (None, ["--qrels", "judged.txt", "--queries", "missing.tsv"], "missing.tsv"),
            (
                lambda p: (p / "file").write_text(""),
                ["--qrels", "judged.txt", "--queries", "queries.tsv", "--output", "file"],
                "--output",
            ),
        ],
    )
    def test_one_clear_line(
        self, toys: Path, make: Callable[[Path], object] | None, args: list[str], says: str
    ) -> None:
        if make is not None:
            make(toys)
        result = measure(*args)
        assert result.exit_code == 1
        assert says in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
        assert result.stdout == ""

    def test_without_rating_counts_there_is_no_novelty(self, toys: Path) -> None:
        feed = write_jsonl(toys / "unrated.jsonl", [replace(p, rating_count=0) for p in toy_products()])
        assert CliRunner().invoke(cli, ["index", str(feed)]).exit_code == 0
        out = json.loads(measure("--qrels", "judged.txt", "--queries", "queries.tsv", "--json").stdout)
        assert "novelty@10" not in out["systems"]["storeclerk"]["measures"]
        assert any("novelty" in note for note in out["notes"])
