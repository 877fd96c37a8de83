"""Which records are the same customer: matched, decided, grouped and named, with the evidence for each."""

from __future__ import annotations

from warehouse.identity.decisions import customer_of, merge_customers, records_of, split_customer
from warehouse.identity.records import CONTRACT
from warehouse.identity.resolve import IdentityRequest, Resolution, resolve_identities
from warehouse.identity.stitching import Stitched, StitchRules, stitch_visitors
from warehouse.identity.survivorship import SURVIVORSHIP

__all__ = [
    "CONTRACT",
    "SURVIVORSHIP",
    "IdentityRequest",
    "Resolution",
    "StitchRules",
    "Stitched",
    "customer_of",
    "merge_customers",
    "records_of",
    "resolve_identities",
    "split_customer",
    "stitch_visitors",
]
