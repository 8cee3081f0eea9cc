"""What all tests share: no unmarked test may load a real model."""

from __future__ import annotations

import os
import sys

import pytest
from hypothesis import settings

# Shared machines stall now and then; a slow example is no failure. In CI the examples are the same every time,
# so that a change is judged by itself; on a developer's machine they are new ones, which is how bugs are found.
settings.register_profile("storeclerk", deadline=None, max_examples=60, derandomize=bool(os.environ.get("CI")))
settings.load_profile("storeclerk")

_MODEL_LIBRARIES = ("torch", "transformers", "sentence_transformers", "llama_cpp", "xllamacpp")


@pytest.fixture(autouse=True)
def _no_real_models(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import of a model library fails in a test that is not marked `models` or `browser`."""
    if not any(request.node.get_closest_marker(mark) for mark in ("models", "browser")):
        for name in _MODEL_LIBRARIES:
            monkeypatch.setitem(sys.modules, name, None)
