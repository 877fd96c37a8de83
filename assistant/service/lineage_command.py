"""`tellwise lineage NAME`: where a table's rows, or a metric's numbers, come from."""

from __future__ import annotations

from collections.abc import Iterator

import click

from assistant.config import Settings
from assistant.service.load_command import read_layer
from semantic_layer import SemanticLayer, SimpleMetric, formula, parts
from warehouse import TableLineage, snapshot_info, table_lineage


def show_lineage(settings: Settings, name: str) -> None:
    """Print where the metric or core table of that name comes from; raises BuildError for an unknown name."""
    layer = read_layer(settings)
    tables = (name,)
    if name in layer.metrics:
        click.echo(f"{name} = {formula(layer, name)}")
        tables = metric_tables(layer, name)
    for table in tables:
        for line in _lines(table_lineage(snapshot_info(settings.warehouse).path, table)):
            click.echo(line)


def metric_tables(layer: SemanticLayer, name: str) -> tuple[str, ...]:
    """Tables that a metric is computed from: those of the measures of its parts."""
    found = (layer.metrics[part] for part in parts(layer, name))
    datasets = (metric.measure.partition(".")[0] for metric in found if isinstance(metric, SimpleMetric))
    return tuple(dict.fromkeys(layer.datasets[dataset].source.rpartition(".")[2] for dataset in datasets))


def _lines(lineage: TableLineage) -> Iterator[str]:
    systems = ", ".join(f"{system} {rows:,}" for system, rows in lineage.systems)
    yield f"core.{lineage.table}: {lineage.rows:,} rows ({systems or 'empty'})"
    for source in lineage.sources:
        when = f", last {source.loaded_at:%Y-%m-%d %H:%M} UTC" if source.loaded_at else ""
        yield f"  raw.{source.source} ({source.system}): {source.rows:,} rows, {source.quarantined:,} put aside{when}"
        yield from (f"    file {file}" for file in source.files)
        yield from (f"    {core} <- {column}" for core, column in source.columns)
