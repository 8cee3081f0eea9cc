from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.adapters import PROVENANCE, WEIGHTS, check_adapter, write_provenance
from retrieval.errors import ModelMissing


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    (tmp_path / WEIGHTS).write_text(json.dumps({"base_model_name_or_path": "/home/me/secret", "r": 8}))
    write_provenance(tmp_path, "encoder", "base-1234", {"seed": 7, "sources": {"requests": 10}})
    return tmp_path


def test_the_note_names_the_base_and_no_path_stays(adapter: Path) -> None:
    note = json.loads((adapter / PROVENANCE).read_text())
    assert note == {"kind": "encoder", "base": "base-1234", "seed": 7, "sources": {"requests": 10}}
    assert json.loads((adapter / WEIGHTS).read_text()) == {"base_model_name_or_path": "base-1234", "r": 8}
    check_adapter(adapter, "encoder", "base-1234")


@pytest.mark.parametrize(
    ("kind", "base", "says"),
    [
        ("reranker", "base-1234", "of the kind .encoder., not .reranker."),
        ("encoder", "other-5678", "trained on base-1234, not on other-5678"),
    ],
)
def test_another_base_or_kind_is_refused_in_a_line(adapter: Path, kind: str, base: str, says: str) -> None:
    with pytest.raises(ModelMissing, match=says) as caught:
        check_adapter(adapter, kind, base)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("note", ["{", "[]", '{"kind": "encoder"}'])
def test_a_damaged_note_is_named(adapter: Path, note: str) -> None:
    (adapter / PROVENANCE).write_text(note)
    with pytest.raises(ModelMissing, match="damaged"):
        check_adapter(adapter, "encoder", "base-1234")


def test_an_adapter_trained_elsewhere_has_no_note(adapter: Path) -> None:
    (adapter / PROVENANCE).unlink()
    check_adapter(adapter, "encoder", "anything")


def test_a_folder_without_an_adapter_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"encoder\.adapter"):
        check_adapter(tmp_path, "encoder", "base")
