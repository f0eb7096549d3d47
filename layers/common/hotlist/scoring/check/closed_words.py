"""What can stand in the fields whose words Hotlist itself makes, and what was meant instead.

A condition on a text is told by its pieces, between which anything may stand: `("a",)` is the
text a, `("a", "")` what begins with it, `("", "a")` what ends with it, `("a", "b")` is `a*b`.
"""

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from hotlist.scoring.domains import to_ascii

Pieces = tuple[str, ...]
Near = Callable[[str, Collection[str]], str | None]
"""Gives the one of some names that a text is most like, if any is."""

MAX_WORDS: Final = 300
"""Of a longer vocabulary only whole words are judged: the others would be asked one by one."""

_MAX_LISTED: Final = 30
_MAX_TEXT: Final = 300
"""Of a longer text the advice is about its beginning."""


class Vocabulary(Protocol):
    """The texts that one field can hold."""

    noun: str

    @abstractmethod
    def occurs(self, pieces: Pieces) -> bool:
        """Whether a text of these pieces can occur. True if that is not certain."""

    @abstractmethod
    def advice(self, text: str) -> str:
        """What to write instead of a text that does not occur; of none, what there is."""


class Words(Vocabulary):
    """A closed list, in lower case. `meant` has the words for what people write instead."""

    def __init__(
        self, noun: str, words: Collection[str], meant: Mapping[str, str], near: Near
    ) -> None:
        self.noun = noun
        self.words = frozenset(words)
        self._meant = meant
        self._near = near

    def occurs(self, pieces: Pieces) -> bool:
        if len(pieces) == 1:
            return pieces[0] in self.words
        return len(self.words) > MAX_WORDS or any(_fits(word, pieces) for word in self.words)

    def refuses_all(self, refused: Collection[Pieces | None]) -> bool:
        """Whether each word fits one of these conditions."""
        conditions = [pieces for pieces in refused if pieces is not None]
        left = self.words - {pieces[0] for pieces in conditions if len(pieces) == 1}
        others = [pieces for pieces in conditions if len(pieces) > 1]
        if max(len(left), len(others)) > MAX_WORDS:
            return False
        return all(any(_fits(word, one) for one in others) for word in left)

    def advice(self, text: str) -> str:
        near = self._meant.get(text.lower()) or self._near(text, self.words)
        if near is not None:
            return f"did you mean {near!r}?"
        listed = sorted(self.words)
        more = ", …" if len(listed) > _MAX_LISTED else ""
        return f"there are {', '.join(listed[:_MAX_LISTED])}{more}"


class Languages(Vocabulary):
    """Codes of ISO 639. Capture keeps what stands before the region, in lower case."""

    noun = "language"

    def occurs(self, pieces: Pieces) -> bool:
        length = sum(map(len, pieces))
        has_three = length == 3 or (length < 3 and len(pieces) > 1)
        if has_three and all(map(_LETTERS.fullmatch, pieces)):
            return True
        return any(_fits(code, pieces) for code in _CODES)

    def advice(self, text: str) -> str:
        code = re.split("[-_*]", text[:_MAX_TEXT].strip().lower())[0]
        if code in _CODES:
            return f"write {code!r}; a language is kept without its region, in small letters"
        if code in _LANGUAGES:
            return f"write {_LANGUAGES[code]!r}, its code of ISO 639"
        return "write its code of ISO 639, as in pl, en or de"


class Domains(Vocabulary):
    """What stands after the @ of an address, as ASCII in lower case."""

    noun = "domain of an e-mail address"

    def occurs(self, pieces: Pieces) -> bool:
        if len(pieces) == 1:
            return bool(_DOMAIN.fullmatch(pieces[0]))
        if pieces[0].startswith((".", "-")) or pieces[-1].endswith((".", "-")):
            return False
        return all(map(_IN_DOMAIN.fullmatch, pieces))

    def advice(self, text: str) -> str:
        address = text[:_MAX_TEXT].strip().lower().rpartition("@")[2]
        said = address.rpartition("://")[2].partition("/")[0]
        meant = to_ascii(said.lstrip("*."))
        if _DOMAIN.fullmatch(meant) and meant != text.lower():
            return f"write {meant!r}"
        return "write all that stands after the @, as in example.com"


