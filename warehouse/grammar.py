"""The SQL that may pass the guard: how it is read and written, and every node and function on the allow-list.

Nothing is denied by name. What is not listed here is refused, whatever a later sqlglot or DuckDB learns to parse.

Function calls are kept as written (`exp.Anonymous`) instead of sqlglot's typed functions: the typed ones are made to be
translated between engines, and on the way they drop or reinterpret arguments (an extra argument becomes a flag, a JSON
key becomes a path, IGNORE NULLS vanishes). A guard must hand on what it has read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.generator import Generator as PlainGenerator
from sqlglot.tokenizer_core import TokenType

_CALLS_WITH_KEYWORDS = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _infix(operator: str) -> Callable[[Any, Any], str]:
    def write(generator: Any, node: Any) -> str:
        return generator.binary(node, operator)

    return write


def _list(generator: Any, node: Any) -> str:
    return f"[{generator.expressions(node, flat=True)}]"


def _json(operator: type[exp.Expr]) -> Callable[[Any, Any, Any], exp.Expr]:
    def read(parser: Any, this: Any, path: Any) -> exp.Expr:
        return parser.expression(operator(this=this, expression=path))

    return read


_stock: Any = DuckDB.Parser
_READERS: dict[str, Any] = {name: _stock.FUNCTION_PARSERS[name] for name in _CALLS_WITH_KEYWORDS}
_WRITERS: dict[type[exp.Expr], Any] = {k: v for k, v in DuckDB.Generator.TRANSFORMS.items() if k is not exp.Select}


class GuardedDuckDB(DuckDB):
    """DuckDB's SQL read and written without translation."""

    INDEX_OFFSET = 0  # list positions are kept, not shifted to another engine's base

    class Parser(DuckDB.Parser):
        """Reads function calls verbatim."""

        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = _READERS
        JSON_OPERATORS: ClassVar[dict[TokenType, Any]] = {
            TokenType.ARROW: _json(exp.JSONExtract),
            TokenType.DARROW: _json(exp.JSONExtractScalar),
        }

        def _warn_unsupported(self) -> None:
            self.raise_error("This is not SQL that can be read here.")

    class Generator(DuckDB.Generator):
        """Writes operators as operators, so that DuckDB applies its own precedence to them."""

        MULTI_ARG_DISTINCT = True
        TYPE_MAPPING: ClassVar[dict[exp.DType, str]] = {**DuckDB.Generator.TYPE_MAPPING, exp.DType.TEXT: "VARCHAR"}
        NORMALIZE_EXTRACT_DATE_PARTS = False
        TRANSFORMS: ClassVar[dict[type[exp.Expr], Any]] = {
            **_WRITERS,
            exp.Array: _list,
            exp.JSONExtract: _infix("->"),
            exp.JSONExtractScalar: _infix("->>"),
            exp.Pow: _infix("^"),
            exp.RegexpLike: _infix("~"),
            exp.Extract: PlainGenerator.extract_sql,
            exp.IgnoreNulls: PlainGenerator.ignorenulls_sql,
            exp.RespectNulls: PlainGenerator.respectnulls_sql,
            exp.WithinGroup: PlainGenerator.withingroup_sql,
            exp.Join: PlainGenerator.join_sql,  # DuckDB's own turns a comma into a JOIN, which binds tighter
        }


_ANY: frozenset[str] = frozenset()
"""For an argument that is text or a flag: every value will do."""

