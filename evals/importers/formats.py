"""The files of public question sets, read into one shape."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from evals.errors import RunError

_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class ForeignCase:
    """One question of a foreign set; `golds` are in the set's own SQL dialect, empty when it must be refused."""

    id: str
    db: str
    question: str
    golds: tuple[str, ...]
    context: str = ""
    as_of: str = ""
    paraphrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    ordered: bool | None = None


@dataclass(frozen=True)
class Format:
    """A kind of file: how it is read, its SQL dialect, and what it is."""

    read: Callable[[Path], Iterator[ForeignCase]]
    dialect: str
    title: str


def read_cases(format_name: str, file: Path) -> tuple[ForeignCase, ...]:
    """The questions of a file; raises RunError naming the file and the entry that is not as expected."""
    try:
        return tuple(FORMATS[format_name].read(file))
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}.") from error
    except (json.JSONDecodeError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{file} is not a {FORMATS[format_name].title} file: {error}.") from error
    except KeyError as error:
        title = FORMATS[format_name].title
        raise RunError(f"{file} is not a {title} file: an entry lacks {error.args[0]!r}.") from error


def _spider(file: Path) -> Iterator[ForeignCase]:
    """Spider: a list of {db_id, question, query}."""
    for number, item in enumerate(_json_list(file)):
        yield ForeignCase(f"spider-{file.stem}-{number}", item["db_id"], item["question"], (item["query"],))


def _bird(file: Path) -> Iterator[ForeignCase]:
    """BIRD: a list of {question_id, db_id, question, evidence, SQL, difficulty}."""
    for number, item in enumerate(_json_list(file)):
        tags = (item["difficulty"],) if item.get("difficulty") else ()
        name = f"bird-{item.get('question_id', number)}"
        golds = (item["SQL"],)
        yield ForeignCase(name, item["db_id"], item["question"], golds, item.get("evidence") or "", tags=tags)


def _defog(file: Path) -> Iterator[ForeignCase]:
    """Defog sql-eval: CSV; `;` parts golds that are all right, `{a,b}` lists columns of which any will do."""
    with file.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            tags = (row["query_category"],) if row.get("query_category") else ()
            context = row.get("instructions") or ""
            golds = tuple(gold for part in row["query"].split(";") if part.strip() for gold in _any_column(part))
            refused = "without the necessary data" in row["query"]
            yield ForeignCase(
                f"defog-{file.stem}-{number}",
                row["db_name"],
                row["question"],
                () if refused else golds,
                context,
                tags=tags,
            )


def _any_column(sql: str) -> Iterator[str]:
    """One gold for each way to pick a single column of every `{a,b}`; further columns are allowed anyway.

    An empty `{}` (in a GROUP BY) stands for the columns picked.
    """
    lists = [[name.strip() for name in found.split(",")] for found in _BRACES.findall(sql) if found.strip()]
    for picked in product(*lists):
        yield " ".join(_filled(sql, picked).split())


def _filled(sql: str, picked: tuple[str, ...]) -> str:
    """The statement with one picked column in every list, and all of them in every empty one."""
    rest = iter(picked)
    return _BRACES.sub(lambda match: next(rest) if match[1].strip() else ", ".join(_bare(picked)), sql)


def _bare(columns: tuple[str, ...]) -> list[str]:
    """The columns without the names given to them in the SELECT list."""
    return [re.sub(r"\s+as\s+\w+$", "", column, flags=re.IGNORECASE) for column in columns]


def _dbt(file: Path) -> Iterator[ForeignCase]:
    """dbt's benchmark: questions and SQL in Turtle, as `QandA:prompt` with `QandA:expects` and `QandA:queryText`."""
    text = file.read_text(encoding="utf-8")
    blocks = [block.strip() for block in re.split(r"(?m)\s\.\s*$", text)]
    queries = {_subject(block): _turtle_text(block, "QandA:queryText") for block in blocks if "QandA:SQL" in block}
    for block in blocks:
        if "QandA:Inquiry" not in block:
            continue
        expected = re.search(r"QandA:expects\s+(.*?)\s*;", block, re.DOTALL)
        names = [name.strip() for name in expected[1].split(",")] if expected else []
        golds = tuple(queries[name] for name in names if name in queries)
        name = _subject(block).rpartition(":")[2]
        yield ForeignCase(f"dbt-{name}", "acme", _turtle_text(block, "QandA:prompt"), golds)


def _subject(block: str) -> str:
    return block.split()[0] if block else ""


def _turtle_text(block: str, predicate: str) -> str:
    """The string of a predicate, its escapes undone."""
    found = re.search(re.escape(predicate) + r'\s+("(?:[^"\\]|\\.)*")', block)
    if not found:
        raise KeyError(predicate)
    return json.loads(found[1])


def _jsonl(file: Path) -> Iterator[ForeignCase]:
    """JSON lines: {id, db, question, gold_sql: [...], context, as_of, paraphrases, tags, order_matters}."""
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield _from_mapping(json.loads(line))


def _from_mapping(item: Mapping[str, Any]) -> ForeignCase:
    golds = item["gold_sql"]
    return ForeignCase(
        id=item["id"],
        db=item["db"],
        question=item["question"],
        golds=(golds,) if isinstance(golds, str) else tuple(golds),
        context=item.get("context") or "",
        as_of=item.get("as_of") or "",
        paraphrases=tuple(item.get("paraphrases") or ()),
        tags=tuple(item.get("tags") or ([item["tier"]] if item.get("tier") else ())),
        ordered=item.get("order_matters"),
    )


def _json_list(file: Path) -> list[dict[str, Any]]:
    """The entries of a JSON list of objects."""
    data = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise RunError(f"{file} is not a list of objects.")
    return data


FORMATS: dict[str, Format] = {
    "spider-json": Format(_spider, "sqlite", "Spider JSON"),
    "bird-json": Format(_bird, "sqlite", "BIRD JSON"),
    "defog-csv": Format(_defog, "postgres", "Defog CSV"),
    "dbt-ttl": Format(_dbt, "snowflake", "dbt benchmark Turtle"),
    "jsonl": Format(_jsonl, "duckdb", "JSON lines"),
}
