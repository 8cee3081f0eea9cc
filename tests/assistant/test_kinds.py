"""The kind of thing that the search finds for a wish that names none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.clerk import Clerk, open_clerk
from assistant.kinds import voted_kind
from assistant.settings import EncoderSettings, GeneratorSettings, Settings
from retrieval.encoder import HashEncoder
from retrieval.index import build_index
from tests.assistant.talk import Talk


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    folder: Path = tmp_path_factory.mktemp("kinds")
    rows = ["id,title,description,category,price"]
    for n in range(14):
        rows.append(f"s{n},Solar Stake {n},lights for a driveway without cables,Garden > Solar Lights,{20 + n}")
        rows.append(f"m{n},Mug {n},a mug for tea,Kitchen > Mugs,{5 + n}")
    (folder / "feed.csv").write_text("\n".join(rows), encoding="utf-8")
    settings = Settings(
        data_dir=folder / "data", encoder=EncoderSettings(kind="hash"), generator=GeneratorSettings(kind="none")
    )
    build_index([folder / "feed.csv"], settings.data_dir, HashEncoder())
    with open_clerk(settings) as opened:
        yield opened


def test_is_that_of_nearly_all_that_comes_near(clerk: Clerk) -> None:
    kind = voted_kind(clerk, "lights driveway without cables")
    assert kind is not None
    assert kind.label == "solar lights"


@pytest.mark.parametrize("text", ["a violin", "cables", ""])
def test_is_none_where_little_is_found(clerk: Clerk, text: str) -> None:
    assert voted_kind(clerk, text) is None


def test_is_said_and_stands_as_a_chip(clerk: Clerk) -> None:
    answer = Talk(clerk, "something without cables for our driveway").given
    assert [c.label for c in answer.constraints if c.kind == "category"] == ["solar lights"]
    assert "I looked among our solar lights" in answer.reply
