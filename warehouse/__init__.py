"""The company's data: unified customer tables, and the one guarded way to read them."""

from __future__ import annotations

from warehouse.build import SnapshotInfo, live_path, publish, set_snapshot, snapshot_info
from warehouse.engine import Engine, Estimate, Limits, Result, Schema
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.erasure import Person, Removed
from warehouse.errors import (
    BuildError,
    LoadError,
    PolicyError,
    QueryFailed,
    QueryTimeout,
    QueryTooLarge,
    SnapshotMissing,
    SnapshotUnreadable,
    SourcesInvalid,
    SQLRejected,
    WarehouseError,
)
from warehouse.forget import Forgotten, forget, register_forgetter
from warehouse.guard import ValidatedSQL, validate
from warehouse.identity import (
    Agreement,
    Decision,
    IdentityRequest,
    PersonRecord,
    Resolution,
    Stitched,
    StitchRules,
    WaitingPair,
    customer_records,
    decide_apart,
    decide_merge,
    decide_split,
    decisions_made,
    keep_apart,
    merge_customers,
    record_key,
    resolve_identities,
    split_customer,
    stitch_visitors,
    undo_decision,
    waiting_pairs,
)
from warehouse.journal import Entry, Journal
from warehouse.journal_replay import annotation_days, replay_decisions
from warehouse.lineage import SourceLineage, TableLineage, table_lineage
from warehouse.mart import build_mart, customer_360_at
from warehouse.policy import OPEN, Policy, TableRule
from warehouse.profile import ColumnProfile, TableProfile, check, distinct_values, inclusion, profile
from warehouse.quality import QualityCheck, quality_checks
from warehouse.sources.core_tables import core_tables
from warehouse.sources.declared import Sources
from warehouse.sources.files import load_files, load_many
from warehouse.sources.guessing import ColumnGuess, Proposal, guess, proposal_text
from warehouse.sources.load_report import ColumnReport, FileReport, LoadReport
from warehouse.sources.load_request import LoadRequest, ReadOptions
from warehouse.sources.load_sources import RunReport, SourceFailure, SourceReport, load_sources, unify_again
from warehouse.sources.names import table_name
from warehouse.sources.quarantine import QuarantinedRow, quarantined
from warehouse.sources.sources_file import read_sources
from warehouse.statements import Join, Origin, joins_of, origins_of
from warehouse.trusted import Read, derive_database, query_trusted, trusted_reader
from warehouse.unify import Unified, UnifyRequest, unify

__all__ = [
    "OPEN",
    "Agreement",
    "BuildError",
    "ColumnGuess",
    "ColumnProfile",
    "ColumnReport",
    "Decision",
    "DuckDBEngine",
    "Engine",
    "Entry",
    "Estimate",
    "FileReport",
    "Forgotten",
    "IdentityRequest",
    "Join",
    "Journal",
    "Limits",
    "LoadError",
    "LoadReport",
    "LoadRequest",
    "Origin",
    "Person",
    "PersonRecord",
    "Policy",
    "PolicyError",
    "Proposal",
    "QualityCheck",
    "QuarantinedRow",
    "QueryFailed",
    "QueryTimeout",
    "QueryTooLarge",
    "Read",
    "ReadOptions",
    "Removed",
    "Resolution",
    "Result",
    "RunReport",
    "SQLRejected",
    "Schema",
    "SnapshotInfo",
    "SnapshotMissing",
    "SnapshotUnreadable",
    "SourceFailure",
    "SourceLineage",
    "SourceReport",
    "Sources",
    "SourcesInvalid",
    "StitchRules",
    "Stitched",
    "TableLineage",
    "TableProfile",
    "TableRule",
    "Unified",
    "UnifyRequest",
    "ValidatedSQL",
    "WaitingPair",
    "WarehouseError",
    "annotation_days",
    "build_mart",
    "check",
    "core_tables",
    "customer_360_at",
    "customer_records",
    "decide_apart",
    "decide_merge",
    "decide_split",
    "decisions_made",
    "derive_database",
    "distinct_values",
    "forget",
    "guess",
    "inclusion",
    "joins_of",
    "keep_apart",
    "live_path",
    "load_files",
    "load_many",
    "load_sources",
    "merge_customers",
    "origins_of",
    "profile",
    "proposal_text",
    "publish",
    "quality_checks",
    "quarantined",
    "query_trusted",
    "read_sources",
    "record_key",
    "register_forgetter",
    "replay_decisions",
    "resolve_identities",
    "set_snapshot",
    "snapshot_info",
    "split_customer",
    "stitch_visitors",
    "table_lineage",
    "table_name",
    "trusted_reader",
    "undo_decision",
    "unify",
    "unify_again",
    "validate",
    "waiting_pairs",
]
