"""Where rows come from as `sources.yml` declares it: each source, how it is read, and which core columns it fills.

    sources:
      shop_orders:
        system: shop
        table: orders
        files: exports/orders-*.csv
        watermark: changed_at
        columns:
          order_id: order_no
          ordered_at: {from: created, date_format: "%d/%m/%Y %H:%M"}
          status: {from: state, values: {paid: completed, void: cancelled}}
          channel: {value: web}

A path is relative to the file that names it. `${NAME}` in a database address is taken from the environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from warehouse.sources.load_request import ReadOptions

RAW_LAYOUT = 2  # raise it when raw tables are laid out anew: every source is then mapped anew from its raw rows


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _text_entries(value: Any) -> Any:
    """YAML reads 1, true and 2020-01-01 as more than text; the cells they are compared with are text."""
    if not isinstance(value, dict):
        return value
    return {_text(name): _text(entry) for name, entry in cast("dict[Any, Any]", value).items()}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[list[str], BeforeValidator(_listed)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class ColumnMap(_Declared):
    """What fills one core column: source columns (several are joined by "-"), or one value for all rows.

    `values` translates cells, `other` is what cells have that it does not name; without `other` such rows go to
    quarantine. `nulls` are texts that mean "missing". `of` says whose ids a customer_id holds when they are not those
    of the source's own system: another system, or email, phone, crm_id, shop_id, loyalty_no, device_id, cookie_id.
    """

    source: Texts = Field(default_factory=list, alias="from")
    value: Text | None = None
    values: Annotated[dict[str, str], BeforeValidator(_text_entries)] = Field(default_factory=dict)
    other: Text | None = None
    nulls: Texts = Field(default_factory=list)
    date_format: Texts = Field(default_factory=list)
    decimal: str | None = None
    thousands: str | None = None
    of: str | None = None


def _column(value: Any) -> Any:
    return {"from": cast("Any", value)} if isinstance(value, (str, list)) else value


class Expected(_Declared):
    """Thresholds that the checks of a source hold it to; what is left out is not checked."""

    fresh_within_hours: float | None = Field(default=None, gt=0, strict=False)
    min_rows: int | None = Field(default=None, ge=0)
    max_missing: dict[str, Annotated[float, Field(ge=0, le=1, strict=False)]] = Field(default_factory=dict)
    ranges: dict[str, Annotated[list[float], Field(min_length=2, max_length=2, strict=False)]] = Field(
        default_factory=dict
    )


class Api(_Declared):
    """A web API that hands out JSON in pages.

    `data` is the path to the records in an answer, `paging` a pagination of dlt; `auth` names the environment
    variable that holds the token, `since` the parameter that asks for records from the watermark on.
    """

    url: str
    resource: str
    data: str | None = None
    paging: dict[str, Any] = Field(default_factory=lambda: {"type": "auto"})
    params: dict[str, str | int] = Field(default_factory=dict)
    auth: str | None = None
    since: str | None = None


class Source(_Declared):
    """One source: where its rows are, how they are read, what identifies them, which core table they fill."""

    table: str | None = None
    system: str = ""
    files: Texts = Field(default_factory=list)
    database: str | None = None
    query: str | None = None
    api: Api | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    skip: int = Field(default=0, ge=0)
    nulls: Texts = Field(default_factory=list)
    decimal: str = "."
    thousands: str = ""
    date_format: Texts = Field(default_factory=list)
    key: Texts = Field(default_factory=list)
    watermark: str | None = None
    customer_ids: bool = False  # its keys are the company's customer numbers: customers are known by them
    max_quarantined: float = Field(default=0.5, ge=0, le=1, strict=False)
    columns: dict[str, Annotated[ColumnMap, BeforeValidator(_column)]] = Field(default_factory=dict)
    expect: Expected = Expected()

    def read_options(self) -> ReadOptions:
        """How its delimited files are to be read; cells are not converted then."""
        return ReadOptions(delimiter=self.delimiter, encoding=self.encoding, header=self.header, skip=self.skip)

    def key_columns(self, core_key: Sequence[str]) -> tuple[str, ...]:
        """Source columns that identify a row: those declared, or those that fill the key of the core table."""
        if self.key:
            return tuple(self.key)
        mapped = [self.columns[name].source for name in core_key if name in self.columns]
        return tuple(dict.fromkeys(column for columns in mapped for column in columns))

    def used_columns(self) -> tuple[str, ...]:
        """Source columns that must be there."""
        mapped = [column for one in self.columns.values() for column in one.source]
        mark = [self.watermark] if self.watermark else []
        return tuple(dict.fromkeys((*self.key, *mark, *mapped)))

    def fingerprint(self) -> str:
        """A text that changes when the rows would be read or mapped in another way."""
        told = self.model_dump_json(exclude={"files", "expect", "max_quarantined"})
        return sha256(f"{RAW_LAYOUT} {told}".encode()).hexdigest()


@dataclass(frozen=True)
class Sources:
    """All declared sources by name, and the folder that their paths are relative to."""

    folder: Path
    entries: Mapping[str, Source]
