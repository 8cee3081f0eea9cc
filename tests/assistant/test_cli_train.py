"""`storeclerk train` on the toy shop: what it says before a model is loaded, and a training of a tiny model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from assistant.profile import bought
from assistant.settings import EncoderSettings, Settings
from assistant.training import TrainingReport
from assistant.training_card import model_card
from assistant.training_lists import Sources, make_lessons, read_events
from retrieval.adapters import PROVENANCE, WEIGHTS, check_adapter
from retrieval.encoder import HashEncoder, model_name
from retrieval.errors import ModelMissing
from retrieval.index import build_index, open_index
from retrieval.judgements import read_judgements
from retrieval.measures import Interval
from retrieval.recipe import Recipe
from tests.retrieval.tiny_models import make_tiny_model
from tests.toys import COLOURS, KINDS, toy_products, write_jsonl, write_rows

HEADER = ("query", "product_id", "grade")
EVENTS = ("shopper", "time", "event", "product_id", "rating")


@pytest.fixture(scope="module")
def toy_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    build_index([write_jsonl(folder / "toys.jsonl", toy_products())], folder / "data", HashEncoder())
    return folder / "data"


@pytest.fixture
def files(tmp_path: Path, toy_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, judgements and events; output goes beside them."""
    (tmp_path / "storeclerk.toml").write_text(f'data_dir = "{toy_data}"\n[encoder]\nkind = "hash"\n')
    monkeypatch.setenv("STORECLERK_CONFIG", str(tmp_path / "storeclerk.toml"))
    judged = [
        (f"{colour} {kind}", f"p{product}", grade)
        for k, kind in enumerate(KINDS)
        for c, colour in enumerate(COLOURS)
        for product, grade in ((4 * k + c, 3), (4 * k + (c + 1) % 4, 0))
    ]
    write_rows(tmp_path / "qrels.csv", HEADER, *judged)
    steps = [
        (f"s{s}", f"2026-01-0{day}", "buy" if day == 3 else "view", f"p{(5 * s + day) % 24}", "")
        for s in range(12)
        for day in (1, 2, 3)
    ]
    write_rows(tmp_path / "events.csv", EVENTS, *steps)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["train", *arguments])


def refused(*arguments: str) -> str:
    """What is said, in one line, of a training that does not begin."""
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    (line,) = result.stderr.strip().splitlines()
    return line


class TestRefused:
    def test_empty_files(self, files: Path) -> None:
        (files / "empty").write_text("")
        assert "empty is empty" in refused("encoder", "--qrels", str(files / "empty"))
        assert "no column" in refused("encoder", "--events", str(files / "empty"))
        write_rows(files / "header.csv", EVENTS)
        assert "holds no purchase" in refused("encoder", "--events", str(files / "header.csv"))
        write_rows(files / "header.csv", HEADER)
        assert "holds no judgement" in refused("encoder", "--qrels", str(files / "header.csv"))

    def test_judgements_that_cannot_teach(self, files: Path) -> None:
        write_rows(files / "strange.csv", HEADER, ("tent", "x1", 3), ("tent", "x2", 0))
        assert "the first being 'x1'" in refused("encoder", "--qrels", str(files / "strange.csv"))
        write_rows(files / "flat.csv", HEADER, ("tent", "p0", 3), ("tent", "p1", 3))
        assert "teach no order" in refused("reranker", "--qrels", str(files / "flat.csv"))
        (files / "trec").write_text("q1 0 p0 3\nq1 0 p1 0\n")
        assert "--queries" in refused("encoder", "--qrels", str(files / "trec"))
        (files / "queries").write_text("q9\ttent\n")
        said = refused("encoder", "--qrels", str(files / "trec"), "--queries", str(files / "queries"))
        assert "'q1'" in said

    def test_outputs(self, files: Path) -> None:
        assert "is a file" in refused("encoder", "--output", str(files / "qrels.csv"))
        assert "is not empty" in refused("encoder", "--output", str(files))
        assert "leave out --resume" in refused("encoder", "--output", str(files / "new"), "--resume")
        assert not (files / "new.unfinished").exists()

    def test_bases(self, files: Path) -> None:
        assert "no config.json" in refused("encoder", "--base", str(files))

    def test_events_for_a_reranker(self, files: Path) -> None:
        assert "for the encoder" in refused("reranker", "--events", str(files / "events.csv"))

    @pytest.mark.parametrize(
        "arguments", [("--events",), ("--requests", "0"), ("--matryoshka", "many"), ("--rank", "0")]
    )
    def test_wrong_usage(self, files: Path, arguments: tuple[str, ...]) -> None:
        assert run("encoder", *arguments).exit_code == 2


