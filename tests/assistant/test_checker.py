"""The second gate, labelled sentences, and the commands that train and measure: on toys, with fakes where one can."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from assistant.checker_evaluation import judges, kappa, measure_labelled, measure_made
from assistant.checker_examples import make_examples
from assistant.checker_training import threshold_of
from assistant.cli import cli
from assistant.entailment import CrossEncoderEntailment, Entailment, Gate, OverlapEntailment, open_gate, premise
from assistant.facts import Facts
from assistant.labels import labelled_row, read_labels
from assistant.vocabulary import build_vocabulary
from retrieval.adapters import PROVENANCE
from retrieval.encoder import HashEncoder
from retrieval.errors import JudgementError, ModelMissing
from retrieval.facets import build_facets
from retrieval.index import build_index
from tests.assistant.shop import PRODUCTS
from tests.assistant.test_claims_page import DEAR, HEAVY
from tests.assistant.test_verify import ABOUT, VOCABULARY, generated_facts
from tests.retrieval.tiny_models import make_tiny_model
from tests.toys import toy_products, write_jsonl

TENT = ABOUT["tent"]
PAGED = replace(TENT, page=(HEAVY, DEAR))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    products = [replace(p, id=f"{p.id}-{i}") for p in toy_products() for i in range(5)]  # enough to hold some out
    build_index([write_jsonl(tmp_path / "toys.jsonl", products)], tmp_path / "data", HashEncoder())
    (tmp_path / "storeclerk.toml").write_text(f'data_dir = "{tmp_path / "data"}"\n[encoder]\nkind = "hash"\n')
    monkeypatch.setenv("STORECLERK_CONFIG", str(tmp_path / "storeclerk.toml"))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    (line,) = result.stderr.strip().splitlines()
    return line


def written(folder: Path, *rows: tuple[Facts, str, bool | None, dict[str, bool]]) -> Path:
    lines = [labelled_row(facts, text) | {"label": label, "labels": labels} for facts, text, label, labels in rows]
    (folder / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder / "labels.jsonl"


class TestGate:
    def test_the_premise_names_facts_and_wishes_those_first_that_are_spoken_of(self) -> None:
        told = premise(PAGED, "Its packed length is 44 cm.")
        assert told.index("packed length: 44 cm") < told.index("brand: Brindle")
        assert "water column" not in told  # there is room for what matters alone
        assert "water column: 3000 mm" in premise(PAGED, "Its water column is 3000 mm.")
        for part in ("asked: under $150", "asked, not met: red", "price: $144.00", "others: $180.00, $340.00"):
            assert part in told

    def test_overlap_is_a_share_of_words(self) -> None:
        fake: Entailment = OverlapEntailment()
        assert fake.supports([("red tent", "a red tent"), ("red tent", "a red kettle"), ("red", "")]) == [1.0, 0.5, 1.0]
        assert fake.supports([]) == []

    def test_one_batch_is_judged_by_the_threshold(self) -> None:
        seen: list[int] = []

        class Counting:
            name = "counting"

            def supports(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
                seen.append(len(pairs))
                return [0.9 if "freestanding" in text else 0.1 for _, text in pairs]

        found = Gate(Counting(), 0.5).objections([(TENT, "It is freestanding."), (TENT, "It is red.")])
        assert found == ["", "the checker doubts it (P = 0.10)"]
        assert seen == [2]

    def test_an_adapter_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissing, match="holds no adapter"):
            open_gate(str(tmp_path))

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=300))
    def test_the_threshold_keeps_ninety_nine_of_a_hundred(self, scores: list[float]) -> None:
        threshold = threshold_of(scores)
        assert sum(s >= threshold for s in scores) >= 0.99 * len(scores) - 1e-9


class TestLabels:
    @pytest.mark.parametrize("about", sorted(ABOUT))
    def test_a_row_brings_its_facts_back(self, about: str, tmp_path: Path) -> None:
        facts = replace(ABOUT[about], page=(HEAVY, DEAR))
        [row] = read_labels(written(tmp_path, (facts, "It is so.", None, {"a": True})))
        again = replace(row.facts, reasons=tuple(row.facts.reasons), constraints=list(row.facts.constraints))
        assert again == replace(facts, reasons=tuple(facts.reasons), constraints=list(facts.constraints))
        assert (row.sentence, row.label, row.labels, row.line) == ("It is so.", None, {"a": True}, 1)

    @given(generated_facts())
    def test_any_row_survives_json(self, facts: Facts) -> None:
        line = json.dumps(labelled_row(facts, "It is so."), sort_keys=True)
        assert json.dumps(json.loads(line), sort_keys=True) == line

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ("{", "line 2"),
            ("[]", "not a JSON object"),
            ({"label": "yes"}, "'label' must be true"),
            ({"labels": {"a": 1}}, "'labels' must name"),
            ({"sentence": ""}, "'sentence' must be"),
            ({"product": 3}, "'product' must be"),
            ({"product": {"id": "x"}}, "title"),
            ({"reasons": [{"id": "r1"}]}, "line 2: 0.kind"),
        ],
    )
    def test_a_wrong_line_is_named(self, change: str | dict[str, object], says: str, tmp_path: Path) -> None:
        path = written(tmp_path, (TENT, "It is so.", True, {}))
        good = path.read_text()
        bad = change if isinstance(change, str) else json.dumps(json.loads(good) | change)
        path.write_text(good + bad + "\n")
        with pytest.raises(JudgementError, match=r"line 2") as raised:
            read_labels(path)
        assert says in str(raised.value)

    def test_a_file_that_is_not_there_or_empty(self, tmp_path: Path) -> None:
        with pytest.raises(JudgementError, match="cannot be read"):
            read_labels(tmp_path / "none")
        (tmp_path / "empty").write_text("\n")
        with pytest.raises(JudgementError, match="holds no labelled"):
            read_labels(tmp_path / "empty")


class TestMeasures:
    def test_kappa_is_agreement_beyond_chance(self) -> None:
        assert kappa([(True, True), (False, False)]) == 1
        assert kappa([(True, True), (True, False), (False, True), (False, False)]) == 0
        assert kappa([(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15) == (
            pytest.approx(0.4)
        )
        assert kappa([(True, True)]) is None
        assert kappa([]) is None

    def test_labelled_sentences(self, tmp_path: Path) -> None:
        path = written(
            tmp_path,
            (TENT, "It is freestanding.", True, {"a": True, "b": True}),
            (TENT, "It is freestanding and red.", False, {"a": False, "b": False}),
            (TENT, "It stands by itself.", True, {"a": True, "b": False}),
            (TENT, "It costs $144.00.", None, {"a": True}),
        )
        report = measure_labelled(read_labels(path), judges(VOCABULARY, Gate(OverlapEntailment(), 0.0)), 7)
        assert (report.sentences, report.supported, report.open, report.twice) == (3, 2, 1, 3)
        assert report.agreement == pytest.approx(2 / 3)
        precision, recall = report.precision["rules"], report.recall["rules"]
        assert precision is not None
        assert recall is not None
        assert (precision.mean, recall.mean) == (1, 0.5)
        assert [m.line for m in report.mistakes["both"]] == [3]
        assert [m.line for m in report.mistakes["model"]] == [2]

    def test_made_sentences(self) -> None:
        examples = make_examples(PRODUCTS, 200, 7)
        report = measure_made(examples, judges(build_vocabulary(build_facets(PRODUCTS)), None), 7)
        assert sum(report.counts.values()) == 200
        assert report.passed["rules"].mean > 0.95
        assert all(score.refused.mean > 0.9 for score in report.kinds["rules"].values())
        assert len(report.mistakes["rules"]) < 8


class TestCommands:
    def test_evaluate_on_a_toy_shop(self, shop: Path) -> None:
        path = written(shop, (TENT, "It is freestanding.", True, {"a": True, "b": True}))
        arguments = ("evaluate", "checker", "--limit", "60", "--labels", str(path), "--output", str(shop / "wrong.txt"))
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        said = json.loads(result.stdout)
        assert sum(said["made"]["counts"].values()) == 60
        assert said["labelled"]["recall"]["rules"]["mean"] == 1
        assert (shop / "wrong.txt").is_file()
        text = run(*arguments)
        assert "true sentences that pass" in text.output
        assert "1 labelled sentences" in text.output

    def test_labels_alone_need_no_index(self, shop: Path) -> None:
        path = written(shop, (TENT, "It is freestanding.", True, {}))
        nowhere = ("--data-dir", str(shop / "nowhere"))
        assert run("evaluate", "checker", "--labels", str(path), *nowhere).exit_code == 0
        assert "storeclerk index" in refused("evaluate", "checker", *nowhere)

    def test_what_cannot_be_used_is_said_in_a_line(self, shop: Path) -> None:
        (shop / "bad.jsonl").write_text("no\n")
        assert "line 1" in refused("evaluate", "checker", "--labels", str(shop / "bad.jsonl"))
        assert "holds no adapter" in refused("evaluate", "checker", "--adapter", str(shop))
        assert run("evaluate", "checker", "--limit", "0").exit_code == 2
        assert "is not empty" in refused("train", "checker", "--output", str(shop))
        assert "storeclerk index" in refused("train", "checker", "--catalogue", str(shop / "none"))

    @pytest.mark.models
    @pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
    def test_a_training_from_end_to_end(self, shop: Path) -> None:
        base, output = make_tiny_model(shop / "tiny"), shop / "checker"
        arguments = ("--base", str(base), "--output", str(output), "--examples", "60", "--batch", "16", "--json")
        result = run("train", "checker", *arguments)
        assert result.exit_code == 0, result.output
        note = json.loads((output / PROVENANCE).read_text())
        assert note["kind"] == "checker"
        assert note["sentences"]["train"] == 60
        assert (output / "README.md").read_text().startswith("# checker")
        judge = CrossEncoderEntailment(str(output), str(base))
        [p, _] = judge.supports([(premise(TENT), "It is freestanding."), ("", "No.")])
        assert 0 <= p <= 1
        gate = open_gate(str(output), str(base))
        assert gate is not None
        assert gate.threshold == note["threshold"]
        (output / PROVENANCE).write_text(json.dumps(note | {"threshold": "high"}))
        with pytest.raises(ModelMissing, match="damaged"):
            open_gate(str(output), str(base))
