"""The language of short shopping messages, and replies put into it without touching a fact."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from assistant.generators import ScriptedGenerator
from assistant.language import NAMES, honest_line, in_language, language_of

ROOT = Path(__file__).parents[2]

FOREIGN = [
    ("de", "Ich suche ein leichtes Zelt für zwei Personen unter 300 Euro"),
    ("de", "Zelt für zwei Personen"),
    ("de", "habt ihr eine wasserdichte Jacke?"),
    ("de", "nicht rot, bitte"),
    ("de", "wie viel kostet das zweite"),
    ("fr", "je cherche une tente légère pour deux personnes"),
    ("fr", "une veste imperméable pas trop chère"),
    ("fr", "avez-vous des bottes de randonnée"),
    ("fr", "casque sans fil, moins de 100 euros"),
    ("es", "busco una tienda de campaña para dos personas"),
    ("es", "quiero unos auriculares baratos"),
    ("es", "¿cuánto cuesta el segundo?"),
    ("es", "una chaqueta que no sea roja"),
    ("it", "cerco una tenda leggera per due persone"),
    ("it", "vorrei un bollitore che costa meno di 50 euro"),
    ("it", "quanto costa il secondo"),
    ("nl", "ik zoek een lichte tent voor twee personen"),
    ("nl", "hebben jullie waterdichte jassen"),
    ("pt", "procuro uma tenda leve para duas pessoas"),
    ("pt", "vocês têm uma jaqueta que não seja vermelha"),
    ("pl", "szukam lekkiego namiotu dla dwóch osób"),
    ("pl", "ile kosztuje drugi"),
    ("zh", "我想要一个200元以下的帐篷"),
    ("zh", "Brindle的帐篷有吗"),
    ("ja", "二人用のテントを探しています"),
    ("ko", "2인용 텐트를 찾고 있어요"),
    ("ru", "ищу лёгкую палатку на двоих"),
    ("uk", "шукаю легкий намет, який не червоний"),
    ("el", "ψάχνω μια σκηνή για δύο άτομα"),
    ("ar", "أبحث عن خيمة لشخصين"),
    ("he", "אני מחפש אוהל לשניים"),
    ("hi", "मुझे दो लोगों के लिए टेंट चाहिए"),
    ("th", "อยากได้เต็นท์สำหรับสองคน"),
]

ENGLISH = """a light two-person tent under $300
Le Creuset pour-over coffee maker
an El Camino backpack, la mer blue
Los Pollos board game for 4
die cast kettle no plastic
a café au lait coloured throw
señor gloves size M
über light jacket
I want jeans à la mode
De'Longhi espresso machine
Dr. Oetker frying pan with lid
do you have the Marlow Drip in red
what about tents for 2 in may
no leather please
mon ami notebook, A5
un-scented candle
con carne pot 5 L
Das Keyboard mechanical
den of thieves puzzle
die casting set, not red
per person cost under 20
as light as possible
the 耳机 one
thx
ok
42
""".splitlines()


@pytest.mark.parametrize(("code", "message"), FOREIGN)
def test_other_languages(code: str, message: str) -> None:
    assert language_of(message) == code


def test_english_is_never_taken_for_another() -> None:
    with (ROOT / "demo_store" / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    requests = [*ENGLISH, *(row["title"] for row in rows), *(f"do you have a {row['title'].lower()}" for row in rows)]
    assert len(requests) > 3000
    assert {text: code for text in requests if (code := language_of(text)) != "en"} == {}


@pytest.mark.parametrize("message", ["", " ", "12345", "???", "🙂", "Ω 5"])
def test_what_is_no_language_is_taken_for_english(message: str) -> None:
    assert language_of(message) == "en"


def test_there_is_an_honest_line_in_every_language_told_apart() -> None:
    assert all(honest_line(code) for code in NAMES)
    assert honest_line("en") == honest_line("xx") == ""
    assert all(language_of(honest_line(code)) == code for code in NAMES)


SENTENCES = ["At $129.00, the Brindle Lark 2 stays under $150.", "It weighs 1.9 kg."]


def test_facts_pass_a_translation_as_signs() -> None:
    generator = ScriptedGenerator(["@2 卖@1，低于@3。", "重@1。"])
    told = in_language(SENTENCES, "zh", generator, names=["Brindle Lark 2"])
    assert told == ["Brindle Lark 2 卖$129.00，低于$150。", "重1.9 kg。"]
    assert "At @1, the @2 stays under @3." in generator.prompts[0]
    assert "Simplified Chinese" in generator.prompts[0]
    assert "129" not in "".join(generator.prompts)


@pytest.mark.parametrize(
    "written",
    [
        "@2 卖@1。",  # a sign is missing
        "@2 卖@1，低于@3，@3。",  # one came twice
        "@2 卖@1，低于@3和@4。",  # one was made up
        "@2 卖@1，低于@3，共5个。",  # a number of its own
        "@2 卖@1，低于@3，共５个。",
        "At @1, the @2 stays under @3.",  # not translated
        "@2 卖@1，\n低于@3。",
        "",
    ],
)
def test_a_translation_that_may_be_wrong_is_not_used(written: str) -> None:
    generator = ScriptedGenerator([written, "重@1。"])
    assert in_language(SENTENCES, "zh", generator, names=["Brindle Lark 2"]) is None


def test_a_latin_translation_must_be_one() -> None:
    one = ["It weighs 1.9 kg."]
    assert in_language(one, "de", ScriptedGenerator(["Es wiegt @1."])) == ["Es wiegt 1.9 kg."]
    assert in_language(one, "de", ScriptedGenerator(["It is for you @1."])) is None


def test_nothing_to_say_and_no_such_language() -> None:
    generator = ScriptedGenerator(["x"])
    assert in_language([], "zh", generator) is None
    assert in_language(SENTENCES, "en", generator) is None
    assert generator.prompts == []


def test_text_of_the_catalogue_cannot_pose_as_a_sign() -> None:
    told = in_language(["It is called @1."], "zh", ScriptedGenerator(["它叫＠@1。"]))
    assert told == ["它叫＠1。"]
