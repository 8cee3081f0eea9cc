"""What all tests share: no unmarked test may load a real model."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest
from hypothesis import settings

# Shared machines stall now and then; a slow example is no failure. In CI the examples are the same every time,
# so that a change is judged by itself; on a developer's machine they are new ones, which is how bugs are found.
settings.register_profile("storeclerk", deadline=None, max_examples=60, derandomize=bool(os.environ.get("CI")))
settings.load_profile("storeclerk")

_MODEL_LIBRARIES = ("torch", "transformers", "sentence_transformers", "llama_cpp", "xllamacpp")


class _Refusing(MetaPathFinder):
    """Finds no model library. They are not there, rather than None in `sys.modules`, where scipy would look for torch's
    arrays: it asks whether a library is loaded already, and never loads one.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname.partition(".")[0] in _MODEL_LIBRARIES:
            raise ModuleNotFoundError(f"{fullname} is for tests marked `models` or `browser`", name=fullname)


@pytest.fixture(autouse=True)
def _no_real_models(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import of a model library fails in a test that is not marked `models` or `browser`."""
    if not any(request.node.get_closest_marker(mark) for mark in ("models", "browser")):
        for name in _MODEL_LIBRARIES:
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setattr(sys, "meta_path", [_Refusing(), *sys.meta_path])


@pytest.fixture(scope="session", autouse=True)
def _intents_learned_once() -> Iterator[None]:
    """Learning the intents takes a second, and hundreds of tests open a clerk: the fake encoder's are learned once."""
    import assistant.clerk
    from assistant.intents import Intents, open_intents
    from retrieval.encoder import HashEncoder
    from retrieval.types import Encoder

    learned: dict[str, Intents] = {}

    def opened(encoder: Encoder, folder: Path | None = None) -> Intents:
        if not isinstance(encoder, HashEncoder):
            return open_intents(encoder, folder)
        if encoder.name not in learned:
            learned[encoder.name] = open_intents(encoder)
        return replace(learned[encoder.name], encoder=encoder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assistant.clerk, "open_intents", opened)
        yield
