"""Text -> one query tree, built of nothing but what the grammar lists; anything else is SQLRejected.

The bounds come first: length before tokens, tokens and nesting before the parser, so that hostile text costs
milliseconds and never a RecursionError.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, cast

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from warehouse.errors import SQLRejected
from warehouse.grammar import FUNCTIONS, LAMBDA_FUNCTIONS, NODES, TABLE_FUNCTIONS, TYPES, GuardedDuckDB
from warehouse.series import MAX_SERIES, series_length

MAX_CHARACTERS = 50_000
MAX_TOKENS = 8_000
MAX_NESTING = 24
MAX_TYPE_NESTING = 4

_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_FIRST = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.FROM, TokenType.L_PAREN})
_TYPE_NAMES = frozenset(GuardedDuckDB.Parser.TYPE_TOKENS)
_TYPED_LITERALS = _TYPE_NAMES | {TokenType.INTERVAL}
_PLAIN_WORD = re.compile(r"[A-Za-z_]\w*|CURRENT ROW|NO OTHERS")
_WORD_PLACES = frozenset(
    {(exp.Interval, "unit"), (exp.Extract, "this"), (exp.WindowSpec, "exclude"), (exp.Collate, "expression")}
)
_COMPARISONS: tuple[type[exp.Expr], ...] = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Like, exp.ILike,
    exp.SimilarTo, exp.Glob, exp.RegexpLike, exp.In, exp.Between,
)  # fmt: skip
_LOOSE = (*_COMPARISONS, exp.Not, exp.And, exp.Or)
"""Operators that bind loosely: without parentheses none of them is an operand of a comparison."""
_ADVICE = {
    "BYTE STRING": " Write text in plain single quotes.",
    "CONCAT": " Write || between two pieces of text.",
    "DOT": " Write calls as function(column), fields as column['field'].",
    "NATURAL JOIN": " Name the columns: JOIN ... USING (column).",
    "PLACEHOLDER": " Write the value itself.",
    "POSITIONAL COLUMN": " Name the column.",
    "RAW STRING": " Write text in plain single quotes.",
    "limit_options": " Give a number of rows.",
    "pivots": " Use aggregates with FILTER (WHERE ...).",
    "sample": " Use ORDER BY hash(column) LIMIT n.",
}
_NAMED_ARGUMENTS = frozenset({"struct_pack", "struct_insert"})


def reject(code: str, reason: str) -> NoReturn:
    """Never returns; raises SQLRejected."""
    raise SQLRejected(code, reason)


def did_you_mean(name: str, known: Iterable[str], nearness: float = 0.6) -> str:
    """A sentence with up to three near names, or nothing."""
    near = difflib.get_close_matches(name.lower(), sorted(known), n=3, cutoff=nearness)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def parse(sql: str) -> exp.Query:
    """The query tree of one statement, every node of it on the allow-list; names are not looked up yet.

    Raises SQLRejected.
    """
    dialect = GuardedDuckDB()
    tree = _tree(dialect, sql, _tokens(dialect, sql))
    check_nodes(tree)
    return tree


def _tokens(dialect: GuardedDuckDB, sql: str) -> list[Token]:
    if len(sql) > MAX_CHARACTERS:
        reject("too_long", f"The SQL has {len(sql)} characters; at most {MAX_CHARACTERS} are read.")
    if "\0" in sql:
        reject("syntax", "The SQL contains a NUL character.")
    try:
        tokens = dialect.tokenize(sql)
    except TokenError as error:
        raise SQLRejected("syntax", f"The SQL could not be read: {_sentence(error)}") from error
    tokens = _without_last_semicolon(tokens)
    _check_tokens(tokens)
    return tokens


def _without_last_semicolon(tokens: list[Token]) -> list[Token]:
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens = tokens[:-1]
    return tokens


def _check_tokens(tokens: list[Token]) -> None:
    if not tokens:
        reject("empty", "There is no SQL to run.")
    if len(tokens) > MAX_TOKENS:
        reject("too_complex", f"The SQL has {len(tokens)} words and signs; at most {MAX_TOKENS} are read.")
    if tokens[0].token_type not in _FIRST:
        reject("not_a_query", f"Only SELECT queries are run here; this starts with {tokens[0].text[:20].upper()!r}.")
    _check_nesting(tokens)
    for before, previous, token in zip([tokens[0], *tokens], tokens, tokens[1:], strict=False):
        _check_misread(before, previous, token)


def _check_nesting(tokens: list[Token]) -> None:
    """The parser takes steps by the level, and twice as many for each level of brackets after a type's name."""
    open_brackets: list[bool] = []
    previous = tokens[0]
    for token in tokens:
        kind = token.token_type
        if kind == TokenType.SEMICOLON:
            reject("many_statements", "Only one statement is run at a time; remove the semicolon and what follows.")
        if kind in _OPENING:
            open_brackets.append(previous.token_type in _TYPE_NAMES)
            if len(open_brackets) > MAX_NESTING or sum(open_brackets) > MAX_TYPE_NESTING:
                reject("too_deep", f"Brackets are nested more than {len(open_brackets) - 1} deep; split it with WITH.")
        elif kind in _CLOSING and open_brackets:
            open_brackets.pop()
        previous = token


