"""What of a message may be kept: e-mail addresses, phone and card numbers and IBANs are taken out before it is.

Prices, sizes, model, article and order numbers have to survive, since they are what is talked about; so a run of digits
goes only if it is written like a phone number, or its check digits say that it is a card or an account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

EMAIL, PHONE, CARD, IBAN = "[e-mail]", "[phone]", "[card]", "[IBAN]"

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"“”，。、]+@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")

_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![^\W_])", re.ASCII | re.IGNORECASE)
_IBAN_LENGTHS = {
    code: int(length)
    for code, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 "
        "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 "
        "LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 "
        "SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20",
    )
}
"""Country -> characters (ISO 13616 registry): without it one in 97 long model numbers would pass for an account."""

_DIGIT_GROUPS = re.compile(r"(?<![\w.,])\d+(?:[ -]\d+)*(?![\w])(?![.,]\d)", re.ASCII)
_CARD_STARTS = {
    14: re.compile(r"30[0-5]|3[689]"),
    15: re.compile(r"3[47]"),
    16: re.compile(r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|6011|64[4-9]|65|35|62|50|5[678]|6[37]"),
    18: re.compile(r"62|50|5[678]|6[37]"),
    19: re.compile(r"4|62|6011|50|5[678]|6[37]"),
}
"""Digits -> how a card of that length begins (ISO/IEC 7812). EAN-8, UPC-12 and EAN-13 are no card's length."""

# Written like a phone number: with a plus; with a leading zero and gaps; as 555-010-0142; a Chinese mobile number.
_PHONE = re.compile(
    r"""(?<![\w.,/+-])(?:
      \+[1-9]\d{0,3}(?:[ ./-]{0,2}\(?\d{1,5}\)?){2,6}
    | 00[1-9]\d{0,2}(?:[ ./-]\d{2,5}){2,5}
    | 0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}
    | \(0?\d{2,4}\)[ /-]?\d{3,4}[ -]?\d{3,5}
    | (?:1[ .-])?[2-9]\d{2}([ .-])\d{3}\1\d{4}
    | 1[3-9]\d(?:[ -]?\d{4}){2}
    )(?![\w])(?!-\w)(?![.,]\d)""",
    re.VERBOSE | re.ASCII,
)
# Said to be one: then any seven to fifteen digits are.
_SAID_PHONE = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|cellphone|whatsapp|wechat|"
    r"(?:call|ring|text|reach|phone) me(?: back)?(?: (?:at|on|under))?|"
    r"handy|手机号?|电话)\b[^\d\n]{0,20}?(\+?\(?\d(?:[ ()./-]{0,2}\d){6,14})(?![\w])",
    re.IGNORECASE | re.ASCII,
)
# Said to be something else: then it stays, whatever it looks like.
_SAID_OTHERWISE = re.compile(
    r"(?:\b(?:orders?|order (?:number|no\.?)|number|ean|gtin|upc|isbn|model|item|article|part|sku|ref|tracking|"
    r"ticket|parcel)\b\W{0,3}(?:(?:number|no|nr|code|is)\b\W{0,3})*|#\s?|订单号?\W{0,2})$",
    re.IGNORECASE,
)


def redacted(text: str, *, emails: bool = True) -> str:
    """The text with "[e-mail]", "[phone]", "[card]" and "[IBAN]" in place of each; `emails` False leaves the addresses,
    for a look-up that needs one.
    """
    if not emails:
        kept = _EMAIL.findall(text)
        parts = [redacted(part) for part in _EMAIL.split(text)]
        return "".join(part + address for part, address in zip(parts, [*kept, ""], strict=True))
    text = _EMAIL.sub(EMAIL, text)
    text = _IBAN.sub(lambda match: _without_iban(match[0]), text)
    text = _DIGIT_GROUPS.sub(lambda match: _without_card(match[0]), text)
    text = _SAID_PHONE.sub(lambda match: match[0][: match.start(1) - match.start()] + PHONE, text)
    return _PHONE.sub(
        lambda match: (
            match[0] if _SAID_OTHERWISE.search(match.string[max(0, match.start() - 40) : match.start()]) else PHONE
        ),
        text,
    )


def _without_iban(run: str) -> str:
    """The run with the account at its beginning taken out; a word after it ("... 00 today") is no part of it."""
    length = _IBAN_LENGTHS.get(run[:2].upper(), 0)
    taken = ""
    for place, sign in enumerate(run):
        taken += sign if sign.isalnum() else ""
        if len(taken) == length:
            rest = run[place + 1 :]
            return IBAN + rest if is_iban(taken) and not rest[:1].isalnum() else run
    return run


def is_iban(account: str) -> bool:
    """Whether the check digits hold (ISO 7064, mod 97-10): the first four signs moved behind, letters as 10 to 35."""
    account = account.upper()
    turned = account[4:] + account[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _without_card(run: str) -> str:
    """Digits in groups, with each row of groups that makes a card's number taken out."""
    groups = list(re.finditer(r"\d+", run))
    kept, at, place = [], 0, 0
    while place < len(groups):
        last = _card_from(groups, place)
        if last is None:
            place += 1
            continue
        kept += [run[at : groups[place].start()], CARD]
        at, place = groups[last].end(), last + 1
    return "".join([*kept, run[at:]])


def _card_from(groups: Sequence[re.Match[str]], first: int) -> int | None:
    """The last group of the longest card that begins with the first. Only as many digits are joined as a card can
    have: a pasted column of numbers has thousands of groups.
    """
    digits, found = "", None
    for place in range(first, len(groups)):
        digits += groups[place][0]
        if len(digits) > max(_CARD_STARTS):
            break
        found = place if is_card(digits) else found
    return found


def is_card(digits: str) -> bool:
    """Whether these digits begin like a payment card's, are as many, and pass the Luhn check (ISO/IEC 7812-1)."""
    begins = _CARD_STARTS.get(len(digits))
    if begins is None or not begins.match(digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
