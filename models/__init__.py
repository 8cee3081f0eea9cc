"""The small adapters trained for storeclerk, each in a folder with its weights, provenance and model card."""

from __future__ import annotations

from pathlib import Path


def shipped(kind: str) -> str:
    """The folder of the adapter for `kind` ("encoder", "reranker"); "" if none is shipped."""
    folder = Path(__file__).parent / kind
    return str(folder) if (folder / "adapter_config.json").is_file() else ""