def _check_misread(before: Token, previous: Token, token: Token) -> None:
    """Spellings that sqlglot reads otherwise than DuckDB does."""
    kind = token.token_type
    if previous.token_type == TokenType.NUMBER and kind == TokenType.VAR and previous.end + 1 == token.start:
        # 0x1F is a number for DuckDB, and 0 with the alias x1F for sqlglot
        reject("syntax", f"Write a space after the number in {previous.text + token.text!r}.")
    if kind == TokenType.DCOLON and previous.token_type == TokenType.STRING and before.token_type in _TYPED_LITERALS:
        # DATE '2025-01-31'::VARCHAR casts the date for DuckDB, and the string for sqlglot
        reject("ambiguous", f"Put parentheses around the {before.text.upper()} before ::, or write CAST.")


def _tree(dialect: GuardedDuckDB, sql: str, tokens: list[Token]) -> exp.Query:
    try:
        statements = dialect.parser().parse(tokens, sql)
    except ParseError as error:
        raise SQLRejected("syntax", _where(error)) from error
    except RecursionError as error:
        raise SQLRejected("too_deep", "The query is nested too deeply; split it with WITH.") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        reject("not_a_query", "Only one SELECT query is run here.")
    return statements[0]


def _where(error: ParseError) -> str:
    details: dict[str, Any] = error.errors[0] if error.errors else {}
    near = str(details.get("highlight") or "").strip()[:60]
    place = f" at line {details['line']}, column {details['col']}" if details.get("line") else ""
    near = f", near {near!r}" if near else ""
    fault = _sentence(details.get("description") or error)
    if fault.startswith("Required keyword"):
        fault = "something is missing."
    return f"The SQL could not be read{place}{near}: {fault}"


def _sentence(fault: object) -> str:
    return str(fault).split("\n", 1)[0][:200].rstrip(".") + "."


def check_nodes(tree: exp.Expr) -> None:
    """Nothing, when every node and every argument of it is on the allow-list; otherwise raises SQLRejected."""
    stack: list[exp.Expr] = [tree]
    while stack:
        node = stack.pop()
        listed = NODES.get(type(node))
        if listed is None:
            reject("not_allowed", f"{_label(node)} is not allowed in a query here.{_ADVICE.get(_label(node), '')}")
        special = _SPECIAL.get(type(node))
        if special:
            special(node)
        parts, flags = listed
        for key, value in node.args.items():
            if value is None or value is False or value == []:
                continue
            if key in parts and _collect(value, stack):
                continue
            _check_flag(node, key, value, flags)


def _collect(value: Any, stack: list[exp.Expr]) -> bool:
    """Whether the argument holds nodes only; they are put on the stack."""
    if isinstance(value, exp.Expr):
        stack.append(value)
        return True
    if not isinstance(value, list):
        return False
    items = cast("list[Any]", value)
    if not all(isinstance(item, exp.Expr) for item in items):
        return False
    stack.extend(items)
    return True


def _check_flag(node: exp.Expr, key: str, value: Any, flags: Any) -> None:
    allowed = flags.get(key)
    if allowed is None or isinstance(value, exp.Expr | list):
        if key in ("db", "catalog"):
            reject("qualified_name", "Name tables without a schema or database, and columns as column or table.column.")
        what = f"{_label(node)} with {key.strip('_').upper()}"
        reject("not_allowed", f"{what} is not allowed here.{_ADVICE.get(key, '')}")
    if allowed and str(value).upper() not in allowed:
        what = f"{str(value).upper()} {_label(node)}"
        reject("not_allowed", f"{what} is not allowed here.{_ADVICE.get(what, '')}")


