"""What lies beside trained weights: which base they belong to, what they learnt from, how well it went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retrieval.errors import ModelMissing

PROVENANCE = "storeclerk.json"
WEIGHTS = "adapter_config.json"


def write_provenance(folder: Path, kind: str, base: str, facts: Mapping[str, Any]) -> None:
    """`kind` is "encoder" or "reranker"; `base` the name of the model that was trained, digest included."""
    content = {"kind": kind, "base": base, **facts}
    (folder / PROVENANCE).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    config = folder / WEIGHTS
    if config.is_file():  # the library writes the path of this machine's base: nobody's business
        settings = json.loads(config.read_text(encoding="utf-8"))
        settings["base_model_name_or_path"] = base
        config.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def check_adapter(folder: Path, kind: str, base: str) -> None:
    """Raises ModelMissing if there is no adapter, or one of another kind or for another base.

    An adapter trained elsewhere has no such note; whether it fits then shows when it is loaded.
    """
    if not (folder / WEIGHTS).is_file():
        raise ModelMissing(f'{folder} holds no adapter ({WEIGHTS}): correct {kind}.adapter, or set it to ""')
    note = folder / PROVENANCE
    if not note.is_file():
        return
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        trained, its_base = str(said["kind"]), str(said["base"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMissing(f"{note} is damaged ({error!r}): take the folder from where it was trained") from error
    if trained != kind:
        raise ModelMissing(f"{folder} holds an adapter of the kind {trained!r}, not {kind!r}: correct {kind}.adapter")
    if its_base != base:
        raise ModelMissing(
            f"{folder} was trained on {its_base}, not on {base}: name its base in {kind}.model, "
            f'train anew with `storeclerk train {kind}`, or set {kind}.adapter = ""'
        )