_NODES: dict[type[exp.Expr], tuple[str, ...]] = {
    # queries
    exp.Select: (
        "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having",
        "qualify", "windows", "order", "limit", "offset",
    ),
    exp.Union: ("with_", "this", "expression", "order", "limit", "offset"),
    exp.Intersect: ("with_", "this", "expression", "order", "limit", "offset"),
    exp.Except: ("with_", "this", "expression", "order", "limit", "offset"),
    exp.With: ("expressions",),
    exp.CTE: ("this", "alias"),
    exp.Subquery: ("this", "alias", "order", "limit", "offset"),
    exp.From: ("this",),
    exp.Join: ("this", "on", "using"),
    exp.Table: ("this", "alias", "joins"),
    exp.TableAlias: ("this", "columns"),
    exp.Lateral: ("this", "alias"),
    exp.Unnest: ("expressions", "alias"),
    exp.Values: ("expressions", "alias"),
    exp.Where: ("this",),
    exp.Group: ("expressions",),
    exp.GroupingSets: ("expressions",),
    exp.Rollup: ("expressions",),
    exp.Cube: ("expressions",),
    exp.Having: ("this",),
    exp.Qualify: ("this",),
    exp.Order: ("this", "expressions"),
    exp.Ordered: ("this",),
    exp.Limit: ("expression",),
    exp.Offset: ("expression",),
    exp.Distinct: ("expressions", "on"),
    # names and values
    exp.Alias: ("this", "alias"),
    exp.Column: ("this", "table", "db"),
    exp.Identifier: (),
    exp.Star: ("except_", "replace", "rename"),
    exp.Literal: (),
    exp.Boolean: (),
    exp.Null: (),
    exp.Var: (),
    exp.Interval: ("this", "unit"),
    exp.Array: ("expressions",),
    exp.Struct: ("expressions",),
    exp.PropertyEQ: ("this", "expression"),
    exp.ToMap: ("this",),
    exp.Map: ("keys", "values"),
    exp.Tuple: ("expressions",),
    exp.Paren: ("this",),
    # operators
    **dict.fromkeys(
        (
            exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.NullSafeEQ,
            exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Pow, exp.DPipe, exp.Like,
            exp.ILike, exp.SimilarTo, exp.Glob, exp.RegexpLike, exp.Escape, exp.JSONExtract, exp.JSONExtractScalar,
            exp.Collate,
        ),
        ("this", "expression"),
    ),
    exp.Not: ("this",),
    exp.Neg: ("this",),
    exp.In: ("this", "expressions", "query", "field"),
    exp.Between: ("this", "low", "high"),
    exp.Bracket: ("this", "expressions"),
    exp.Slice: ("this", "expression", "step"),
    exp.AtTimeZone: ("this", "zone"),
    exp.Exists: ("this",),
    exp.Any: ("this",),
    exp.All: ("this",),
    # calls
    exp.Case: ("this", "ifs", "default"),
    exp.If: ("this", "true", "false"),
    exp.Cast: ("this", "to"),
    exp.TryCast: ("this", "to"),
    exp.DataType: ("expressions", "values"),
    exp.DataTypeParam: ("this",),
    exp.ColumnDef: ("this", "kind"),
    exp.Extract: ("this", "expression"),
    exp.Trim: ("this", "expression"),
    exp.Substring: ("this", "start", "length"),
    exp.StrPosition: ("this", "substr"),
    exp.CurrentDate: (),
    exp.CurrentTime: (),
    exp.CurrentTimestamp: (),
    exp.Localtime: (),
    exp.Localtimestamp: (),
    exp.Anonymous: ("expressions",),
    exp.Filter: ("this", "expression"),
    exp.Window: ("this", "partition_by", "order", "spec", "alias"),
    exp.WindowSpec: ("start", "end", "exclude"),
    exp.WithinGroup: ("this", "expression"),
    exp.IgnoreNulls: ("this",),
    exp.RespectNulls: ("this",),
    exp.Lambda: ("this", "expressions"),
    exp.Comprehension: ("this", "expression", "iterator", "condition"),
}  # fmt: skip

_FLAGS: dict[type[exp.Expr], dict[str, frozenset[str]]] = {
    exp.Union: {"distinct": _ANY, "by_name": _ANY},
    exp.Intersect: {"distinct": _ANY},
    exp.Except: {"distinct": _ANY},
    exp.With: {"recursive": _ANY},
    exp.CTE: {"materialized": _ANY},
    exp.Join: {
        "side": frozenset({"LEFT", "RIGHT", "FULL"}),
        "kind": frozenset({"INNER", "OUTER", "CROSS", "SEMI", "ANTI"}),
        "method": frozenset({"ASOF"}),
    },
    exp.Group: {"all": _ANY},
    exp.Ordered: {"desc": _ANY, "nulls_first": _ANY},
    exp.Identifier: {"this": _ANY, "quoted": _ANY},
    exp.Literal: {"this": _ANY, "is_string": _ANY},
    exp.Boolean: {"this": _ANY},
    exp.Var: {"this": _ANY},
    exp.Interval: {"fraction_in_string": _ANY},
    exp.DPipe: {"safe": _ANY},
    exp.Like: {"negate": _ANY},
    exp.ILike: {"negate": _ANY},
    exp.Div: {"safe": _ANY, "typed": _ANY},
    exp.TryCast: {"safe": _ANY},
    exp.DataType: {"this": _ANY, "nested": _ANY},
    exp.Trim: {"position": frozenset({"LEADING", "TRAILING", "BOTH"})},
    exp.Window: {"over": frozenset({"OVER"})},
    exp.WindowSpec: {
        "kind": frozenset({"ROWS", "RANGE", "GROUPS"}),
        "start": frozenset({"UNBOUNDED", "CURRENT ROW"}),
        "end": frozenset({"UNBOUNDED", "CURRENT ROW"}),
        "start_side": frozenset({"PRECEDING", "FOLLOWING"}),
        "end_side": frozenset({"PRECEDING", "FOLLOWING"}),
    },
    exp.Anonymous: {"this": _ANY},
}