class TestLists:
    def test_every_source_counts_and_products_are_held_out(self, files: Path, toy_data: Path) -> None:
        encoder = HashEncoder()
        sources = Sources(files / "qrels.csv", files / "events.csv", 50, products_held_out=0.25)
        with open_index(toy_data, encoder) as index:
            made = make_lessons(index, encoder, sources, read_judgements(files / "qrels.csv"), 7)
            again = make_lessons(index, encoder, sources, read_judgements(files / "qrels.csv"), 7)
            only = make_lessons(index, encoder, replace(sources, qrels=None, events=None), None, 7)
        assert made == again
        assert made.counts["judgements"] == 24
        assert made.counts["events"] == 12
        assert len(made.products_held_out) == 6
        shown = {id for one in (*only.training, *only.held_out) for id in one.product_ids}
        assert not shown & set(only.products_held_out)
        assert {id for one in made.training for id in (*one.product_ids, *one.history)} <= made.texts.keys()

    def test_one_query_is_trained_on_and_it_is_said(self, files: Path, toy_data: Path) -> None:
        write_rows(files / "one.csv", HEADER, ("tent", "p0", 3), ("tent", "p5", 0), ("tent", "gone", 1))
        with open_index(toy_data, HashEncoder()) as index:
            sources = Sources(files / "one.csv")
            made = make_lessons(index, HashEncoder(), sources, read_judgements(files / "one.csv"), 7)
        assert len(made.training) == 1
        assert not made.held_out
        assert [note.split(" ")[0] for note in made.notes] == ["1", "Nothing"]

    def test_events_are_in_order_of_time_and_bought_once(self, tmp_path: Path) -> None:
        rows = [("s", "3", "rate", "p1", "5"), ("s", "1", "view", "p0", ""), ("s", "2", "buy", "p1", "")]
        write_rows(tmp_path / "e.csv", EVENTS, *rows, ("s", "4", "buy", "gone", ""))
        events = read_events(tmp_path / "e.csv", frozenset(["p0", "p1"]))
        assert [(event.product_id, event.bought) for event in events] == [("p0", False), ("p1", True), ("p1", False)]
        assert bought("rate")
        assert not bought("view")


def report(**changes: Any) -> TrainingReport:
    some = Interval(0.5, 0.4, 0.6, 9)
    stated: dict[str, Any] = {
        "kind": "reranker", "folder": Path("shop/reranker"), "base": "base-1", "base_setting": "", "recipe": Recipe(),
        "counts": {"judgements": 20}, "lists": 18, "held_out": 9, "before": some, "after": some, "difference": some,
        "p_value": 0.0001, "steps": 4, "best_step": 2, "notes": (),
    }  # fmt: skip
    return TrainingReport(**(stated | changes))


class TestCard:
    def test_it_says_what_how_and_how_good(self) -> None:
        card = model_card(report(), "storeclerk train reranker", "CC0-1.0")
        for part in ("# reranker", "base-1", "CC0-1.0", "20 lists", "0.500 [0.400, 0.600]", "p < 0.001", "step 2"):
            assert part in card
        assert 'adapter = "reranker"' in card

    def test_without_a_measurement_it_claims_nothing(self) -> None:
        card = model_card(report(before=None, after=None, difference=None, p_value=None, best_step=None), "", "")
        assert "nothing is known" in card
        assert "Licence" not in card

    def test_the_settings_name_base_and_adapter_or_the_model(self) -> None:
        assert report().setting_lines()[0] == "[reranker]"
        assert report(base_setting="b").setting_lines(whole_paths=False)[2:] == ('model = "b"', 'adapter = "reranker"')
        full = report(recipe=Recipe(method="full"))
        assert full.setting_lines(whole_paths=False)[2:] == ('model = "reranker"',)


@pytest.mark.models
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize("kind", ["encoder", "reranker"])
def test_a_training_from_end_to_end(kind: str, files: Path) -> None:
    base = make_tiny_model(files / "tiny")
    sources = ["--qrels", str(files / "qrels.csv"), "--requests", "20"]
    sources += ["--events", str(files / "events.csv")] if kind == "encoder" else []
    output = files / "trained"
    result = run(
        kind, *sources, "--base", str(base), "--output", str(output), "--products-held-out", "0.1", "--json"
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["held_out"]["queries"] > 1
    assert set(said["held_out"]) == {"queries", "measure", "before", "after", "difference", "p_value"}
    note = json.loads((output / PROVENANCE).read_text())
    assert note["kind"] == kind
    assert note["recipe"] == said["recipe"]
    assert str(files) not in (output / WEIGHTS).read_text()
    assert len((output / "products_held_out.txt").read_text().split()) == 2
    assert (output / "README.md").read_text().startswith("# trained")
    check_adapter(output, kind, model_name(str(base)))
    with pytest.raises(ModelMissing, match="was trained on tiny-"):
        check_adapter(output, kind, model_name())
    assert not (files / "trained.unfinished").exists()
    assert f'adapter = "{output}"' in said["settings"]
    if kind == "encoder":
        trained = EncoderSettings(model=str(base), adapter=str(output))
        assert Settings(encoder=trained).encoder.adapter
    assert "is not empty" in refused(kind, *sources, "--output", str(output))
