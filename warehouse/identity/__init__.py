"""Which records are the same customer: matched, decided, grouped and named, with the evidence for each."""

from __future__ import annotations

from warehouse.identity.decisions import customer_of, keep_apart, merge_customers, records_of, split_customer
from warehouse.identity.records import CONTRACT
from warehouse.identity.resolve import IdentityRequest, Resolution, resolve_identities
from warehouse.identity.review import (
    Agreement,
    Decision,
    PersonRecord,
    WaitingPair,
    customer_records,
    decide_apart,
    decide_merge,
    decide_split,
    decisions_made,
    record_key,
    undo_decision,
    waiting_pairs,
)
from warehouse.identity.stitching import Stitched, StitchRules, stitch_visitors
from warehouse.identity.survivorship import SURVIVORSHIP

__all__ = [
    "CONTRACT",
    "SURVIVORSHIP",
    "Agreement",
    "Decision",
    "IdentityRequest",
    "PersonRecord",
    "Resolution",
    "StitchRules",
    "Stitched",
    "WaitingPair",
    "customer_of",
    "customer_records",
    "decide_apart",
    "decide_merge",
    "decide_split",
    "decisions_made",
    "keep_apart",
    "merge_customers",
    "record_key",
    "records_of",
    "resolve_identities",
    "split_customer",
    "stitch_visitors",
    "undo_decision",
    "waiting_pairs",
]
