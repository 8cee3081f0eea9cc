"""`storeclerk train generator` on the toy shop with a tiny model: what it refuses, what it leaves, what loads again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli import cli
from assistant.generators import LocalGenerator
from assistant.models import check_generator_adapter
from assistant.prompting import TUNED_PROMPT, load_prompt
from assistant.training_generator import is_held_out
from retrieval.adapters import PROVENANCE
from retrieval.encoder import HashEncoder
from retrieval.errors import ModelMissing
from retrieval.index import build_index
from tests.retrieval.tiny_models import make_tiny_generator
from tests.toys import toy_products, write_jsonl

PRODUCTS = toy_products()


@pytest.fixture(scope="module")
def toy_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    build_index([write_jsonl(folder / "toys.jsonl", PRODUCTS)], folder / "data", HashEncoder())
    return folder / "data"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_generator(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def trained(toy_data: Path, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "generator"
    small = ("--lessons", "24", "--batch", "8")
    result = run(toy_data, tiny, *small, "--output", str(folder), "--licence", "CC0", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["kind"], said["lessons"], said["steps"]) == ("generator", 24, 3)
    assert said["held_out"]["lessons"] > 0
    return folder


def run(data: Path, base: Path, *arguments: str) -> Result:
    environment = {"STORECLERK_GENERATOR__MODEL": str(base), "STORECLERK_ENCODER__KIND": "hash"}
    return CliRunner().invoke(cli, ["train", "generator", "--data-dir", str(data), *arguments], env=environment)


def test_the_toy_shop_has_kinds_to_teach_and_kinds_to_hold_out() -> None:
    assert 0 < sum(map(is_held_out, PRODUCTS)) < len(PRODUCTS)


@pytest.mark.models
def test_the_result_says_what_it_is_and_loads_onto_its_base(trained: Path, tiny: Path) -> None:
    note = json.loads((trained / PROVENANCE).read_text())
    assert note["prompt"] == load_prompt(TUNED_PROMPT).label
    card = (trained / "README.md").read_text()
    assert "Licence: CC0" in card
    assert "Perplexity" in card
    check_generator_adapter(str(trained), str(tiny))
    generator = LocalGenerator(tiny, str(trained), int8=False, temperature=0.7)
    assert generator.prompt == TUNED_PROMPT
    assert generator.name.startswith("tiny+generator-")


@pytest.mark.models
def test_words_are_drawn_by_the_seed(trained: Path, tiny: Path) -> None:
    generator = LocalGenerator(tiny, str(trained), int8=False, temperature=2.0)

    def said(*seeds: str) -> list[str]:
        texts = [""] * len(seeds)
        for row, piece in generator.generate(["Facts:"] * len(seeds), max_tokens=8, seconds=60, seeds=seeds):
            texts[row] += piece
        return texts

    first, second, again = said("a", "b", "a")
    assert first == again
    assert first != second
    assert said("b") == [second]


@pytest.mark.models
def test_an_adapter_for_another_base_or_another_prompt_is_refused(trained: Path, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"was trained on tiny-.*generator\.model"):
        check_generator_adapter(str(trained), "")
    other = tmp_path / "other"
    shutil.copytree(trained, other)
    note = json.loads((other / PROVENANCE).read_text()) | {"prompt": "word_facts@0"}
    (other / PROVENANCE).write_text(json.dumps(note))
    with pytest.raises(ModelMissing, match=r"taught the prompt word_facts@0.*train anew"):
        check_generator_adapter(str(other), str(tiny))
    with pytest.raises(ModelMissing, match=r"generator\.adapter"):
        check_generator_adapter(str(tmp_path / "nowhere"), str(tiny))


@pytest.mark.models
def test_what_is_there_is_not_written_over(toy_data: Path, tiny: Path, trained: Path) -> None:
    result = run(toy_data, tiny, "--output", str(trained))
    assert result.exit_code == 1
    assert "is not empty: name another folder with --output" in result.output


def test_a_shop_that_is_not_indexed_is_said_in_one_line(tmp_path: Path, tiny: Path) -> None:
    result = run(tmp_path / "empty", tiny, "--output", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "run `storeclerk index FILE`" in result.output
    assert not (tmp_path / "empty").exists()