class Paths(Vocabulary):
    """The path of a page's address, with its `/`, without host, query and fragment.

    It is decoded once, and kept without path parameters and dot segments. An address that is
    encoded twice is not thought of.
    """

    noun = "path of a page"

    def occurs(self, pieces: Pieces) -> bool:
        if any(_NOT_IN_PATH.search(piece) or _decoded(piece) != piece for piece in pieces):
            return False
        if _DOTS_AT_END.search(pieces[-1]):
            return False
        begin = pieces[0]
        return begin.startswith("/") or (begin == "" and len(pieces) > 1)

    def advice(self, text: str) -> str:
        said = text[:_MAX_TEXT].strip()
        try:
            path = urlsplit(f"//{said}" if _HOST.match(said) else said).path
        except ValueError:
            path = ""
        path = "/" + _decoded(_NOT_KEPT.sub("", path)).lstrip("/")
        if said and path != text and self.occurs((path,)):
            return f"write {path!r}"
        return "write it from its first / on, without host and query, as in /pricing"


def _fits(word: str, pieces: Pieces) -> bool:
    """Whether a word is made of these pieces."""
    first, *rest = pieces
    if not rest:
        return word == first
    *between, last = rest
    at, end = len(first), len(word) - len(last)
    if at > end or not word.startswith(first) or not word.endswith(last):
        return False
    for piece in between:
        at = word.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


# --- words --------------------------------------------------------------------------------

MEANT_CHANNELS: Final = {
    **dict.fromkeys(("cpc", "ppc", "sem", "paid", "ads", "adwords", "google ads"), "paid_search"),
    **dict.fromkeys(("organic", "seo", "search", "google"), "organic_search"),
    **dict.fromkeys(("social", "social media"), "organic_social"),
    **dict.fromkeys(("mail", "newsletter", "mailing"), "email"),
    **dict.fromkeys(("banner", "cpm"), "display"),
    **dict.fromkeys(("none", "(none)", "(direct)"), "direct"),
}
MEANT_CLASSES: Final = {
    **dict.fromkeys(("private", "personal", "gmail", "gmail.com", "webmail"), "freemail"),
    **dict.fromkeys(("company", "corporate", "work", "b2b"), "business"),
    **dict.fromkeys(("temporary", "throwaway", "trash"), "disposable"),
    **dict.fromkeys(("student", "university", "school", "edu"), "education"),
    **dict.fromkeys(("internal", "employee", "colleague"), "own"),
}
MEANT_STAGES: Final = {
    **dict.fromkeys(("client", "won", "buyer"), "customer"),
    **dict.fromkeys(("lost", "disqualified"), "rejected"),
}

# --- languages ----------------------------------------------------------------------------

_LETTERS: Final = re.compile("[a-z]*")
_CODES: Final = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv "
    "kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr "
    "nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu".split()
)
"""The codes of two letters (ISO 639-1), those included that browsers of old still send."""

_LANGUAGES: Final = {
    "at": "de",
    "cn": "zh",
    "cz": "cs",
    "dk": "da",
    "gb": "en",
    "gr": "el",
    "jp": "ja",
    "ua": "uk",
    "us": "en",
    "czech": "cs",
    "deutsch": "de",
    "english": "en",
    "french": "fr",
    "german": "de",
    "italian": "it",
    "polish": "pl",
    "polski": "pl",
    "spanish": "es",
    "ukrainian": "uk",
}
"""Codes of countries that no language has, and names, as people write them for a language."""


# --- domains and paths --------------------------------------------------------------------

_IN_DOMAIN: Final = re.compile(r"(?!.*(?:\.\.|\.-|-\.))[a-z0-9.-]*")
_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?<=[a-z])"
)

_NOT_IN_PATH: Final = re.compile(r"[?#;]|//|/\.{1,2}/")
_DOTS_AT_END: Final = re.compile(r"/\.{1,2}\Z")
_NOT_KEPT: Final = re.compile(r";[^/]*|/(?=/)")
_ESCAPED: Final = re.compile(r"(?:%(?!2[Ff]|7[Ff])[2-9A-Fa-f][0-9A-Fa-f])+")
"""What is decoded in a path: all that is shown but the `/`."""

_HOST: Final = re.compile(r"(?:www\.|[^/?#:]+\.[^/?#:]+(?::[0-9]+)?/)[^/]", re.IGNORECASE)


def _decoded(path: str) -> str:
    """A path as it is kept: the characters themselves, not their `%XX`."""

    def written(found: re.Match[str]) -> str:
        return unquote(found[0], errors="strict")

    try:
        decoded = _ESCAPED.sub(written, path)
    except UnicodeDecodeError:
        return path
    return unicodedata.normalize("NFC", decoded)
