"""The hard cases in MetricFlow, by its own model files and query requests; runs inside the rivals' environment."""
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# (MetricFlow is not in the project's own environment)

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from answering import Rival, serve  # beside this file, which is run as a script
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.parsing.dir_to_model import (
    parse_directory_of_yaml_files_to_semantic_manifest,
)
from metricflow_semantics.errors.error_classes import (
    InvalidQueryException,
    UnableToSatisfyQueryError,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

MODEL = Path(__file__).parent / "metricflow_model"
SEGMENT = "customer__segment"
SETUP = (
    "CREATE VIEW rival_order_items AS SELECT i.*, o.customer_id, o.ordered_at FROM order_items i JOIN orders o USING "
    "(order_id)",
    "CREATE VIEW rival_time_spine AS SELECT ds, "
    "(date_trunc('quarter', ds - INTERVAL 1 MONTH) + INTERVAL 1 MONTH)::DATE AS fiscal_quarter FROM time_spine",
)
# case: metrics, group by, filter; the result's columns are the group's and the metrics', in the order given
QUERIES: dict[str, tuple[Sequence[str], Sequence[str], str]] = {
    "H01": (("revenue", "tickets"), (SEGMENT,), ""),
    "H02": (("revenue", "items"), (SEGMENT,), ""),
    "H03": (("average_order",), (SEGMENT,), ""),
    "H04": (("tickets_per_order",), (SEGMENT,), ""),
    "H05": (("net_revenue",), (SEGMENT,), ""),
    "H06": (("running_revenue",), ("metric_time__month",), ""),
    "H07": (("revenue_7_days",), ("metric_time__day",), ""),
    "H08": (("revenue_change",), ("metric_time__month",), ""),
    "H09": (("account_balance",), (SEGMENT,), ""),
    "H10": (("account_balance",), ("metric_time__month",), ""),
    "H11": (("signup_conversion",), (), ""),
    "H13": (("median_order", "tickets"), (SEGMENT,), ""),
    "H14": (("p90_order",), (SEGMENT,), ""),
    "H15": (("buyers",), ("metric_time__month",), ""),
    "H16": (("csat",), (SEGMENT,), ""),
    "H17": (("revenue",), ("metric_time__week",), ""),
    "H18": (("revenue",), ("metric_time__fiscal_quarter",), ""),
    "H20": (("revenue",), (SEGMENT,), "{{ Metric('revenue', ['customer__segment']) }} > 9000"),
    "H21": (("revenue",), ("customer__region__region_name",), ""),
    "H22": (("revenue",), ("billing_region__region_name", "shipping_region__region_name"), ""),
    "H24": (("paid_revenue", "revenue"), (SEGMENT,), ""),
    "H25": (("revenue", "tickets"), ("metric_time__month",), ""),
    "H26": (("revenue",), ("item__category",), ""),
    "H27": (("customers", "revenue"), (SEGMENT,), ""),
    "H28": (("tickets",), (SEGMENT,), "{{ Dimension('order__status') }} = 'cancelled'"),
}
CANNOT = {
    "H12": "no retention metric",
    "H19": "no time zone in a query",
    "H23": "no row policies",
}


class RenderOnly:
    """What the engine needs of a database client to write DuckDB's SQL without a database."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def query(self, *args: Any) -> Any:
        """Nothing is run here."""
        raise NotImplementedError

    execute = dry_run = query

    def close(self) -> None:
        """Nothing is open."""

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        """The mark of a bound value."""
        return f"${bind_parameter_key}"


def compiler(engine: MetricFlowEngine, case: str) -> Callable[[], str]:
    """A function that compiles the case from a fresh request."""
    metrics, groups, where = QUERIES[case]

    def make() -> str:
        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics),
            group_by_names=list(groups) or None,
            where_constraints=[where] if where else None,
        )
        return engine.explain(request).sql_statement.without_descriptions.sql

    return make


def main() -> None:
    """Load the model, then answer."""
    logging.disable(logging.WARNING)
    found = parse_directory_of_yaml_files_to_semantic_manifest(
        str(MODEL), template_mapping={"source_schema": "main"}, raise_issues_as_exceptions=True
    )
    engine = MetricFlowEngine(SemanticManifestLookup(found.semantic_manifest), RenderOnly())
    cases = {case: (compiler(engine, case), (*QUERIES[case][1], *QUERIES[case][0])) for case in QUERIES}
    refusals = (InvalidQueryException, UnableToSatisfyQueryError)
    serve(Rival("MetricFlow", version("metricflow"), refusals, cases, CANNOT, SETUP))


if __name__ == "__main__":
    main()
