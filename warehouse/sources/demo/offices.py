"""Which system hands out which table in which file, and what goes wrong in it."""

# pyarrow ships without types, so everything it returns is unknown to the checker in this file
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false, reportUnknownParameterType=false

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from warehouse.sources.demo.exports import (
    write_csv,
    write_json,
    write_json_lines,
    write_parquet,
    write_sqlite,
)
from warehouse.sources.demo.paperwork import Paperwork
from warehouse.sources.demo.records import Record

LATE, CORRECTED = 0.01, 0.005  # of orders: handed in later; first handed out as pending
SIGNED_OUT = 0.08  # of the visits of customers that fill no cart: seen by device alone
BROKEN = """id,member,type,points,value,at,order
T9000001,L00001,earn,ten,0.10,2026-01-05 10:00:00,
T9000002,L00002,earn,25,0.25,2026-02-31 10:00:00,
,L00003,earn,12,0.12,2026-01-07 11:20:00,
T9000004,L00004,gift,40,0.40,2026-01-07 12:00:00,
T9000005,L00005,earn,15,1e400,2026-01-08 09:15:00,
T9000006,L00006,earn,8,0.08,2026-01-08 09:15:00,,,VOID,VOID
T9000007,,earn,30,0.30,2026-01-09 18:00:00,
T9000008,L00008,earn,22,0.22,,
T9000009,L00009,earn,11;11,0.22,2026-01-11 10:00:00,
T9000010,L00010,redeem,-100,-1.00,yesterday,
T9000011,"L00011,earn,5,0.05,2026-01-12 10:00:00,
"""
"""What a till with a loose plug wrote: every line is broken in a way of its own, the last quote is never closed."""


def write_sources(folder: Path, papers: Paperwork, seed: int) -> Iterator[str]:
    """Names of the systems, each before its files are written below `folder`; sources.yml comes with them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in _OFFICES.items():
        yield name
        write(folder / name, papers, seed)
    declared = resources.files("warehouse").joinpath("sources", "demo", "sources.yml").read_text(encoding="utf-8")
    (folder / "sources.yml").write_text(declared, encoding="utf-8")


def _crm(folder: Path, papers: Paperwork, _seed: int) -> None:
    records = papers.registries["crm"].records
    write_json_lines(folder / "contacts.jsonl", (_contact(record) for record in records))
    customers = papers.tables["customer"]
    # what the other systems know better is left to them: who it is, and when they bought
    dropped = ["first_name", "last_name", "primary_email", "primary_phone", "birth_date", "first_order_at",
               "last_order_at", "profile_confidence"]  # fmt: skip
    write_csv(folder / "customers.csv", customers.drop_columns(dropped))
    write_json_lines(folder / "accounts.jsonl", papers.tables["account"].to_pylist())
    write_json_lines(folder / "leads.jsonl", papers.tables["lead"].to_pylist())
    write_json_lines(folder / "opportunities.jsonl", papers.tables["opportunity"].to_pylist())
    write_json_lines(folder / "stages.jsonl", papers.tables["opportunity_stage_history"].to_pylist())
    write_csv(folder / "consents.csv", papers.tables["consent"])


def _contact(record: Record) -> dict[str, Any]:
    return {
        "number": record.key,
        "name": {"first": record.first, "last": record.last},
        "email": record.email,
        "phone": record.phone,
        "address": _address("street", record),
        "country": record.country,
        "born": record.born,
        "account": record.account,
        "created": record.created,
        "changed": record.updated,
    }


def _address(street: str, record: Record) -> dict[str, str | None]:
    home = record.home
    return {street: home.street if home else None, "zip": home.postal_code if home else None, "city": record.city}


def _shop(folder: Path, papers: Paperwork, seed: int) -> None:
    _write_accounts(folder, papers.registries["shop"].records)
    _write_orders(folder, papers.tables["orders"], seed)
    write_csv(folder / "order-lines.csv.gz", papers.tables["order_item"])
    write_csv(folder / "refunds.csv", papers.tables["refund"])
    write_csv(folder / "products.csv", papers.tables["product"])
    write_csv(folder / "reviews.csv", papers.tables["review"])
    write_parquet(folder / "carts.parquet", papers.tables["cart"])


def _write_accounts(folder: Path, records: list[Record]) -> None:
    """The accounts, the latest of which come in a file of their own."""
    import pyarrow as pa

    late = max(1, len(records) // 100)
    for name, part in (("accounts.csv", records[:-late]), ("accounts-late.csv", records[-late:])):
        rows = {
            "Kundennr": [record.key for record in part],
            "Vorname": [record.first for record in part],
            "Nachname": [record.last for record in part],
            "E-Mail": [record.email for record in part],
            "Telefon": [record.phone for record in part],
            "Straße": [record.home.street if record.home else None for record in part],
            "PLZ": [record.home.postal_code if record.home else None for record in part],
            "Ort": [record.city for record in part],
            "Land": [record.country for record in part],
            "Geburtsdatum": [_day_first(record.born) for record in part],
            "CRM-Nr": [record.crm_id for record in part],
            "angelegt": [f"{record.created:%d.%m.%Y %H:%M:%S}" for record in part],
            "geändert": [f"{record.updated:%d.%m.%Y %H:%M:%S}" for record in part],
        }
        table = pa.table({column: pa.array(cells, pa.string()) for column, cells in rows.items()})
        write_csv(folder / name, table, ";", "cp1252")


def _day_first(day: str | None) -> str | None:
    return ".".join(reversed(day.split("-"))) if day else None


def _write_orders(folder: Path, orders: Any, seed: int) -> None:
    """All orders in a German shop's way; some are handed in late, some are corrected by the second file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rng = np.random.default_rng([seed, 17])
    draw = rng.random(orders.num_rows)
    late, corrected = draw < LATE, (draw >= LATE) & (draw < LATE + CORRECTED)
    written = orders.drop_columns(["order_seq", "is_first_order", "net_amount"])
    written = written.append_column("stand", pc.add(written["ordered_at"], pa.scalar(0, pa.duration("s"))))
    day = pa.scalar(86_400, pa.duration("s"))
    again = written.filter(pa.array(late | corrected))
    again = again.set_column(again.num_columns - 1, "stand", pc.add(again["stand"], day))
    first = written.set_column(
        written.column_names.index("status"),
        "status",
        pc.if_else(pa.array(corrected), pa.scalar("pending"), written["status"].cast(pa.string())),
    ).filter(pa.array(~late))
    write_csv(folder / "orders.csv", _german(first), ";", "cp1252")
    write_csv(folder / "orders-late.csv", _german(again), ";", "cp1252")


