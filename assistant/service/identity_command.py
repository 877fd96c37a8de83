"""`tellwise identity`: who is the same customer, as people see it: what waits, what was matched and why, deciding."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from assistant.config import Settings
from assistant.service.load_command import Progress
from warehouse import (
    Agreement,
    Decision,
    Entry,
    PersonRecord,
    WaitingPair,
    customer_records,
    decide_apart,
    decide_merge,
    decide_split,
    decisions_made,
    read_sources,
    record_key,
    undo_decision,
    unify_again,
    waiting_pairs,
)

NEXT = "`tellwise identity apply` carries it out now; every later load does, too."
REASON = click.option("--reason", default="", help="Why; kept with the decision.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
SURE = 0.99  # records this alike are merged without asking, save that something speaks against it
SHORT = 10  # letters of a decision's id that are shown: enough to undo it by


@click.group()
def identity() -> None:
    """Decide which records are the same customer, where the data alone cannot.

    \b
      tellwise identity review                    pairs that may be one customer, with the evidence
      tellwise identity merge CUSTOMER CUSTOMER   they are one
      tellwise identity apart CUSTOMER CUSTOMER   they are not
      tellwise identity show CUSTOMER             the records that a customer is made of
      tellwise identity split crm:4711            that record is somebody else
      tellwise identity decisions                 what was decided, and its id
      tellwise identity undo ID                   take it back
      tellwise identity apply                     carry the decisions out now
    """


@identity.command()
@click.option("--limit", default=10, show_default=True, help="How many pairs to show, the likeliest first.")
@AS_JSON
@click.pass_obj
def review(settings: Settings, limit: int, as_json: bool) -> None:
    """List pairs of customers that may be one person but are not sure enough to merge without asking."""
    total, pairs = waiting_pairs(settings.home, limit)
    if as_json:
        click.echo(json.dumps({"waiting": total, "pairs": [asdict(pair) for pair in pairs]}, indent=2))
        return
    many = f"{total:,} pairs of customers wait" if total > 1 else "1 pair of customers waits"
    click.echo(f"{many} for a decision." if total else "Nothing waits for a decision.")
    for pair in pairs:
        click.echo("\n".join(_pair_lines(pair)))


@identity.command()
@click.argument("customer")
@AS_JSON
@click.pass_obj
def show(settings: Settings, customer: str, as_json: bool) -> None:
    """List the records that CUSTOMER is made of, and how sure the matches between them are."""
    records, matches = customer_records(settings.home, customer)
    if as_json:
        click.echo(json.dumps({"records": [asdict(one) for one in records], "matches": matches}, indent=2))
        return
    click.echo(f"{customer} is made of {len(records)} record{'s' if len(records) > 1 else ''}:")
    for record in records:
        click.echo(f"  {_name(record)}  {', '.join(record.values.values())}")
    for left, right, probability in matches:
        click.echo(f"  {':'.join(left)} = {':'.join(right)}  {probability:.1%}")


@identity.command()
@click.argument("customers", nargs=-1, required=True)
@REASON
@click.pass_obj
def merge(settings: Settings, customers: tuple[str, ...], reason: str) -> None:
    """Say that CUSTOMERS are one; the oldest id is kept."""
    _told(decide_merge(settings.home, customers, getpass.getuser(), reason), f"{_listed(customers)} are one customer.")


@identity.command()
@click.argument("customers", nargs=-1, required=True)
@REASON
@click.pass_obj
def apart(settings: Settings, customers: tuple[str, ...], reason: str) -> None:
    """Say that CUSTOMERS are different people, however alike they look."""
    _told(
        decide_apart(settings.home, customers, getpass.getuser(), reason), f"{_listed(customers)} are different people."
    )


@identity.command()
@click.argument("records", nargs=-1, required=True)
@REASON
@click.pass_obj
def split(settings: Settings, records: tuple[str, ...], reason: str) -> None:
    """Say that RECORDS (system:key) of a customer are somebody else than the rest of that customer's records."""
    keys = [record_key(record) for record in records]
    _told(
        decide_split(settings.home, keys, getpass.getuser(), reason), f"{_listed(records)} are a customer of their own."
    )


@identity.command()
@AS_JSON
@click.pass_obj
def decisions(settings: Settings, as_json: bool) -> None:
    """List what people decided, the latest last; what was undone says so."""
    made = decisions_made(settings.home)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in made], indent=2, default=str, ensure_ascii=False))
        return
    click.echo("\n".join(map(_decision_line, made)) or "Nothing was decided yet.")


@identity.command()
@click.argument("decision")
@click.pass_obj
def undo(settings: Settings, decision: str) -> None:
    """Take DECISION (its id, or the start of it) back, as if it had never been made."""
    found = undo_decision(settings.home, decision, getpass.getuser())
    click.echo(f"Taken back: {_body(found)}\n{NEXT}")


@identity.command("apply")
@click.pass_obj
def carry_out(settings: Settings) -> None:
    """Group the records anew by the decisions that hold, and publish; nothing is loaded. Every load does this, too."""
    own = settings.home / "sources.yml"
    shipped = settings.warehouse / "sources" / "sources.yml"  # those of the demo company
    sources = read_sources(shipped if shipped.is_file() and not own.is_file() else own)
    with click.progressbar(length=100, label="Grouping records", show_eta=False) as bar:
        found = unify_again(settings.warehouse, sources, Progress(bar)).resolution
    if found is None:
        click.echo("There are no records of people, so nothing was grouped.")
    else:
        click.echo(f"{found.records:,} records of people are {found.customers:,} customers.")


def _told(entry: Entry, what: str) -> None:
    click.echo(f"{what}\n{NEXT}\nTo take it back: tellwise identity undo {entry.id[:SHORT]}")


def _pair_lines(pair: WaitingPair) -> Iterator[str]:
    left, right = pair.left, pair.right
    more = f", the likeliest of {pair.pairs} pairs of their records" if pair.pairs > 1 else ""
    yield f"\n{pair.probability:.1%}  {left.customer_id} ({_name(left)}) and {right.customer_id} ({_name(right)}){more}"
    for column in dict.fromkeys((*left.values, *right.values)):
        said = f"{left.values.get(column, '-')} | {right.values.get(column, '-')}"
        yield f"  {column.replace('_', ' '):14} {said}"
    yield from (_agreement_line(one) for one in pair.evidence if one.agreement != "missing")
    if pair.probability >= SURE:
        yield "  These two records match, but other records of the two customers speak against it."
    yield f"  one person:       tellwise identity merge {left.customer_id} {right.customer_id}"
    yield f"  different people: tellwise identity apart {left.customer_id} {right.customer_id}"


def _agreement_line(one: Agreement) -> str:
    return f"  {one.weight:+6.1f}  {one.what}: {one.agreement}"


def _decision_line(one: Decision) -> str:
    entry = one.entry
    reason = f" ({entry.body['reason']})" if entry.body.get("reason") else ""
    state = "" if one.holds else "  UNDONE"
    return f"{entry.id[:SHORT]}  {entry.at:%Y-%m-%d %H:%M}  {entry.by}  {_body(entry)}{reason}{state}"


def _body(entry: Entry) -> str:
    if entry.kind == "merge":
        return f"{_records(entry.body['records'])} are one."
    return f"{' apart from '.join(_records(group) for group in entry.body['groups'])}."


def _records(records: Sequence[Sequence[str]]) -> str:
    return ", ".join(":".join(record) for record in records)


def _name(record: PersonRecord) -> str:
    return ":".join(record.key)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
