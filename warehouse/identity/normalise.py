"""One written form for names, e-mail addresses, phone numbers, addresses and dates, so that equal things compare equal.

Every function takes one written value or None and answers None for what says nothing (blank, "n/a", a phone number
of nines), because two records that both lack a value must never look alike for it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

MINUS_DOTS = frozenset({"gmail.com", "googlemail.com"})  # dots in the local part mean nothing there
PLUS_TAGS = MINUS_DOTS | {"outlook.com", "hotmail.com", "icloud.com", "proton.me", "protonmail.com", "fastmail.com"}
SAME_HOST = {"googlemail.com": "gmail.com"}
_EMPTY = "na n/a none null nan nil unknown unbekannt inconnu test tbd x xx xxx - -- . ?"
EMPTY = frozenset(_EMPTY.split())
PLACEHOLDERS = re.compile(r"^(no-?reply|none|noemail|no-?mail|unknown|test|dummy|na)$")
STREET_WORDS = {
    "street": "st", "str": "st", "strasse": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln",
    "drive": "dr", "boulevard": "blvd", "place": "pl", "court": "ct", "square": "sq", "terrace": "tce",
    "crescent": "cres", "close": "cl", "highway": "hwy", "parkway": "pkwy", "circuit": "cct", "saint": "st",
    "apartment": "apt", "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip
# everyday short forms outside English, which the nicknames list does not know
SHORT_FORMS = (
    "hans johannes", "hannes johannes", "jan johannes", "sepp josef", "toni anton", "uli ulrich", "uwe ulrich",
    "fritz friedrich", "heinz heinrich", "karlheinz karl-heinz", "kathi katharina", "kati katharina", "moni monika",
    "steffi stefanie", "tina christina", "gabi gabriele", "bine sabine", "susi susanne", "klaus nikolaus",
    "max maximilian", "basti sebastian", "flo florian", "matze matthias", "alex alexander", "andi andreas",
    "chris christian",
    "pepe jose", "paco francisco", "pancho francisco", "lola dolores", "nacho ignacio", "quique enrique",
    "kike enrique",
    "chema josemaria", "charo rosario", "pilar maria-del-pilar", "gigi luigi", "beppe giuseppe", "pino giuseppe",
    "gianni giovanni", "sandro alessandro", "ale alessandro", "lele gabriele", "fede federico", "jo joseph",
    "momo mohamed", "mohammed mohamed", "muhammad mohamed", "mohammad mohamed", "manu emmanuel", "seb sebastien",
    "nico nicolas", "fred frederic", "caro caroline", "kees cornelis", "piet pieter", "wim willem", "henk hendrik",
    "joop johannes", "bram abraham", "sjaak jacobus", "ger gerard",
)  # fmt: skip
_NOT_NAMES = re.compile(r"[^a-z\- ]+")
_HOUSE_NUMBER = re.compile(r"\b(\d+)\s?[a-z]?\b")


def folded(text: str | None) -> str | None:
    """The text in small plain letters with single blanks, or None when it says nothing."""
    if text is None:
        return None
    plain = text.strip().lower().replace("ß", "ss").replace("ø", "o").replace("æ", "ae").replace("ł", "l")
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    plain = " ".join(plain.split())
    return None if not plain or plain in EMPTY else plain


@lru_cache(maxsize=1 << 18)
def name(text: str | None) -> str | None:
    """A given or family name in small plain letters, without titles, dots and digits."""
    plain = folded(text)
    if plain is None:
        return None
    words = _NOT_NAMES.sub("", plain.replace(".", " ").replace("’", "").replace("'", "")).split()
    kept = [word for word in words if word not in ("mr", "mrs", "ms", "dr", "prof", "herr", "frau", "jr", "sr")]
    return " ".join(kept) or None


@lru_cache(maxsize=1 << 16)
def name_forms(first: str | None) -> tuple[str, ...]:
    """The normalised given name with the full names it may be short for: ("bob", "robert")."""
    if first is None:
        return ()
    word = first.split(" ")[0]
    return tuple(sorted({first, word} | _full_names().get(word, frozenset())))


@lru_cache(maxsize=1)
def _full_names() -> dict[str, frozenset[str]]:
    from nicknames import name_triplets  # here: reading its list costs time that only matching should pay

    found: dict[str, set[str]] = {}
    for full, _, short in name_triplets():
        found.setdefault(short, set()).add(full)
    for pair in SHORT_FORMS:
        short, full = pair.split(" ")
        found.setdefault(short, set()).add(full)
    return {short: frozenset(full) for short, full in found.items()}


@lru_cache(maxsize=1 << 18)
def email(text: str | None) -> str | None:
    """The address as its mail host reads it: small letters, without tags and dots where the host ignores them."""
    plain = folded(text)
    if plain is None:
        return None
    local, mark, host = plain.removeprefix("mailto:").strip("<> ").rpartition("@")
    if not mark or not local or "." not in host or " " in plain or PLACEHOLDERS.match(local):
        return None
    if host in PLUS_TAGS:
        local = local.partition("+")[0] or local
    if host in MINUS_DOTS:
        local = local.replace(".", "")
    return f"{local}@{SAME_HOST.get(host, host)}" if local else None


@lru_cache(maxsize=1 << 18)
def phone(text: str | None, country: str | None = None) -> str | None:
    """The number in E.164 (+4930123456), read as one of `country` (ISO alpha-2) when it carries no country code.

    With neither, its digits alone: a country is not guessed. A number that no country could have is None: a wrong
    number says less than no number.
    """
    import phonenumbers  # here: its metadata takes a tenth of a second

    if text is None or sum(letter.isdigit() for letter in text) < 6:
        return None
    written = text.strip()
    written = "+" + written[2:] if written.startswith("00") else written
    region = None if written.startswith("+") else _region(country)
    if region is None and not written.startswith("+"):
        digits = re.sub(r"\D", "", written).lstrip("0")
        return None if _placeholder_digits(digits) else digits
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or _placeholder_digits(str(number.national_number)):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _region(country: str | None) -> str | None:
    code = (country or "").strip().upper()
    return {"UK": "GB"}.get(code, code) if len(code) == 2 else None


def _placeholder_digits(digits: str) -> bool:
    return len(set(digits[-7:])) == 1 or digits in ("1234567890", "12345678", "123456789")


@lru_cache(maxsize=1 << 18)
def street(text: str | None) -> str | None:
    """Street and house number in small letters with the usual short forms: "12 oak st"."""
    plain = folded(text)
    if plain is None:
        return None
    words = re.sub(r"[^a-z0-9 ]+", " ", plain).split()
    short = [STREET_WORDS.get(word, re.sub(r"(.{3,})strasse$|(.{3,})str$", r"\1\2st", word)) for word in words]
    return " ".join(short) or None


def house_number(normalised_street: str | None) -> str | None:
    """The first number of a normalised street line, or None."""
    found = _HOUSE_NUMBER.search(normalised_street) if normalised_street else None
    return found.group(1) if found else None


def postal_code(text: str | None) -> str | None:
    """Postal code in small letters and digits only; the last four digits of a US ZIP+4 are left off."""
    plain = folded(text)
    if plain is None:
        return None
    plain = re.sub(r"^(\d{5})-\d{4}$", r"\1", plain)
    return re.sub(r"[^a-z0-9]+", "", plain) or None


@lru_cache(maxsize=1 << 18)
def birth_date(text: str | None) -> str | None:
    """The date as YYYY-MM-DD, from ISO text, YYYYMMDD or a timestamp; None for anything else and for 1 January 1900.

    Dates written day first or month first are for the loader to read: here nothing is guessed.
    """
    plain = folded(text)
    if plain is None:
        return None
    for form in ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d"):
        try:
            day = datetime.strptime(plain, form).date()
        except ValueError:
            continue
        return None if day in (date(1900, 1, 1), date(1970, 1, 1)) else day.isoformat()
    return None


def identifier(text: str | None) -> str | None:
    """An id as small letters without blanks and signs; the case of an id never tells people apart."""
    plain = folded(text)
    return (re.sub(r"[\s\-_/.]+", "", plain) or None) if plain else None


@lru_cache(maxsize=1 << 18)
def sound(text: str | None) -> str | None:
    """A family name without vowels and doubled letters, so that most misspellings share it: "johnson" -> "jnsn"."""
    if text is None:
        return None
    word = re.sub(r"[^a-z]", "", text)
    for spelled, heard in (("ph", "f"), ("ck", "k"), ("sch", "s"), ("th", "t"), ("y", "i"), ("c", "k"), ("z", "s")):
        word = word.replace(spelled, heard)
    rest = re.sub(r"[aeiouh]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", word[:1] + rest) or None
