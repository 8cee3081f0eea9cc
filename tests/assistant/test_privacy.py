from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import privacy
from assistant.privacy import is_card, is_iban, redacted


class TestWhatIsTakenOut:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("my order is 10023, robin@example.com", "my order is 10023, [e-mail]"),
            ("Robin.O'Neil+shop@mail.example.co.uk.", "[e-mail]."),
            ("<sasha@example.com>", "<[e-mail]>"),
            ("邮箱是li@example.cn，谢谢", "[e-mail]，谢谢"),
            ("write to me:kim@例子.com", "write to me:[e-mail]"),
            ("4111 1111 1111 1111", "[card]"),
            ("card 4111111111111111 exp 12/29", "card [card] exp 12/29"),
            ("5500-0000-0000-0004 and 340000000000009", "[card] and [card]"),
            ("3400 000000 00009", "[card]"),
            ("order 10023 4111 1111 1111 1111 thanks", "order 10023 [card] thanks"),
            ("DE89 3704 0044 0532 0130 00", "[IBAN]"),
            ("refund to gb82west12345698765432 please", "refund to [IBAN] please"),
            ("my IBAN is NL91 ABNA 0417 1643 00 thanks", "my IBAN is [IBAN] thanks"),
            ("call me at 555-0142", "call me at [phone]"),
            ("my phone number is 5550100142", "my phone number is [phone]"),
            ("+1 (555) 010-0142", "[phone]"),
            ("+44 20 7946 0958 or 020 7946 0958", "[phone] or [phone]"),
            ("0044 20 7946 0958", "[phone]"),
            ("(555) 010-0142, evenings", "[phone], evenings"),
            ("555-010-0142", "[phone]"),
            ("555.010.0142.", "[phone]."),
            ("1-555-010-0142", "[phone]"),
            ("07700 900123", "[phone]"),
            ("0171/1234567", "[phone]"),
            ("+8613812345678", "[phone]"),
            ("我的手机 13812345678", "我的手机 [phone]"),
            ("138 1234 5678", "[phone]"),
            ("+49 171 1234567", "[phone]"),
        ],
    )
    def test_each_kind(self, said: str, kept: str) -> None:
        assert redacted(said) == kept


class TestWhatSurvives:
    @pytest.mark.parametrize(
        "said",
        [
            "a tent under $1,299.00 or 1.299,00 €", "between 1500-2000 dollars", "$100-2000", "EAN 4006381333931",
            "4006381333931", "0012345678905", "4 006381 333931", "036000291452", "96385074", "ISBN 978-3-16-148410-0",
            "Sony WH-1000XM4", "WF1000XM4", "order 10023", "order #1002345678", "H-1042", "TENT-0001",
            "size 32-34", "120 x 60 x 75 cm", "W32 L34", "a 20000 mAh power bank", "2026-11-27", "27.11.2026",
            "11/27/2026 18:30", "1920x1080", "between 40 and 60", "3-6 days", "20,000,000", "192.168.100.200",
            "order number 555-010-0142", "model 4155550142", "part 020 7946 0958", "12345678901234",
            "tracking number 1Z9999999999999999", "a 2 person tent, 3 seasons, 4000 mm", "5 000 000", "100 200 300",
            "under 800 600 90", "RTX 4090 24GB", "USB4 40Gbps", "@home", "a@b", "4111 1111 1111 1112",
            "DE89370400440532013001", "32GB DDR5-6000 CL30", "1.5 kg", "帐篷 200元以下",
        ],
    )  # fmt: skip
    def test_what_is_talked_about(self, said: str) -> None:
        assert redacted(said) == said

    @given(st.integers(0, 10**12 - 1))
    def test_every_article_number(self, body: int) -> None:
        digits = f"{body:012d}"
        check = -sum(int(d) * (1 + 2 * (place % 2)) for place, d in enumerate(digits)) % 10
        assert redacted(f"do you have {digits}{check}?") == f"do you have {digits}{check}?"

    @given(st.integers(1, 10**8 - 1))
    def test_every_order_number_and_price(self, number: int) -> None:
        for said in (f"order {number}", f"#{number}", f"${number}", f"${number:,}.99", f"{number} USD"):
            assert redacted(said) == said

    @given(st.integers(1, 4000), st.integers(1, 9999))
    def test_every_range_and_size(self, low: int, high: int) -> None:
        for said in (f"{low}-{high}", f"{low} x {high}", f"{low}/{high}", f"{low} to {high}"):
            assert redacted(said) == said

    @given(st.text(max_size=200))
    def test_any_text_twice_is_the_same_as_once(self, text: str) -> None:
        once = redacted(text)
        assert redacted(once) == once

    @given(st.text(alphabet="0123456789 -+()./@ab", max_size=60))
    def test_any_digits_too(self, text: str) -> None:
        once = redacted(text)
        assert redacted(once) == once


class TestCheckDigits:
    @given(st.integers(4 * 10**14, 5 * 10**14 - 1), st.sampled_from(["", " ", "-"]))
    def test_every_card_goes_however_it_is_grouped(self, body: int, gap: str) -> None:
        check = next(d for d in range(10) if is_card(f"{body}{d}"))
        digits = f"{body}{check}"
        said = gap.join(digits[place : place + 4] for place in range(0, 16, 4))
        assert redacted(f"it is {said} ok") == "it is [card] ok"

    @given(st.integers(0, 10**18 - 1))
    def test_every_german_account_goes(self, body: int) -> None:
        check = next(c for c in range(2, 99) if is_iban(f"DE{c:02d}{body:018d}"))
        assert redacted(f"DE{check:02d}{body:018d}") == "[IBAN]"


def test_a_pasted_column_of_numbers_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def counted(digits: str) -> bool:
        looked.append(digits)
        return is_card(digits)

    monkeypatch.setattr(privacy, "is_card", counted)
    column = "12 " * 400
    assert redacted(f"{column}4111 1111 1111 1111 {column}") == f"{column}[card] {column}"
    assert len(looked) < 19 * 820  # as many joined groups as a card can have, for each group; not each with each


def test_an_address_may_be_left_for_a_look_up_and_nothing_else() -> None:
    said = "my card 4111 1111 1111 1111, order 10023, robin@example.com"
    assert redacted(said, emails=False) == "my card [card], order 10023, robin@example.com"
