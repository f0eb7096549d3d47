"""Yes and no as people and programs write them: the words by language. Data, and one function.

Add a word to its language, or a language. `docs/forms.md` lists them; a test holds both
equal. Case, blanks, and a stop or an exclamation mark at the end make no difference. A phrase
counts only if it stands here whole: a consent is never guessed.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "programs": (
        "true, t, 1, 1.0, -1, on, y, checked, selected, enabled, ✓, ✔, ☑, ✅, 👍",
        "false, f, 0, 0.0, off, n, unchecked, unselected, disabled, null, none, ✗, ✘, ✖, ☐, ❌, 👎",
    ),
    "English": (
        "yes, yeah, yep, ok, okay, agree, i agree, agreed, accept, i accept, accepted, i consent",
        "no, nope, disagree, i disagree, decline, declined, i do not agree, i don't agree",
    ),
    "Polish": (
        "tak, zgoda, zgadzam się, wyrażam zgodę, akceptuję, zaznaczone, zaznaczono, prawda",
        "nie, brak zgody, nie zgadzam się, nie wyrażam zgody, nie akceptuję, niezaznaczone, fałsz",
    ),
    "German": (
        "ja, jawohl, einverstanden, ich stimme zu, zugestimmt, akzeptiert, ich akzeptiere, wahr",
        "nein, nicht einverstanden, ich stimme nicht zu, abgelehnt, ich lehne ab, falsch",
    ),
    "French": (
        "oui, d'accord, j'accepte, accepté, je suis d'accord, coché, vrai",
        "non, pas d'accord, je refuse, refusé, je n'accepte pas, non coché, faux",
    ),
    "Spanish": (
        "sí, si, de acuerdo, acepto, estoy de acuerdo, marcado, verdadero",
        "no, no acepto, no estoy de acuerdo, rechazo, no marcado, falso",
    ),
    "Italian": (
        "sì, accetto, d'accordo, acconsento, vero",
        "no, non accetto, non acconsento, rifiuto, falso",
    ),
    "Portuguese": (
        "sim, aceito, concordo, verdadeiro",
        "não, nao, não aceito, não concordo, falso",
    ),
    "Dutch": (
        "ja, akkoord, ik ga akkoord, mee eens, waar",
        "nee, niet akkoord, ik ga niet akkoord, onwaar",
    ),
    "Czech": ("ano, jo, souhlasím, pravda", "ne, nesouhlasím, nepravda"),
    "Slovak": ("áno, súhlasím", "nie, nesúhlasím"),
    "Ukrainian": ("так, згоден, згодна, погоджуюсь", "ні, не згоден, не згодна, не погоджуюсь"),
    "Russian": ("да, согласен, согласна, истина", "нет, не согласен, не согласна, ложь"),
    "Bulgarian": ("да, съгласен, съгласна", "не, не съм съгласен, не съм съгласна"),
    "Croatian, Serbian, Slovene": ("da, slažem se, да, strinjam se", "ne, не, ne slažem se"),
    "Romanian": ("da, de acord, sunt de acord", "nu, nu sunt de acord"),
    "Hungarian": ("igen, elfogadom, egyetértek", "nem, nem fogadom el"),
    "Swedish, Danish, Norwegian": ("ja, jag godkänner, jeg accepterer", "nej, nei"),
    "Finnish": ("kyllä, joo, hyväksyn", "ei, en hyväksy"),
    "Estonian": ("jah, nõustun", "ei, ei nõustu"),
    "Latvian": ("jā, piekrītu", "nē, nepiekrītu"),
    "Lithuanian": ("taip, sutinku", "ne, nesutinku"),
    "Greek": ("ναι, ναί, συμφωνώ, αποδέχομαι", "όχι, οχι, δεν συμφωνώ"),
    "Turkish": ("evet, kabul ediyorum", "hayır, hayir, kabul etmiyorum"),
    "Indonesian": ("ya, setuju", "tidak, tidak setuju"),
    "Vietnamese": ("có, đồng ý", "không, không đồng ý"),
    "Arabic": ("نعم, أوافق", "لا, لا أوافق"),
    "Hebrew": ("כן", "לא"),
    "Chinese": ("是, 是的, 同意", "否, 不, 不是, 不同意"),
    "Japanese": ("はい, 同意する, 同意します", "いいえ, 同意しない, 同意しません"),
    "Korean": ("예, 네, 동의, 동의함", "아니요, 아니오, 동의하지 않음"),
}
"""By language: the words for yes, and the words for no."""

HINT: Final = "send yes, true, on, 1, tak, ja, oui, sí or ✓"


_JOINED: Final = frozenset(("true", "false", "1", "0", "on", "off"))


def plain(text: str) -> str:
    """How texts are compared: full-width signs as plain ones, no case, one blank for many."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    folded = folded.replace("\ufe0f", "")  # asks for a sign in colour
    return " ".join(folded.split()).rstrip(".! ")


def read(text: str) -> bool | None:
    """What the word means; None if it stands in no list.

    Words with commas between them mean what all of them mean: `tak, zgadzam się` is a yes. Some
    servers join a hidden field and its box: `true,false` is a yes, as a list of the two is.
    """
    word = plain(text)
    said = set(map(_word, word.split(",")))
    if said == {True, False} and _JOINED.issuperset(word.replace(" ", "").split(",")):
        return True
    return said.pop() if len(said) == 1 else None


def _word(word: str) -> bool | None:
    word = word.strip()
    return True if word in YES else False if word in NO else None


def _all(place: int) -> frozenset[str]:
    return frozenset(plain(one) for words in WORDS.values() for one in words[place].split(", "))


YES: Final = _all(0)
NO: Final = _all(1)
