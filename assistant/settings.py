"""Settings, read once at the edge and passed down as plain arguments.

Order of precedence: command-line options, STORECLERK_* variables (nested with two underscores:
STORECLERK_GENERATOR__KIND=none), the file `storeclerk.toml` in the working folder or the one named by
STORECLERK_CONFIG, then the defaults below. Paths in a settings file are relative to that file.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from assistant.errors import SettingsError
from assistant.orders import is_factory

CONFIG_FILE = "storeclerk.toml"

_FOLDERS = (
    ("encoder", "model"),
    ("encoder", "adapter"),
    ("reranker", "model"),
    ("reranker", "adapter"),
    ("generator", "model"),
)


class EncoderSettings(BaseModel):
    """Which sentence-transformers model makes the vectors."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["model", "hash"] = "model"
    """"hash" needs no model at all: for tests and for trying things out."""
    model: str = ""
    """A folder; "" is the bundled all-MiniLM-L6-v2."""
    adapter: str | None = None
    """A folder with a LoRA adapter; unset is the shipped one where the model is the bundled one; "" or "none"
    (an environment variable cannot be empty) switches it off."""


class RerankerSettings(BaseModel):
    """Which cross-encoder reads the best candidates together with the request."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["none", "model"] = "none"
    """"none" leaves the order to meaning, words and wishes; docs/BENCHMARKS.md says what a reranker costs and gains."""
    model: str = ""
    """A folder; "" is the bundled all-MiniLM-L6-v2, which needs an adapter to be a reranker."""
    adapter: str | None = None
    """As for the encoder."""


class GeneratorSettings(BaseModel):
    """Which model words the reasons."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())
    kind: Literal["local", "server", "none"] = "local"
    """"local": transformers on this machine; "server": OpenAI-compatible; "none": plain wording only."""
    model: str = ""
    """A folder (local; "" is the bundled SmolLM2-135M-Instruct) or a model's name (server)."""
    adapter: str | None = None
    """A folder with a LoRA adapter for a local model; unset is the shipped one on the bundled model, "none" none."""
    url: str = ""
    """Of the server, up to and including /v1."""
    api_key: str = ""
    int8: bool = True
    temperature: float = Field(default=0.7, ge=0, le=2)
    """How freely a local model with an adapter chooses among the wordings it was taught; 0 takes the likeliest."""
    seconds: float = Field(default=8.0, gt=0)
    """After this long the plain wording goes out for whatever is missing."""
    reads_messages: bool = False
    """Whether a server's model also reads what the rules leave unread of a message; only a capable one should."""
    reading_seconds: float = Field(default=3.0, gt=0)
    """How long that may take; the cards wait for it."""


class CheckerSettings(BaseModel):
    """The second gate behind the rules that check sentences."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())
    adapter: str | None = None
    """A folder that `storeclerk train checker` made; unset is the shipped one, if there is one, "none" rules alone."""


class ReviewSettings(BaseModel):
    """The review desk."""

    model_config = ConfigDict(extra="forbid")
    floor: float = Field(default=0.95, ge=0, le=1)
    """An alarm is raised where the share of supported sentences plainly lies below this."""


class Settings(BaseSettings):
    """Everything a shop can set. Defaults run the bundled models on one machine without a network."""

    model_config = SettingsConfigDict(
        env_prefix="STORECLERK_", env_nested_delimiter="__", extra="forbid", env_ignore_empty=True
    )

    shop_name: str = "Our shop"
    currency: str = "USD"
    """Assumed where a feed names none."""
    catalogue_language: str = "en"
    """ISO code of the products' texts, for screen readers; the pages mark them with it."""
    data_dir: Path = Path(".storeclerk")
    models_dir: Path = Field(default_factory=lambda: user_cache_path("storeclerk"))
    """Where the bundled generator is unpacked, once for all data folders."""
    images_dir: Path | None = None
    """Relative picture addresses are served from here."""
    events: Path | None = None
    """Shoppers' past events (CSV), for the shopper picker of the demo."""
    policies: Path | None = None
    """The shop's own pages: a Markdown file, or a folder of them; questions about the shop are answered by quoting."""
    orders: str = ""
    """Where orders are looked up: a CSV file, or "package.module:function" for the shop's own; "" nowhere."""
    relations: Path | None = None
    """Weights that `storeclerk train relations` made, by which alternatives are classed; unset the shipped ones."""
    chroma_url: str = ""
    """"" keeps the vectors in the data folder; http://host:port uses a Chroma server."""
    cards: int = Field(default=3, ge=1, le=6)
    """Products an answer recommends."""
    voice: Literal["brief", "friendly"] = "friendly"
    """How the reasons are worded."""
    variety: float = Field(default=0.0, ge=0, le=1)
    """How far they should differ from each other, until a shopper moves the slider: 0 not at all, 1 as far as fits."""
    variety_method: Literal["mmr", "dpp"] = "mmr"
    """Which of the two methods of `retrieval.diversity` chooses."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    examples: tuple[str, ...] = ()
    """Requests to click on an empty page."""
    encoder: EncoderSettings = EncoderSettings()
    reranker: RerankerSettings = RerankerSettings()
    generator: GeneratorSettings = GeneratorSettings()
    checker: CheckerSettings = CheckerSettings()
    review: ReviewSettings = ReviewSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment above the file, which `load_settings` hands in as initial values."""
        return env_settings, init_settings


def load_settings(data_dir: Path | None = None) -> Settings:
    """The settings of this process; `data_dir` from the command line wins over every other source."""
    named = os.environ.get("STORECLERK_CONFIG", "")
    file = Path(named or CONFIG_FILE)
    if named and not file.is_file():
        raise SettingsError(f"STORECLERK_CONFIG names {named!r}, which is not a file.")
    values = _read(file) if file.is_file() else {}
    try:
        settings = Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        # An unknown key may be a mistyped secret: its value is not repeated.
        got = "" if first["type"] == "extra_forbidden" else f" (got {first['input']!r})"
        raise SettingsError(
            f"Setting {key!r}: {first['msg']}{got}; look in {file} and STORECLERK_* variables."
        ) from error
    return settings.model_copy(update={"data_dir": data_dir}) if data_dir is not None else settings


def _read(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {file} cannot be read: {error}") from error
    for key in ("data_dir", "models_dir", "images_dir", "events", "policies", "relations"):
        if isinstance(values.get(key), str):
            values[key] = file.parent / Path(values[key]).expanduser()
    orders = values.get("orders")
    if isinstance(orders, str) and orders and not is_factory(orders):
        values["orders"] = str(file.parent / Path(orders).expanduser())
    for section, key in _FOLDERS:
        table = values.get(section)
        named = table.get(key, "") if isinstance(table, dict) else ""
        # Only what is there is a path: a server's model is a name.
        if isinstance(table, dict) and isinstance(named, str) and named and (file.parent / named).exists():
            table[key] = str(file.parent / named)
    return values