def _german(table: Any) -> Any:
    """The table with decimal commas and days first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            cells = pc.replace_substring(pc.cast(pc.round(table[place], 2), pa.string()), ".", ",")
        elif pa.types.is_timestamp(field.type):
            cells = pc.strftime(table[place], "%d.%m.%Y %H:%M:%S")
        else:
            continue
        table = table.set_column(place, field.name, cells)
    return table


def _payments(folder: Path, papers: Paperwork, _seed: int) -> None:
    write_csv(folder / "payments.csv.gz", papers.tables["payment"])


def _web(folder: Path, papers: Paperwork, seed: int) -> None:
    """Visits and touches by device; some visits of known people come without their name."""
    import pyarrow as pa
    import pyarrow.compute as pc

    visits = papers.tables["session"]
    ordered = pc.is_in(visits["session_id"], papers.tables["orders"]["session_id"].combine_chunks())
    carted = pc.is_in(visits["session_id"], papers.tables["cart"]["session_id"].combine_chunks())
    nameless = pa.array(np.random.default_rng([seed, 19]).random(visits.num_rows) < SIGNED_OUT)
    hidden = pc.and_(nameless, pc.invert(pc.or_(ordered, carted)))
    names = pc.if_else(hidden, pa.scalar(None, pa.string()), visits["customer_id"])
    place = visits.column_names.index("customer_id")
    write_parquet(folder / "sessions.parquet", visits.set_column(place, "customer_id", names))
    write_parquet(folder / "touchpoints.parquet", papers.tables["touchpoint"].drop_columns(["message_id"]))


def _helpdesk(folder: Path, papers: Paperwork, _seed: int) -> None:
    import pyarrow as pa

    records = papers.registries["helpdesk"].records
    requesters = {
        "id": [record.key for record in records],
        "name": [" ".join(filter(None, (record.first, record.last))) or None for record in records],
        "first_name": [record.first for record in records],
        "last_name": [record.last for record in records],
        "email": [record.email for record in records],
        "phone": [record.phone for record in records],
        "country": [record.country for record in records],
        "shop_account": [record.shop_id for record in records],
        "created_at": [str(record.created) for record in records],
        "updated_at": [str(record.updated) for record in records],
    }
    people = pa.table({name: pa.array(cells, pa.string()) for name, cells in requesters.items()})
    tables = {"requesters": people, "agents": papers.tables["agent"], "tickets": papers.tables["ticket"]}
    write_sqlite(folder / "helpdesk.sqlite", tables)


def _mail(folder: Path, papers: Paperwork, _seed: int) -> None:
    import pyarrow as pa

    records = papers.registries["mail"].records
    columns = {
        "subscriber": [record.key for record in records],
        "address": [record.email for record in records],
        "first": [record.first for record in records],
        "last": [record.last for record in records],
        "country": [record.country for record in records],
        "shop_account": [record.shop_id for record in records],
        "joined": [str(record.created) for record in records],
        "changed": [str(record.updated) for record in records],
    }
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    write_csv(folder / "subscribers.tsv.gz", table, "\t")
    write_parquet(folder / "events.parquet", papers.tables["email_event"])


def _loyalty(folder: Path, papers: Paperwork, _seed: int) -> None:
    import pyarrow as pa

    records, accounts = papers.registries["loyalty"].records, papers.tables["loyalty_account"]
    by_key = {record.key: record for record in records}
    ordered = [by_key[key] for key in accounts["customer_id"].to_pylist()]
    columns = {
        "member": [record.key for record in ordered],
        "given_name": [record.first for record in ordered],
        "family_name": [record.last for record in ordered],
        "mail": [record.email for record in ordered],
        "mobile": [record.phone for record in ordered],
        "street": [record.home.street if record.home else None for record in ordered],
        "postcode": [record.home.postal_code if record.home else None for record in ordered],
        "town": [record.city for record in ordered],
        "country": [record.country for record in ordered],
        "birthday": [record.born for record in ordered],
        "shop_account": [record.shop_id for record in ordered],
        "updated": [str(record.updated) for record in ordered],
    }
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    for name in ("programme", "tier", "enrolled_at", "points_balance"):
        table = table.append_column(name, accounts[name])
    write_csv(folder / "members.csv", table)
    moves = papers.tables["loyalty_transaction"].rename_columns({"loyalty_id": "member", "order_id": "order"})
    write_csv(folder / "movements.csv", moves)
    (folder / "movements-till.csv").write_text(BROKEN, encoding="utf-8")


def _billing(folder: Path, papers: Paperwork, _seed: int) -> None:
    payers = [
        {
            "payer": record.key,
            "contact": {"first": record.first, "last": record.last, "mail": record.email, "phone": record.phone},
            "address": _address("line1", record),
            "country": record.country,
            "account": record.account,
            "crm_number": record.crm_id,
            "since": record.created,
            "changed": record.updated,
        }
        for record in papers.registries["billing"].records
    ]
    write_json(folder / "payers.json", payers)
    write_json(folder / "subscriptions.json", papers.tables["subscription"].to_pylist())
    write_json(folder / "events.json", papers.tables["subscription_event"].to_pylist())


def _survey(folder: Path, papers: Paperwork, _seed: int) -> None:
    write_csv(folder / "answers.csv", papers.tables["survey_response"])


def _marketing(folder: Path, papers: Paperwork, _seed: int) -> None:
    write_csv(folder / "campaigns.csv", papers.tables["campaign"])
    write_csv(folder / "spend.csv", papers.tables["marketing_spend"])


def _planning(folder: Path, papers: Paperwork, _seed: int) -> None:
    write_csv(folder / "calendar.csv", papers.tables["annotation"])


_OFFICES: dict[str, Callable[[Path, Paperwork, int], None]] = {
    "crm": _crm,
    "shop": _shop,
    "payments": _payments,
    "web": _web,
    "helpdesk": _helpdesk,
    "mail": _mail,
    "loyalty": _loyalty,
    "billing": _billing,
    "survey": _survey,
    "marketing": _marketing,
    "planning": _planning,
}
