"""`alternatives` and `train relations` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.alternative_types import GROUPS
from assistant.cli import cli
from retrieval.encoder import HashEncoder
from retrieval.index import build_index
from retrieval.relations import load_relations
from tests.assistant.shop import BY_ID, PRODUCTS
from tests.toys import toy_products, write_jsonl


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both shops, indexed once; no command here changes an index."""
    folder = tmp_path_factory.mktemp("shops")
    for name, products in (("shop", PRODUCTS), ("toys", toy_products())):
        build_index([write_jsonl(folder / f"{name}.jsonl", products)], folder / name, HashEncoder())
    return folder


@pytest.fixture
def shop(folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; the settings name the small shop and need no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORECLERK_ENCODER__KIND", "hash")
    monkeypatch.setenv("STORECLERK_GENERATOR__KIND", "none")
    monkeypatch.setenv("STORECLERK_DATA_DIR", str(folders / "shop"))
    return tmp_path


@pytest.fixture
def toys(folders: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same with the toys."""
    monkeypatch.setenv("STORECLERK_DATA_DIR", str(folders / "toys"))
    return shop


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


def run_json(*args: str) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*args: str) -> str:
    """The one line of a command that a person can mend."""
    result = run(*args)
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("Error")] or [result.stderr.strip()]
    return line


def ids(out: Any, kind: str) -> list[str]:
    return [item["product_id"] for group in out["groups"] if group["kind"] == kind for item in group["items"]]


def test_the_contract(shop: Path) -> None:
    out = run_json("alternatives", "jacket-m", "-k", "3")
    assert {"product", "groups"} <= out.keys()
    assert {"product_id": "jacket-m", "price": 150.0, "currency": "USD", "in_stock": True}.items() <= out[
        "product"
    ].items()
    assert out["groups"]
    assert [g["kind"] for g in out["groups"]] == [kind for kind in GROUPS if ids(out, kind)]
    for group in out["groups"]:
        assert group.keys() == {"kind", "items"}
        assert 0 < len(group["items"]) <= 3
        for item in group["items"]:
            assert {"product_id", "title", "price", "confidence", "differences", "sentences"} <= item.keys()
            assert item["title"] == BY_ID[item["product_id"]].title
            assert 0 <= item["confidence"] <= 1
            assert item["score"] == pytest.approx(sum(item["contributions"].values()), abs=1e-4)
            assert all(d.keys() == {"field", "before", "after", "better"} for d in item["differences"])
            assert all(s["supported"] and s["text"] for s in item["sentences"])
    assert ids(out, "variant") == ["jacket-s"]
    (size,) = [g["items"][0] for g in out["groups"] if g["kind"] == "variant"]
    assert {"field": "size", "before": "M", "after": "S", "better": None} in size["differences"]


def test_people_read_the_same(shop: Path) -> None:
    told = run("alternatives", "jacket-m").stdout
    assert told.startswith("In place of jacket-m")
    assert "jacket-s" in told
    assert "differs: size S instead of M" in told


def test_by_name_and_by_address(shop: Path) -> None:
    assert run_json("alternatives", "oakley hush kettle")["product"]["product_id"] == "kettle-quiet"
    assert (
        run_json("alternatives", "https://shop.example/products/kettle-quiet")["product"]["product_id"]
        == "kettle-quiet"
    )


def test_pins_add_up(shop: Path) -> None:
    out = run_json("alternatives", "jacket-m", "--keep", "size", "--keep", "Waterproof")
    assert {m["field"] for m in out["matters"] if m["kept"]} == {"size", "waterproof"}
    assert ids(out, "variant") == []
    assert out["set_aside"]["size"] >= 1
    assert "set aside: size is not kept" in run("alternatives", "jacket-m", "--keep", "size").stdout


def test_only_what_is_in_stock_or_costs_less(shop: Path) -> None:
    now = run_json("alternatives", "tent-2", "--in-stock")
    assert all(item["in_stock"] for group in now["groups"] for item in group["items"])
    less = run_json("alternatives", "tent-4", "--cheaper")
    assert ids(less, "cheaper")
    for group in less["groups"]:
        assert group["kind"] == "complement" or all(item["price"] < 180 for item in group["items"])


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["tent-22"], "tent-2"),
        (["no such thing at all, ever"], "no such thing at all, ever"),
        (["<script>alert(1)</script>"], ""),
        (["tent-2", "--keep", "duplex"], "The listing states no 'duplex' to keep. It states"),
        (["tent-2", "--keep", "capacity", "--keep", "ean"], "states no 'ean' to keep. It states capacity"),
    ],
)
def test_what_cannot_be_done_is_one_line(shop: Path, args: list[str], says: str) -> None:
    assert says in refused("alternatives", *args)


@pytest.mark.parametrize("args", [["tent-2", "-k", "0"], ["tent-2", "-k", "many"], []])
def test_wrong_usage(shop: Path, args: list[str]) -> None:
    assert run("alternatives", *args).exit_code == 2


# -- weights of one's own --------------------------------------------------------------------------------------

TURN = {"complement": 1, "substitute": 4, "variant": 8, "unrelated": 12}
"""Relation -> how far apart two toys of it are: a shop in which other colours of a thing go with it."""


def pairs(place: Path) -> Path:
    lines = ["product\tother\trelation\tnote"]
    for relation, turn in TURN.items():
        for n in range(24):
            other = n ^ 1 if turn == 1 else (n + turn) % 24  # 0 and 1, 2 and 3 are colours of one kind
            lines.append(f"p{n}\tp{other}\t{relation}\tby hand")
    file = place / "pairs.tsv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_shop_trains_its_own_weights_and_uses_them(toys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run_json("alternatives", "p0")
    assert "p1" not in ids(before, "complement")  # the shipped weights know a colour from a companion
    out = run_json("train", "relations", "--pairs", str(pairs(toys)), "--output", str(toys / "mine"))
    assert out["pairs"] == 96
    assert out["relations"] == {"variant": 24, "substitute": 24, "complement": 24, "unrelated": 24}
    assert 0 <= out["cosine_alone"] <= 1
    assert 0 <= out["macro_f1"] <= 1
    assert out["output"] == str(toys / "mine")
    assert load_relations(toys / "mine").weights.shape[0] == 4
    monkeypatch.setenv("STORECLERK_RELATIONS", str(toys / "mine"))
    assert "p1" in ids(run_json("alternatives", "p0", "-k", "20"), "complement")


def test_the_weights_lie_in_the_data_folder_unless_said_otherwise(toys: Path, folders: Path) -> None:
    told = run("train", "relations", "--pairs", str(pairs(toys)))
    assert told.exit_code == 0
    assert (folders / "toys" / "relations" / "weights.json").is_file()
    assert f'relations = "{folders / "toys" / "relations"}"' in told.stdout


def test_weights_that_are_not_there_are_named(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECLERK_RELATIONS", str(shop / "gone"))
    assert str(shop / "gone") in refused("alternatives", "tent-2")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["product\tother", "p0\tp1"], "no column relation"),
        (["product\tother\trelation", "p0\tp1\tsame"], "line 2: 'same' is no relation"),
        (["product\tother\trelation", "p0\tp1\tvariant"], "Too few pairs are labelled"),
        (["product\tother\trelation", "p0\tp99\tvariant"], "no product 'p99' in the catalogue"),
        (["product\tother\trelation"], "Too few pairs are labelled variant (0)"),
    ],
)
def test_labels_that_teach_nothing_are_refused_and_nothing_is_written(toys: Path, lines: list[str], says: str) -> None:
    (toys / "bad.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert says in refused("train", "relations", "--pairs", str(toys / "bad.tsv"), "--output", str(toys / "mine"))
    assert not (toys / "mine").exists()