NODES: Mapping[type[exp.Expr], tuple[frozenset[str], Mapping[str, frozenset[str]]]] = {
    node: (frozenset(parts), _FLAGS.get(node, {})) for node, parts in _NODES.items()
}
"""`{node: (arguments that hold nodes, {argument that holds text or a flag: values, empty for any})}`."""

TYPES: frozenset[exp.DType] = frozenset(
    exp.DType[name]
    for name in _words("""
        ARRAY BIGINT BIT BOOLEAN DATE DECIMAL DOUBLE FLOAT INT INT128 INTERVAL JSON LIST MAP SMALLINT STRUCT TEXT TIME
        TIMESTAMP TIMESTAMPLTZ TIMESTAMPNTZ TIMESTAMPTZ TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_S TIMETZ TINYINT UBIGINT
        UINT UINT128 USMALLINT UTINYINT UUID VARCHAR
    """)
)
"""Types a value may be cast to."""

LAMBDA_FUNCTIONS = _words(
    """
    array_apply array_filter array_reduce array_transform filter list_apply list_filter list_reduce list_transform
    reduce
    """
)
"""Functions that take `lambda x: ...`."""

TABLE_FUNCTIONS = frozenset({"range", "generate_series"})
"""The only functions that may stand in FROM (besides UNNEST), with bounded literal arguments."""

FUNCTIONS = _words(
    """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null
    argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop
    covar_samp entropy favg first fsum geomean geometric_mean group_concat grouping grouping_id histogram kahan_sum
    kurtosis kurtosis_pop last list listagg mad max max_by mean median min min_by mode percentile_cont percentile_disc
    product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
    regr_sxx regr_sxy regr_syy reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sumkahan
    var_pop var_samp variance wavg weighted_avg

    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number

    coalesce greatest if ifnull least nullif try typeof

    abs acos acosh asin asinh atan atan2 atanh bit_count cbrt ceil ceiling cos cosh cot degrees divide even exp
    equi_width_bins factorial fdiv floor fmod gamma gcd greatest_common_divisor isfinite isinf isnan lcm
    least_common_multiple lgamma ln log log10 log2 mod multiply pi pow power radians random round round_even
    roundbankers sign signbit sin sinh sqrt subtract tan tanh trunc

    age ago century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname
    dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era get_current_timestamp hour
    isodow isoyear julian last_day make_date make_time make_timestamp make_timestamp_ms microsecond millennium
    millisecond minute month monthname nanosecond normalized_interval now quarter second strftime strptime time_bucket
    timezone timezone_hour timezone_minute to_centuries to_days to_decades to_hours to_microseconds to_millennia
    to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years today
    transaction_timestamp try_strptime week weekday weekofyear year yearweek

    array_to_string ascii bar bit_length char_length character_length chr concat concat_ws contains
    damerau_levenshtein editdist3 ends_with format format_bytes hamming hash instr jaccard jaro_similarity
    jaro_winkler_similarity lcase left left_grapheme len length length_grapheme levenshtein lower lpad ltrim md5
    nfc_normalize octet_length ord prefix printf regexp_escape regexp_extract regexp_extract_all regexp_full_match
    regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right right_grapheme rpad rtrim sha256
    split split_part starts_with str_split str_split_regex string_split string_split_regex string_to_array
    strip_accents strlen strpos substr substring_grapheme suffix to_base64 translate ucase unicode upper url_decode
    url_encode

    array array_append array_apply array_cat array_concat array_contains array_distinct array_extract array_filter
    array_has array_has_all array_has_any array_indexof array_intersect array_length array_position array_prepend
    array_reduce
    array_reverse array_reverse_sort array_slice array_sort array_transform array_unique array_value array_zip
    cardinality element_at filter flatten generate_series list_aggregate list_any_value list_append list_apply list_avg
    list_bool_and list_bool_or list_cat list_concat list_contains list_cosine_distance list_cosine_similarity list_count
    list_distance list_distinct list_element list_entropy list_extract list_filter list_first list_has list_has_all
    list_has_any list_histogram list_indexof list_inner_product list_intersect list_last list_max list_median list_min
    list_mode list_pack list_position list_prepend list_product list_reduce list_resize list_reverse list_reverse_sort
    list_select list_slice list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform
    list_unique list_value list_var_pop list_var_samp list_where list_zip range reduce unnest

    map_concat map_contains map_entries map_extract map_extract_value map_from_entries map_keys map_values row
    struct_concat struct_contains struct_extract struct_insert struct_keys struct_pack

    from_json json_array json_array_length json_contains json_exists json_extract json_extract_path
    json_extract_path_text json_extract_string json_keys json_object json_structure json_type json_valid json_value
    row_to_json to_json
    """
)
"""Functions that read nothing but their arguments (the clock and the random generator aside)."""
