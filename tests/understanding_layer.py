"""A small layer of a bicycle rental, made up for tests of understanding: no word of it is in the product."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from assistant.answer import Plan
from assistant.understanding import Understanding
from semantic_layer import SemanticLayer, SemanticQuery, load, shipped_definitions, with_implied

TODAY = date(2026, 11, 21)
YAML = """
version: 1
name: rental
extends: none
ai_context: {examples: [Rides by city]}
datasets:
  - name: member
    source: member
    label: Members
    entity: true
    primary_key: [member_id]
    time: joined_at
    ai_context: {synonyms: [rider, cyclist]}
    fields:
      - {name: member_id, label: Member number}
      - {name: tier, label: Tier, ai_context: {synonyms: [membership level]}}
      - {name: town, label: Home town, ai_context: {synonyms: [city]}}
      - {name: joined_at, label: Joining date, type: time}
    measures:
      - {name: members, agg: count}
  - name: ride
    source: ride
    label: Rides
    primary_key: [ride_id]
    time: started_at
    ai_context: {synonyms: [trip]}
    fields:
      - {name: ride_id, label: Ride number}
      - {name: started_at, label: Ride date, type: time}
      - {name: town, label: City, ai_context: {synonyms: [place]}}
      - {name: platform, label: Platform, values: {web: [browser], app: [mobile app]}}
      - {name: state, label: State, values: {finished: [completed], aborted: [cancelled]}}
      - {name: is_electric, label: Electric, type: boolean}
    measures:
      - {name: rides, agg: count, filter: state <> 'aborted'}
      - {name: aborted, agg: count, filter: state = 'aborted'}
      - {name: fees, agg: sum, expression: fee}
      - {name: tips, agg: sum, expression: tip}
      - {name: km, agg: average, expression: km}
  - name: repair
    source: repair
    label: Repairs
    primary_key: [repair_id]
    time: repaired_at
    fields:
      - {name: repaired_at, label: Repair date, type: time}
      - {name: part, label: Part}
      - {name: workshop, label: Workshop, values: {web: [online desk]}}
    measures:
      - {name: repairs, agg: count}
      - {name: cost, agg: sum, expression: cost}
relationships:
  - {name: ride_member, from: ride, to: member, from_columns: [member_id], to_columns: [member_id]}
  - {name: repair_ride, from: repair, to: ride, from_columns: [ride_id], to_columns: [ride_id]}
metrics:
  - name: members
    measure: member.members
    label: Members
    ai_context: {examples: [How many members signed up last month?]}
  - {name: rides, measure: ride.rides, label: Rides, ai_context: {synonyms: [number of rides, journeys]}}
  - {name: aborted_rides, measure: ride.aborted, label: Aborted rides}
  - name: ride_fees
    measure: ride.fees
    label: Ride fees
    unit: EUR
    format: currency
    ai_context: {synonyms: [takings, best-earning]}
  - {name: gross_takings, measure: ride.tips, label: Gross yield, unit: EUR, format: currency}
  - {name: net_takings, measure: ride.fees, label: Net yield, unit: EUR, format: currency}
  - {name: fee_per_ride, type: ratio, numerator: ride_fees, denominator: rides, label: Fee level}
  - {name: distance, measure: ride.km, label: Ride distance}
  - {name: repairs, measure: repair.repairs, label: Repairs}
  - {name: repair_cost, measure: repair.cost, label: Repair cost, unit: EUR, format: currency}
"""
VALUES = {
    "member.tier": (("Gold", 5), ("Silver", 9)),
    "member.town": (("Lyon", 3), ("Porto", 4), ("Ghent", 2)),
    "ride.town": (("Lyon", 30), ("Porto", 40)),
    "ride.platform": (("web", 10), ("app", 20)),
    "ride.state": (("finished", 10), ("aborted", 20)),
    "repair.part": (("chain", 3), ("brake", 2), ("other", 1), ("may", 1)),
    "repair.workshop": (("web", 3), ("North", 2)),
}


def rental_layer(folder: Path) -> SemanticLayer:
    """The layer, loaded from a file as a company would."""
    path = folder / "rental.yml"
    path.write_text(YAML, encoding="utf-8")
    return load([path])


def rental(folder: Path) -> Understanding:
    """An understanding of the layer, with values and a fixed today."""
    return Understanding(with_implied(rental_layer(folder)), VALUES, TODAY)


def shipped(values: Mapping[str, Sequence[tuple[str, int]]], today: date = date(2026, 6, 30)) -> Understanding:
    """An understanding of the shipped definitions, with these values of fields and what follows from them."""
    return Understanding(with_implied(load(shipped_definitions())), values, today)


def read(understanding: Understanding, question: str) -> SemanticQuery:
    """The query of a question that is read in one way."""
    outcome = understanding.plan(question)
    assert isinstance(outcome, Plan), outcome
    return outcome.query
