from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.errors import FeedError
from retrieval.feeds import Reject, inspect_feed, read_feed, read_feeds, write_rejects
from retrieval.mapping import FeedMapping, load_mapping, with_columns
from retrieval.rows import RowError, RowReader
from retrieval.types import Product, Quantity
from retrieval.values import CellError, attribute_value, clean, price_and_currency, quantity
from tests.toys import toy_products, write_jsonl, write_rows

ROOT = Path(__file__).parents[2]
YES, NO = frozenset(("yes", "true")), frozenset(("no", "false"))


def products(path: Path, **options: object) -> list[Product]:
    rows = list(read_feed(path, **options))  # type: ignore[arg-type]
    assert not [row for row in rows if isinstance(row, Reject)]
    return [row for row in rows if isinstance(row, Product)]


def only_reject(path: Path) -> Reject:
    (reject,) = [row for row in read_feed(path) if isinstance(row, Reject)]
    return reject


class TestFiles:
    def test_a_written_catalogue_reads_back_equal(self, tmp_path: Path) -> None:
        assert products(write_jsonl(tmp_path / "toys.jsonl", toy_products())) == toy_products()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
    def test_accents_survive_every_encoding(self, tmp_path: Path, encoding: str) -> None:
        path = write_rows(tmp_path / "feed.csv", ["id", "title"], ["1", "Café crème"], encoding=encoding)
        assert products(path)[0].title == "Café crème"

    def test_a_guessed_encoding_is_announced(self, tmp_path: Path) -> None:
        path = write_rows(tmp_path / "feed.csv", ["id", "title"], ["1", "Café"], encoding="latin-1")
        assert "cp1252" in inspect_feed(path).warning
        assert not inspect_feed(write_rows(path, ["id", "title"], ["1", "Café"])).warning

    def test_gzip_is_known_by_its_content(self, tmp_path: Path) -> None:
        plain = write_jsonl(tmp_path / "toys.jsonl", toy_products())
        for name in ("toys.jsonl.gz", "named-wrongly.jsonl"):
            (tmp_path / name).write_bytes(gzip.compress(plain.read_bytes()))
            assert len(products(tmp_path / name)) == 24

    @pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
    def test_delimiters(self, tmp_path: Path, mark: str) -> None:
        path = tmp_path / "feed.csv"
        path.write_text(f'ID{mark}Title{mark}Price\n7{mark}"A{mark}B"{mark}"1.299,00 €"\n')
        (product,) = products(path)
        assert (product.id, product.title, product.price) == ("7", clean(f"A{mark}B"), 1299.0)
        assert product.currency == "EUR"

    def test_a_very_large_cell(self, tmp_path: Path) -> None:
        path = write_rows(tmp_path / "feed.csv", ["id", "title", "description"], [1, "t", "x" * 300_000])
        assert len(products(path)[0].description) == 300_000

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("empty.csv", b"", "is empty"),
            ("blank.csv", b"  \n\n", "is empty"),
            ("header.csv", b"id,title\n", "has no rows"),
            ("sheet.csv", b"PK\x03\x04" + bytes(range(256)), "Excel"),
            ("photo.csv", b"\xff\xd8\xff\x00\x10JFIF", "binary"),
            ("broken.csv.gz", gzip.compress(b"id,title\n1,a\n" * 999)[:-20], "broken gzip"),
            ("plain.csv.gz", b"id,title\n1,a\n", "not gzipped"),
            ("array.json", b'[{"id": 1}]', "jq -c"),
            ("feed.csv", b"<rss></rss>", "XML"),
            ("names.csv", b"sku,name\n1,a\n", "--map id="),
        ],
    )
    def test_an_unusable_file_says_why(self, tmp_path: Path, name: str, content: bytes, message: str) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FeedError, match=message) as caught:
            list(read_feed(path))
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_missing_file_folder_and_format(self, tmp_path: Path) -> None:
        with pytest.raises(FeedError, match="does not exist"):
            read_feed(tmp_path / "none.csv")
        with pytest.raises(FeedError, match="is a folder"):
            read_feed(tmp_path)
        with pytest.raises(FeedError, match="'shopify'"):
            read_feed(tmp_path, format="shopify")

    @given(st.binary(max_size=300))
    @example(b"\xff\xfe\x00\xd8")
    @example(b'id,title\n1,"never closed\n2,b\n')
    def test_no_bytes_whatever_break_the_reader(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        path = tmp_path_factory.mktemp("fuzz") / "feed.csv"
        for start in (b"", b"id,title,price\n"):
            path.write_bytes(start + content)
            try:
                list(read_feed(path))
            except FeedError as error:
                assert "\n" not in str(error)


class TestRejects:
    @pytest.mark.parametrize(
        ("row", "field"),
        [
            ({"title": "no id"}, "id"),
            ({"id": "  ", "title": "t"}, "id"),
            ({"id": 1, "title": "<b> </b>"}, "title"),
            ({"id": 1, "title": "t", "price": -1}, "price"),
            ({"id": 1, "title": "t", "price": "€ -5"}, "price"),
            ({"id": 1, "title": "t", "price": "inf"}, "price"),
            ({"id": 1, "title": "t", "price": float("nan")}, "price"),
            ({"id": 1, "title": "t", "price": "call us"}, "price"),
            ({"id": 1, "title": "t", "price": "10 - 12 €"}, "price"),
            ({"id": 1, "title": "t", "rating": 5.1}, "rating"),
            ({"id": 1, "title": "t", "rating_count": -3}, "rating_count"),
            ({"id": 1, "title": "t", "stock": "some"}, "stock"),
            ({"id": 1, "title": "t", "url": "javascript:alert(1)"}, "url"),
            ({"id": 1, "title": "t", "attributes": "{not json"}, "attributes"),
            ({"id": 1, "title": "t", "attributes": "[1]"}, "attributes"),
            ({"id": [1], "title": "t"}, "id"),
        ],
    )
    def test_a_bad_row_names_line_and_field(self, tmp_path: Path, row: dict[str, object], field: str) -> None:
        path = tmp_path / "feed.jsonl"
        path.write_text('{"id": "ok", "title": "fine"}\n\n' + json.dumps(row) + "\n")
        reject = only_reject(path)
        assert (reject.line, reject.field) == (3, field)
        assert reject.reason
        assert reject.raw == json.dumps(row)

    @pytest.mark.parametrize("line", ["{broken", "[1, 2]", '"text"', "[" * 100_000, "1" * 5000])
    def test_a_line_that_is_no_object(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "feed.jsonl"
        path.write_text('{"id": "ok", "title": "fine"}\n' + line + "\n")
        assert (only_reject(path).line, only_reject(path).field) == (2, "row")

    def test_an_unclosed_quote_does_not_swallow_the_rest_in_silence(self, tmp_path: Path) -> None:
        path = tmp_path / "feed.csv"
        path.write_text('id,title\n1,a\n2,"b\n3,c\n')
        reject = only_reject(path)
        assert (reject.line, reject.field) == (3, "row")
        assert "up to line 4" in reject.reason

    def test_a_row_with_too_many_cells(self, tmp_path: Path) -> None:
        path = write_rows(tmp_path / "feed.csv", ["id", "title"], [1, "a", "", ""], [2, "b", "c"])
        assert only_reject(path).reason.startswith("3 cells, but 2 columns")

    def test_lines_are_counted_across_line_ends_in_quotes(self, tmp_path: Path) -> None:
        path = write_rows(tmp_path / "feed.csv", ["id", "title"], [1, "a\nb"], [], ["", "", ""], ["", "c"])
        assert only_reject(path).line == 6

    def test_the_first_of_two_equal_ids_stays(self, tmp_path: Path) -> None:
        one = write_rows(tmp_path / "one.csv", ["id", "title"], [1, "a"], [1, "b"])
        two = write_rows(tmp_path / "two.csv", ["id", "title"], [1, "c"], [2, "d"])
        rows = list(read_feeds([inspect_feed(one), inspect_feed(two)], FeedMapping()))
        assert [row.title for row in rows if isinstance(row, Product)] == ["a", "d"]
        reasons = [row.reason for row in rows if isinstance(row, Reject)]
        assert reasons[0] == "'1' was already used in line 2"
        assert reasons[1] == f"'1' was already used in line 2 of {one}"

    def test_rejects_are_written_one_a_line(self, tmp_path: Path) -> None:
        write_rejects(tmp_path / "r.jsonl", [Reject(2, "price", "is negative", "raw é", "f.csv")])
        (line,) = (tmp_path / "r.jsonl").read_text().splitlines()
        assert json.loads(line) == {
            "line": 2, "field": "price", "reason": "is negative", "raw": "raw é", "file": "f.csv",
        }  # fmt: skip


class TestMapping:
    def test_a_shop_with_columns_of_its_own(self, tmp_path: Path) -> None:
        mapping = FeedMapping(
            columns={"title": "Name", "brand": "supplier", "price": "cents"},
            constants={"currency": "USD"},
            price_scale=0.01,
            strip_prefixes=("attr_n_", "attr_t_"),
            drop=("img_*",),
            units={"cable length": "m"},
            lists={"colour": ","},
            rename={"product colour": "colour"},
        )
        path = write_rows(
            tmp_path / "feed.csv",
            ["ID", "name", "Supplier", "Cents", "attr_n_cable_length", "attr_t_product_colour", "IMG_1"],
            ["1", "USB cable", "Acme", "1999", "2.5", "Black, Silver", "x.jpg"],
        )
        (product,) = products(path, mapping=mapping)
        assert product == Product(
            id="1", title="USB cable", brand="Acme", price=19.99, currency="USD",
            attributes={"cable length": Quantity(2.5, "m"), "colour": ("Black", "Silver")},
        )  # fmt: skip

    def test_a_constant_currency_does_not_overrule_a_stated_one(self, tmp_path: Path) -> None:
        mapping = FeedMapping(constants={"currency": "USD"})
        path = write_rows(
            tmp_path / "f.csv", ["id", "title", "price", "currency"],
            [1, "a", "45 €", ""], [2, "b", "45", "CHF"], [3, "c", "45", ""], [4, "d", "45 €", "CHF"],
        )  # fmt: skip
        found = [product.currency for product in products(path, mapping=mapping)]
        assert found == ["EUR", "CHF", "USD", "CHF"]

    def test_columns_that_fall_together_keep_both_facts(self, tmp_path: Path) -> None:
        mapping = FeedMapping(strip_prefixes=("t_", "n_"))
        path = write_rows(tmp_path / "f.csv", ["id", "title", "t_size", "n_size", "n_size"], [1, "t", "L", 52, 9])
        assert products(path, mapping=mapping)[0].attributes == {
            "size": "L", "n_size": Quantity(52.0), "size (2)": Quantity(9.0),
        }  # fmt: skip

    def test_a_mapped_column_that_is_nowhere(self, tmp_path: Path) -> None:
        path = write_jsonl(tmp_path / "toys.jsonl", toy_products(2))
        with pytest.raises(FeedError, match="'suplier'"):
            products(path, mapping=with_columns(FeedMapping(), ["brand=suplier"]))

    @pytest.mark.parametrize("pair", ["title", "=x", "title=", "colour=x"])
    def test_a_pair_that_cannot_be_read(self, pair: str) -> None:
        with pytest.raises(FeedError, match="--map"):
            with_columns(FeedMapping(), [pair])

    def test_mapping_files(self, tmp_path: Path) -> None:
        for content in ("not toml", "wrong_key = 1", "[columns]\ncolour = 'x'", "price_scale = 0"):
            (tmp_path / "m.toml").write_text(content)
            with pytest.raises(FeedError, match=r"m\.toml") as caught:
                load_mapping(tmp_path / "m.toml")
            assert "\n" not in str(caught.value)
        with pytest.raises(FeedError, match="cannot be read"):
            load_mapping(tmp_path / "none.toml")
        for shipped in (ROOT / "docs" / "mappings").glob("*.toml"):
            assert load_mapping(shipped).columns


class TestValues:
    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            ("1.2 kg", Quantity(1.2, "kg")),
            ("10000 mm", Quantity(10000.0, "mm")),
            ("10000mm", Quantity(10000.0, "mm")),
            ("4 persons", Quantity(4.0, "persons")),
            ("-5 °C", Quantity(-5.0, "°C")),
            ("1,5 L", Quantity(1.5, "L")),
            ("1,500 g", Quantity(1500.0, "g")),
            ('15.6"', Quantity(15.6, '"')),
            ("80 g/m2", Quantity(80.0, "g/m2")),
            ("40 m²", Quantity(40.0, "m²")),
            ("2 mp3", "2 mp3"),
            ("42", Quantity(42.0)),
            (3, Quantity(3.0)),
            ({"value": 2, "unit": "m"}, Quantity(2.0, "m")),
            ("0042", "0042"),
            ("4006381333931", "4006381333931"),
            ("4500U", "4500U"),
            ("5G", "5G"),
            ("12 Pro", "12 Pro"),
            ("8th", "8th"),
            ("10 - 12 kg", "10 - 12 kg"),
            ("Yes", True),
            ("false", False),
            (True, True),
            (["a", " b ", ""], ("a", "b")),
            ([1, 2.5], ("1", "2.5")),
            ({"a": 1}, '{"a": 1}'),
            ("", None),
            ("n/a", None),
            (None, None),
            ([], None),
            (float("nan"), None),
        ],
    )
    def test_attributes_keep_their_type(self, raw: object, value: object) -> None:
        read = attribute_value(raw, yes=YES, no=NO)
        assert read == value
        assert type(read) is type(value)

    @pytest.mark.parametrize(
        ("raw", "price"),
        [
            (10, (10.0, "")), ("12.345", (12.35, "")), ("$1,299.00", (1299.0, "USD")),
            ("1.299,00 €", (1299.0, "EUR")), ("USD 45", (45.0, "USD")), ("CHF 12.-", (12.0, "CHF")),
            ("", (None, "")), (None, (None, "")), ("0", (0.0, "")),
        ],
    )  # fmt: skip
    def test_prices(self, raw: object, price: tuple[float | None, str]) -> None:
        assert price_and_currency(raw) == pytest.approx(price)

    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            ("<p>Warm &amp; dry</p><p>Light</p>", "Warm & dry Light"),
            ("H<sub>2</sub>O", "H2O"),
            ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
            ("<script>alert(1)</script>safe<!-- note -->", "safe"),
            ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
            ("a\x00b\u202ec \ud800\t d\\ne", "abc d e"),
        ],
    )
    def test_text_is_cleaned(self, raw: str, text: str) -> None:
        assert clean(raw) == text

    @given(st.floats(-99999, 99999).map(lambda x: float(f"{x:.4g}")), st.sampled_from(["kg", "mm", "%", "W"]))
    def test_a_printed_quantity_reads_back(self, value: float, unit: str) -> None:
        if "e" in str(Quantity(value, unit)):
            return
        assert quantity(str(Quantity(value, unit))) == Quantity(value, unit)

    @given(st.floats(0.01, 9_999_999).map(lambda x: round(x, 2)))
    def test_a_printed_price_reads_back(self, price: float) -> None:
        assert price_and_currency(f"${price:,.2f}") == (price, "USD")
        assert price_and_currency(price) == (price, "")

    @given(
        st.dictionaries(
            st.sampled_from(["id", "title", "price", "rating", "stock", "category", "attributes", "size", ""]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                max_leaves=6,
            ),
        )
    )
    @example({"id": 10**400, "title": "t", "price": 10**400, "size": 10**400})
    def test_any_row_is_a_product_or_a_reason(self, row: dict[str, object]) -> None:
        try:
            product = RowReader(FeedMapping()).product(row.items())
        except RowError as error:
            assert error.field
            assert error.reason
        else:
            assert product.id
            assert product.title
            assert product.price is None or 0 <= product.price < float("inf")

    @given(st.text())
    def test_any_text_is_cleaned_and_priced_without_surprise(self, text: str) -> None:
        assert clean(text) == " ".join(clean(text).split())
        try:
            price_and_currency(text)
        except CellError as error:
            assert str(error)
