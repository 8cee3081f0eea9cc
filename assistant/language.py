"""Which language a message is in, and one honest line about it; a reply in that language by a
capable model.

Scripts tell most languages apart. Those in Latin letters are told by their function words, two at least and more than
of English: brands ("Le Creuset"), loan words ("pour-over", "à la carte") and model names must not turn an English
wish into a French one. Knows nothing of products.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import GeneratorError
from assistant.prompting import load_prompt
from assistant.types import TextGenerator

_FEWEST = 2
"""Function words that a message must have before it counts as another language's: of the 1,598 English titles of the
demo store, 36 have one and none has two."""

_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),  # before Chinese: Japanese is written in both
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("uk", re.compile(r"[іїєґІЇЄҐ]|\b(?i:шукаю|який|яка|яке|що|чи|або|це)\b")),  # before Russian
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_WITHOUT_SPACES = ("ja", "zh", "th")
_LETTERS_A_WORD = (3, 1)
"""Of a script of letters; what sets Ukrainian apart from Russian are single letters."""
_PLAINLY = 4
"""So many characters without spaces are a phrase, whatever brand names stand beside it."""

# Words that hardly any English sentence has; several languages may share one ("para", "con").
_FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    "de": frozenset(
        """ich suche brauche ein eine einen einem für mit ohne und oder nicht kein keine unter bis zu über der das dem
        gibt es habt ihr sie haben möchte bitte welche welcher welches wie viel kostet ist sind zwei drei etwas mir zum
        zur auf aber auch günstig günstiger billiger größer kleiner leichter danke hallo euch wasserdicht personen
        kinder""".split()
    ),
    "fr": frozenset(
        """je cherche voudrais veux besoin un une des du les pour avec sans et ou pas moins plus entre est sont vous
        avez moi mon ma mes qui que quel quelle combien coûte il elle deux trois dans sur mais aussi s'il plaît merci
        bonjour cher chère chers pourquoi euros étanche personnes enfants""".split()
    ),
    "es": frozenset(
        """busco quiero necesito un una unos unas para con sin y o no menos más entre es son tienen tiene hay el los las
        del que qué cuál cuánto cuesta dos tres pero también por favor gracias hola barato barata impermeable personas
        niños de""".split()
    ),
    "it": frozenset(
        """cerco vorrei voglio bisogno un uno una per con senza e o non meno più tra di del della il lo gli è sono avete
        che quale quanto costa due tre ma anche grazie ciao economico economica impermeabile persone bambini solo
        meglio questo questa parole""".split()
    ),
    "pt": frozenset(
        """procuro quero preciso um uma para com sem e ou não menos mais entre é são tem vocês os as do da que qual
        quanto custa dois duas três mas também por favor obrigado obrigada olá barato barata impermeável pessoas
        crianças só em melhor palavras este esta""".split()
    ),
    "nl": frozenset(
        """ik zoek wil nodig een voor met zonder en of niet geen onder tot het de is zijn hebben jullie heeft u mij
        welke wat hoeveel kost twee drie maar ook graag dank bedankt hallo goedkoop goedkoper waterdicht personen
        kinderen""".split()
    ),
    "pl": frozenset(
        """szukam chcę potrzebuję dla z bez i lub nie do od jest są czy macie ma który jaka jaki ile kosztuje dwa dwóch
        trzy ale też proszę dziękuję cześć tani tańszy wodoodporny osób dzieci
        po kilka tylko najlepiej""".split()
    ),
}
# Words of the sets above that English has, too: no sign of anything on their own.
_ENGLISH_TOO = frozenset(
    """a i is no me do of on in an as or die des plus pas ma mi mon con so was war man den pour par sin los las le la el
    de da du y o e u z ou une un san per lo gli con of het us en et es it il hay son ten tot wat wil met tan com sem dos
    do tem per od ma ale must all quest entre sur bis solo po este""".split()
)
_ENGLISH = frozenset(
    """the a an i i'm i'd my me we you your it is are for with without and or not no in on under over below above than
    that this these those to of from by at looking need want would like some any something show have has do does can
    which what how why where when much many please thanks hello one ones but also more less very too""".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_LINES: Mapping[str, str] = {
    "de": "Ich verstehe nur wenige Wörter Deutsch: Ich lese und antworte am besten auf Englisch.",
    "fr": "Je ne comprends que quelques mots de français : je lis et je réponds mieux en anglais.",
    "es": "Solo entiendo unas pocas palabras de español: leo y respondo mejor en inglés.",
    "it": "Capisco solo poche parole di italiano: leggo e rispondo meglio in inglese.",
    "pt": "Só entendo algumas palavras de português: leio e respondo melhor em inglês.",
    "nl": "Ik begrijp maar een paar woorden Nederlands: ik lees en antwoord het best in het Engels.",
    "pl": "Rozumiem tylko kilka słów po polsku: najlepiej czytam i odpowiadam po angielsku.",
    "zh": "我能读懂中文里的数字、价格和常见的商品词，但我用英文回答。",
    "ja": "日本語はほとんど分かりません。英語で書いていただければ、英語でお答えします。",
    "ko": "한국어는 거의 이해하지 못합니다. 영어로 써 주시면 영어로 답해 드립니다.",
    "ru": "Я почти не понимаю по-русски: лучше всего я читаю и отвечаю по-английски.",
    "uk": "Я майже не розумію українською: найкраще я читаю й відповідаю англійською.",
    "el": "Δεν καταλαβαίνω σχεδόν καθόλου ελληνικά: διαβάζω και απαντώ καλύτερα στα αγγλικά.",
    "ar": "لا أكاد أفهم العربية: أقرأ وأجيب بالإنجليزية على أفضل وجه.",
    "he": "אני כמעט לא מבין עברית: אני קורא ועונה הכי טוב באנגלית.",
    "hi": "मैं हिन्दी लगभग नहीं समझता: मैं अंग्रेज़ी में सबसे अच्छा पढ़ता और जवाब देता हूँ।",
    "th": "ฉันแทบไม่เข้าใจภาษาไทย ฉันอ่านและตอบเป็นภาษาอังกฤษได้ดีที่สุด",
}

NAMES: Mapping[str, str] = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "pl": "Polish", "zh": "Simplified Chinese", "ja": "Japanese", "ko": "Korean", "ru": "Russian", "uk": "Ukrainian",
    "el": "Greek", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "th": "Thai",
}  # fmt: skip
"""What a model is asked to write in; the languages that `language_of` can tell, English aside."""


def language_of(message: str) -> str:
    """The ISO 639-1 code of the language; "en" wherever it is not plainly another."""
    text = unicodedata.normalize("NFC", message)
    latin = [word.lower().replace("’", "'") for word in _WORD.findall(text) if word[0] < "\u0250"]
    for code, script in _SCRIPTS:
        signs = len(script.findall(text))
        # A sign of Chinese is about a word; elsewhere it takes a few letters, so that a lone Ω is none.
        of_words = signs if code in _WITHOUT_SPACES else signs / _LETTERS_A_WORD[code == "uk"]
        if of_words >= 1 and (of_words > len(latin) or (code in _WITHOUT_SPACES and signs >= _PLAINLY)):
            return code
    said = set(latin)
    english = len(said & _ENGLISH)
    votes = {code: len((said & function_words) - _ENGLISH_TOO) for code, function_words in _FUNCTION_WORDS.items()}
    weak = {code: len(said & function_words) for code, function_words in _FUNCTION_WORDS.items()}
    best = max(votes, key=lambda code: (votes[code], weak[code]))
    plain = votes[best] >= _FEWEST or (votes[best] == 1 and weak[best] >= 3)
    return best if plain and weak[best] > english - len(said & _ENGLISH & _FUNCTION_WORDS[best]) else "en"


def honest_line(code: str) -> str:
    """One line in that language: what of it is understood, and that the answer is English. "" for English and for
    languages there is no line for.
    """
    return _LINES.get(code, "")


_SECONDS = 8.0
"""For all sentences of a reply; a shopper has the English meanwhile."""
_TOKENS = 160
_FACT = re.compile(
    r"\*\*.+?\*\*|[“\"][^”\"]+[”\"]"
    r"|(?:[$€£¥]\s?)?\d+(?:[.,:/-]\d+)*(?:\s?(?:%|°[CF]|(?:kg|g|lb|oz|km|m|cm|mm|m2|in|ft|l|L|ml|h|min|W|V|Hz|GB|TB|mAh|dB|lm)\b))?"
)
_SIGN = re.compile(r"@(\d+)(?!\d)")


@dataclass(frozen=True, slots=True)
class _Signed:
    """A sentence with signs in place of what must come back unchanged."""

    text: str
    values: tuple[str, ...]


def in_language(
    sentences: Sequence[str], code: str, generator: TextGenerator, *, names: Sequence[str] = ()
) -> list[str] | None:
    """Verified sentences in another language, one for one; None if the model cannot be trusted with any of them.

    Prices, numbers, quotations and `names` (products, brands) stand as signs, which the model must give back, each
    exactly once, and it may write no digit of its own; so no fact can change. The words between them are the model's:
    ask a capable one (a server's), not the bundled one, which knows English only.
    """
    if code not in NAMES or not sentences:
        return None
    signed = [_signed(sentence, names) for sentence in sentences]
    prompt = load_prompt("translate_reply")
    prompts = [prompt.fill({"language": NAMES[code], "sentence": each.text}) for each in signed]
    written = [""] * len(signed)
    try:
        for row, piece in generator.generate(prompts, max_tokens=_TOKENS, seconds=_SECONDS, stop=_is_two_lines):
            written[row] += piece
    except GeneratorError:
        return None
    back = [_unsigned(line, each) for line, each in zip(written, signed, strict=True)]
    whole = [line for line in back if line is not None]
    is_there = len(whole) == len(back) and all(_is_in(line, code) for line in written)
    return whole if is_there else None


def _is_two_lines(text: str) -> bool:
    return "\n" in text.strip()


def _signed(sentence: str, names: Sequence[str]) -> _Signed:
    values: list[str] = []

    def sign(match: re.Match[str]) -> str:
        values.append(match[0])
        return f"@{len(values)}"

    known = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    return _Signed(re.sub("|".join([*known, _FACT.pattern]), sign, sentence.replace("@", "＠")), tuple(values))


def _unsigned(written: str, signed: _Signed) -> str | None:
    """The facts put back; None unless every sign is there exactly once and nothing beside them has a digit."""
    line = written.strip()
    signs = [int(number) for number in _SIGN.findall(line)]
    bare = _SIGN.sub("", line)
    if not line or _is_two_lines(line) or sorted(signs) != list(range(1, len(signed.values) + 1)):
        return None
    if any(c.isdigit() for c in bare) or "@" in bare:
        return None
    return _SIGN.sub(lambda m: signed.values[int(m[1]) - 1], line)


def _is_in(line: str, code: str) -> bool:
    """Whether the model did translate: by script where there is one, by not being plainly English elsewhere."""
    script = dict(_SCRIPTS).get(code)
    bare = _SIGN.sub("", line)
    if script is not None:
        return bool(script.search(bare)) or not _WORD.search(bare)
    said = {word.lower() for word in _WORD.findall(bare)}
    return len(said & _ENGLISH - _FUNCTION_WORDS[code]) <= len(said & _FUNCTION_WORDS[code])
