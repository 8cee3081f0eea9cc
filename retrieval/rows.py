"""One raw row -> one Product. Knows nothing of files; `retrieval.feeds` feeds it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from retrieval import values
from retrieval.mapping import FIELDS, REQUIRED, FeedMapping
from retrieval.types import AttributeValue, Product, Quantity

T = TypeVar("T")

Cells = Iterable[tuple[str, object]]
"""Column and raw value in the order of the feed; a column may come twice."""


class RowError(ValueError):
    """A row that cannot become a product, and the field that is to blame."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Role:
    """What a column is for: fields it fills, or the attribute it becomes; neither if it is dropped."""

    fields: tuple[str, ...] = ()
    attribute: str = ""


class RowReader:
    """Reads the rows of one run under one mapping.

    It remembers the role of every column it met: a sparse feed has thousands of columns, millions of cells.
    """

    def __init__(self, mapping: FeedMapping) -> None:
        self._mapping = mapping
        self._roles: dict[str, _Role] = {}
        self._by_column: dict[str, list[str]] = {}
        for field in FIELDS:
            column = mapping.columns.get(field, field).casefold()
            self._by_column.setdefault(column, []).append(field)
        self._units = {name.casefold(): unit for name, unit in mapping.units.items()}
        self._separators = {name.casefold(): mark for name, mark in mapping.lists.items()}
        self._renamed = {name.casefold(): new for name, new in mapping.rename.items()}
        self._texts = frozenset(name.casefold() for name in mapping.texts)
        self._yes = frozenset(text.casefold() for text in mapping.yes)
        self._no = frozenset(text.casefold() for text in mapping.no)

    def missing_fields(self, columns: Iterable[str]) -> list[str]:
        """Required fields that none of `columns` fills and no constant stands in for."""
        filled = {field for column in columns for field in self._role(column).fields}
        return [field for field in REQUIRED if field not in filled | set(self._mapping.constants)]

    def unseen_columns(self) -> list[str]:
        """Columns the mapping names that no row had: most likely a slip of the pen."""
        met = {column.casefold() for column in self._roles}
        return [column for column in self._mapping.columns.values() if column.casefold() not in met]

    def product(self, cells: Cells) -> Product:
        """The product of a row. Raises RowError with the first field that cannot be read."""
        stated: dict[str, object] = {}
        attributes: dict[str, AttributeValue] = {}
        for column, raw in cells:
            role = self._role(column)
            for field in role.fields:
                if stated.get(field) in (None, ""):
                    stated[field] = raw
            if role.attribute:
                self._add(attributes, role.attribute, column, raw)
        open_fields = [field for field in self._mapping.constants if stated.get(field) in (None, "")]
        stated |= {field: self._mapping.constants[field] for field in open_fields}

        for name, raw in _mapping_cell(stated.get("attributes")).items():
            self._add(attributes, self._attribute_name(name), name, raw)
        scale = self._mapping.price_scale
        price, sign = _read(stated, "price", lambda raw: values.price_and_currency(raw, scale))
        if sign and ("currency" in open_fields or stated.get("currency") in (None, "")):
            stated["currency"] = sign  # "45 €" states its currency; a constant must not overrule it

        return Product(
            id=_required(stated, "id"),
            title=_required(stated, "title"),
            description=_read(stated, "description", values.plain_text),
            brand=_read(stated, "brand", values.plain_text),
            category=_read(stated, "category", values.category_path),
            price=price,
            currency=_read(stated, "currency", values.currency_code),
            image_url=_read(stated, "image_url", values.web_address),
            url=_read(stated, "url", values.web_address),
            rating=_read(stated, "rating", values.stars),
            rating_count=_read(stated, "rating_count", values.whole_number) or 0,
            stock=_read(stated, "stock", values.stock_level),
            attributes=attributes,
        )

    def _role(self, column: str) -> _Role:
        role = self._roles.get(column)
        if role is None:
            role = self._roles[column] = self._decide(column)
        return role

    def _decide(self, column: str) -> _Role:
        key = column.strip().casefold()
        if key in self._by_column:
            return _Role(fields=tuple(self._by_column[key]))
        if not key or any(fnmatchcase(key, glob.casefold()) for glob in self._mapping.drop):
            return _Role()
        return _Role(attribute=self._attribute_name(column))

    def _attribute_name(self, column: str) -> str:
        name = column
        for prefix in self._mapping.strip_prefixes:
            if name.casefold().startswith(prefix.casefold()):
                name = name[len(prefix) :]
                break
        if self._mapping.underscores_to_spaces:
            name = name.replace("_", " ")
        name = values.clean(name)
        return self._renamed.get(name.casefold(), name)

    def _add(self, attributes: dict[str, AttributeValue], name: str, column: str, raw: object) -> None:
        key = name.casefold()
        if isinstance(raw, str) and key in self._separators:
            raw = raw.split(self._separators[key])
        value: AttributeValue | None
        try:
            if key in self._texts and not isinstance(raw, list | tuple):
                value = values.plain_text(raw) or None
            else:
                value = values.attribute_value(raw, yes=self._yes, no=self._no)
        except values.CellError as error:
            raise RowError(name, str(error)) from error
        if value is None or not name:
            return
        if isinstance(value, Quantity) and not value.unit and key in self._units:
            value = Quantity(value.value, self._units[key])
        attributes[_free_name(attributes, name, values.clean(column))] = value


def _free_name(taken: Mapping[str, AttributeValue], name: str, column: str) -> str:
    """`name`, or its whole column name if another column already took it: both facts stay."""
    if name not in taken:
        return name
    copy = 2
    free = column
    while free in taken:
        free = f"{name} ({copy})"
        copy += 1
    return free


def _required(stated: Mapping[str, object], field: str) -> str:
    text = _read(stated, field, values.plain_text)
    if not text:
        raise RowError(field, "is empty")
    return text


def _read(stated: Mapping[str, object], field: str, parse: Callable[[object], T]) -> T:
    try:
        return parse(stated.get(field))
    except values.CellError as error:
        raise RowError(field, str(error)) from error


def _mapping_cell(raw: object) -> Mapping[str, object]:
    """The attributes cell: a mapping, or the text of a JSON object."""
    if isinstance(raw, str) and raw.strip():
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise RowError("attributes", f"is not a JSON object ({error})") from error
    if raw is None or raw == "":
        return {}
    if not isinstance(raw, Mapping):
        raise RowError("attributes", 'is not a JSON object such as {"colour": "blue"}')
    return raw