def _label(node: exp.Expr) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()


def _check_select(node: exp.Select) -> None:
    if not node.expressions:
        reject("syntax", "Nothing is selected.")


def _check_call(node: exp.Anonymous) -> None:
    name: Any = node.this
    if not isinstance(name, str):
        reject("function", "Write function names without quotation marks.")
    name = name.lower()
    if name not in FUNCTIONS:
        reject("function", f"The function {name}() is not available.{did_you_mean(name, FUNCTIONS, 0.75)}")
    if name in TABLE_FUNCTIONS:
        _check_series(node, name)


def _check_series(node: exp.Anonymous, name: str) -> None:
    length = series_length(node.expressions)
    in_from = isinstance(node.parent, exp.Table)
    if length is None and in_from:
        reject("series", f"In FROM, {name}() needs literal bounds (numbers, or dates with an INTERVAL).")
    if length is not None and length > MAX_SERIES:
        reject("series", f"{name}() would make about {length} values; at most {MAX_SERIES} are allowed.")


def _check_table(node: exp.Table) -> None:
    if isinstance(node.this, exp.Anonymous):
        name = str(node.this.this).lower()
        if name not in TABLE_FUNCTIONS:
            reject(
                "table_function", f"{name}() cannot be read from; only tables, range(), generate_series(), unnest()."
            )
    elif not isinstance(node.this, exp.Identifier):
        reject("not_allowed", f"{_label(node.this)} cannot be read from.")


def _check_word(node: exp.Var) -> None:
    if not _PLAIN_WORD.fullmatch(node.name):
        reject("not_allowed", "A word is expected where the SQL has something else.")
    if isinstance(node.parent, exp.Ordered) and node.name.upper() == "ALL":
        return
    if (type(node.parent), node.arg_key) not in _WORD_PLACES:
        reject("not_allowed", f"The word {node.name!r} is not allowed where it stands.")


def _check_type(node: exp.DataType) -> None:
    if node.this not in TYPES:
        reject("type", f"{getattr(node.this, 'value', node.this)} is not a type to cast to here.")


def _check_comparison(node: exp.Expr) -> None:
    """`a = b = c` and `a = NOT b` bind differently from reader to reader, and `a NOT IN b` is written `NOT a IN b`."""
    operands = [node.args.get(key) for key in ("this", "expression", "low", "high")]
    beyond_truth = isinstance(node, exp.Is) and not isinstance(node.expression, exp.Null | exp.Boolean)
    if beyond_truth or any(isinstance(operand, _LOOSE) for operand in operands):
        reject("ambiguous", "Put parentheses around a comparison within a comparison; it can be read in two ways.")


def _check_not(node: exp.Not) -> None:
    if isinstance(node.parent, exp.Binary | exp.Neg) and not isinstance(node.parent, exp.Connector | exp.PropertyEQ):
        reject("ambiguous", "Put parentheses around the part with NOT; without them it can be read in two ways.")


def _check_lambda(node: exp.Lambda) -> None:
    call = node.parent
    if not (isinstance(call, exp.Anonymous) and str(call.this).lower() in LAMBDA_FUNCTIONS):
        reject(
            "lambda", "`lambda x: ...` belongs into list functions; for JSON write json_extract_string(column, path)."
        )


def _check_named_argument(node: exp.PropertyEQ) -> None:
    call = node.parent
    if isinstance(call, exp.Anonymous) and str(call.this).lower() not in _NAMED_ARGUMENTS:
        reject("not_allowed", f"{str(call.this).lower()}() takes no named arguments here.")


_SPECIAL: dict[type[exp.Expr], Callable[[Any], None]] = {
    exp.Select: _check_select,
    exp.Anonymous: _check_call,
    exp.Table: _check_table,
    exp.Var: _check_word,
    exp.DataType: _check_type,
    exp.Not: _check_not,
    **dict.fromkeys(_COMPARISONS, _check_comparison),
    exp.Lambda: _check_lambda,
    exp.PropertyEQ: _check_named_argument,
}
