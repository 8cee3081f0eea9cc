"""How one shop's columns become our fields: the small TOML file beside a feed, and `--map field=column`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from retrieval.errors import FeedError

FIELDS = (
    "id",
    "title",
    "description",
    "brand",
    "category",
    "price",
    "currency",
    "image_url",
    "url",
    "rating",
    "rating_count",
    "stock",
    "attributes",
)
REQUIRED = ("id", "title")


def _known_fields(table: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(table) - set(FIELDS))
    if unknown:
        raise ValueError(f"no such field: {', '.join(unknown)}; fields are {', '.join(FIELDS)}")
    return table


_ByField = Annotated[dict[str, str], AfterValidator(_known_fields)]


class FeedMapping(BaseModel):
    """What a feed's columns mean. The default reads canonical columns and keeps the rest as attributes.

    Columns are matched without regard to case. `rename` knows attributes by the name they have once prefixes
    are stripped and underscores are spaces ("product colour", not "attr_t_product_colour"); `units`,
    `lists` and `texts` by the name after that ("colour").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: _ByField = Field(default_factory=dict)
    """Field -> the column that holds it."""
    constants: _ByField = Field(default_factory=dict)
    """Field -> the value of every row that states none: currency = "USD"."""
    price_scale: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """Factor from the feed's price to units of its currency: 0.01 for cents."""
    strip_prefixes: tuple[str, ...] = ()
    """Taken off the front of attribute columns."""
    drop: tuple[str, ...] = ()
    """Columns to leave out, as globs: "img_*"."""
    underscores_to_spaces: bool = True
    units: dict[str, str] = Field(default_factory=dict)
    """Attribute -> the unit of its bare numbers. Leave out what you are not sure of."""
    lists: dict[str, str] = Field(default_factory=dict)
    """Attribute -> the separator at which its text is split: "Black,Silver" -> two colours."""
    texts: tuple[str, ...] = ("model", "model number", "part number", "mpn", "sku", "ean", "gtin")
    """Attributes that are names even where they look like amounts: a model "311A" has no amperes."""
    rename: dict[str, str] = Field(default_factory=dict)
    """Attribute -> the name shoppers use."""
    yes: tuple[str, ...] = ("yes", "true")
    no: tuple[str, ...] = ("no", "false")


def load_mapping(path: Path) -> FeedMapping:
    """Read a mapping file. Raises FeedError if it is missing, is not TOML or has a key we do not know."""
    try:
        return FeedMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise FeedError(f"mapping {path} cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeedError(f"mapping {path} is not valid TOML: {error}") from error
    except ValidationError as error:
        raise FeedError(f"mapping {path}: {_first_problem(error)}") from error


def with_columns(mapping: FeedMapping, pairs: Iterable[str]) -> FeedMapping:
    """`mapping` with "field=column" pairs laid over its columns. Raises FeedError for any other text."""
    columns = dict(mapping.columns)
    for pair in pairs:
        field, sign, column = (part.strip() for part in pair.partition("="))
        if not (field and sign and column):
            raise FeedError(f"--map {pair!r} is not of the form field=column, such as title=product_name")
        columns[field.lower()] = column
    try:
        return FeedMapping.model_validate({**mapping.model_dump(), "columns": columns})
    except ValidationError as error:
        raise FeedError(f"--map: {_first_problem(error)}") from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"
