"""What is compared between two records, and the degrees of agreement, from best to worst.

Each level carries the probabilities that hold until the data teach better ones: how often two records of one person
agree to this degree (m), and how often strangers do (u). They matter for levels that a small file never shows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One degree of agreement: its name in the evidence, its condition over l and r, the column of rare values."""

    name: str
    condition: str
    m: float
    u: float
    rare: str | None = None
    fixed: bool = False  # u is not learnt: random pairs cannot show what it depends on


@dataclass(frozen=True)
class Comparison:
    """One thing that is compared: the columns it reads, when it is silent, and its levels from best to worst."""

    name: str
    columns: tuple[str, ...]
    silent: str
    levels: tuple[Level, ...]

    @property
    def column(self) -> str:
        """The name as part of a column name: "given name" -> "given_name"."""
        return self.name.replace(" ", "_").replace("-", "")

    def agreement(self, level: int | None) -> str:
        """The name of a level as Splink numbers them: the best has the highest number, 0 is "different"."""
        if level is None:
            return "missing"
        return self.levels[len(self.levels) - level].name if level else "different"


# the difference of lengths is cheap and settles most pairs of strangers
_APART = "abs(length({0}_l) - length({0}_r)) <= {1} AND damerau_levenshtein({0}_l, {0}_r) <= {1}"
_SWAPPED = "jaro_winkler_similarity(first_l, last_r) >= 0.88 AND jaro_winkler_similarity(last_l, first_r) >= 0.88"
# "jefrfey" and "jeff": what one may be a slip for is short for the other, or the full names behind them nearly agree
_NEAR_NICKNAME = (
    "list_has_any(first_near_l, first_near_r) OR list_max(list_transform(first_forms_l, lambda x:"
    " list_max(list_transform(first_forms_r, lambda y: jaro_winkler_similarity(x, y))))) >= 0.92"
)
# a name before marriage often lives on in the address
_IN_EMAIL = (
    "(length(last_l) > 4 AND contains(coalesce(email_local_r, ''), last_l))"
    " OR (length(last_r) > 4 AND contains(coalesce(email_local_l, ''), last_r))"
)
# two people called Mary Smith may both be written down with mary.smith@: it says less than an address of its own
_NAMES_ALONE = (
    "NOT regexp_matches(email_local_l, '[0-9]')"
    " AND (contains(email_local_l, last_l) OR contains(email_local_l, last_r))"
)
_NAME_EMAIL = f"email_l = email_r AND {_NAMES_ALONE}"
# mary.smith@ of one host and of another repeats their name and no more; mary.smith77@ of both is a habit of one person
_SAME_LOCAL = f"email_local_l = email_local_r AND length(email_local_l) >= 5 AND NOT ({_NAMES_ALONE})"
# mary.smith@ and mary_smith@ are two addresses of two people as often as not; so are those of two hosts; and that of
# Mrs Jonson and that of Mrs Johnson differ by what their names differ by
_SLIPPED_EMAIL = (
    "split_part(email_l, '@', 2) = split_part(email_r, '@', 2) AND "
    + _APART.format("email_local", 1)
    + " AND regexp_replace(email_local_l, '[._-]', '', 'g') <> regexp_replace(email_local_r, '[._-]', '', 'g')"
    " AND NOT coalesce(last_l <> last_r AND contains(email_local_l, last_l) AND contains(email_local_r, last_r), false)"
)
_HOUSE = "postal_l = postal_r AND house_l = house_r AND jaro_winkler_similarity(street_l, street_r) >= 0.8"
_SLIPPED_DATE = (
    "damerau_levenshtein(birth_l, birth_r) <= 1 OR (left(birth_l, 4) = left(birth_r, 4)"
    " AND substr(birth_l, 6, 2) = right(birth_r, 2) AND substr(birth_r, 6, 2) = right(birth_l, 2))"
)


def _missing(*columns: str) -> str:
    return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)


COMPARISONS = (
    Comparison(
        "given name",
        ("first", "first_forms", "first_near", "last"),
        _missing("first"),
        (
            Level("same", "first_l = first_r", 0.75, 0.005, "first"),
            Level("one letter apart", _APART.format("first", 1) + " AND length(first_l) > 3", 0.06, 0.002),
            Level("swapped with the family name", _SWAPPED, 0.01, 1e-5),
            Level("nickname", "len(list_intersect(first_forms_l, first_forms_r)) > 0", 0.12, 0.004),
            Level("similar", "jaro_winkler_similarity(first_l, first_r) >= 0.88", 0.02, 0.001),
            Level("nickname misspelt", _NEAR_NICKNAME, 0.02, 0.002),
            Level(
                "initial",
                "(length(first_l) = 1 OR length(first_r) = 1) AND left(first_l, 1) = left(first_r, 1)",
                0.01,
                0.01,
            ),
        ),
    ),
    Comparison(
        "family name",
        ("last", "first", "email_local"),
        _missing("last"),
        (
            Level("same", "last_l = last_r", 0.85, 0.001, "last"),
            Level("one letter apart", _APART.format("last", 1) + " AND length(last_l) > 3", 0.06, 0.001),
            Level("similar", "jaro_winkler_similarity(last_l, last_r) >= 0.9", 0.01, 0.001),
            Level("swapped with the given name", _SWAPPED, 0.01, 1e-5),
            Level("part of a double name", "contains(last_l, last_r) OR contains(last_r, last_l)", 0.02, 0.0002),
            Level("in the other's e-mail address", _IN_EMAIL, 0.02, 0.0005),
        ),
    ),
    Comparison(
        "e-mail",
        ("email", "email_local", "last"),
        _missing("email"),
        (
            Level("same, made of the name alone", _NAME_EMAIL, 0.3, 1e-3, fixed=True),
            Level("same", "email_l = email_r", 0.45, 1e-05, "email"),
            Level("same before the @", _SAME_LOCAL, 0.02, 1e-05),
            Level("a letter apart", _SLIPPED_EMAIL, 0.02, 1e-06),
        ),
    ),
    Comparison(
        "phone",
        ("phone",),
        _missing("phone"),
        (
            Level("same", "phone_l = phone_r", 0.75, 1e-05, "phone"),
            Level("one digit apart", _APART.format("phone", 1), 0.02, 1e-06),
        ),
    ),
    Comparison(
        "address",
        ("address", "postal", "street", "house", "city"),
        _missing("postal"),
        (
            Level("same", "address_l = address_r", 0.7, 1e-05, "address"),
            Level("same house, street misspelt", _HOUSE, 0.08, 2e-5),
            Level("same street, other postal code", "street_l = street_r AND house_l IS NOT NULL", 0.01, 2e-5),
            Level(
                "street misspelt, other postal code", "jaro_winkler_similarity(street_l, street_r) >= 0.93", 0.01, 2e-4
            ),
            Level("same postal code", "postal_l = postal_r", 0.02, 5e-4, "postal"),
            Level("same city", "city_l = city_r", 0.02, 2e-3),
        ),
    ),
    Comparison(
        "birth date",
        ("birth",),
        _missing("birth"),
        (
            Level("same", "birth_l = birth_r", 0.93, 6e-5),
            Level("one digit apart or day and month swapped", _SLIPPED_DATE, 0.04, 2e-3),
            Level("same year", "left(birth_l, 4) = left(birth_r, 4)", 0.005, 0.016),
        ),
    ),
    Comparison(
        "id number",
        ("national_id",),
        _missing("national_id"),
        (
            Level("same", "national_id_l = national_id_r", 0.9, 1e-6),
            Level("a digit or two apart", _APART.format("national_id", 2), 0.08, 1e-5),
        ),
    ),
)
