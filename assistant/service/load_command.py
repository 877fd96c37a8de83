"""What the commands do that fill the warehouse and write definitions; each says what it did, line by line."""

from __future__ import annotations

from datetime import date, timedelta

import click

from assistant.config import Settings
from semantic_layer import SemanticLayer, load_workspace
from warehouse import DuckDBEngine, SnapshotMissing, publish, set_snapshot, snapshot_info


def has_no_data(settings: Settings) -> bool:
    """Whether nothing has been published in the workspace yet."""
    try:
        snapshot_info(settings.warehouse)
    except SnapshotMissing:
        return True
    return False


def build_demo_company(settings: Settings, as_of: date | None, customers: int, seed: int) -> None:
    """Build and publish the demo company up to `as_of` (default: yesterday), with progress, the truth beside it."""
    from warehouse.sources.demo import DemoConfig, build_demo

    last = as_of or date.today() - timedelta(days=1)
    click.echo(f"Building the demo company: {customers:,} customers, two years up to {last:%d %b %Y}")
    with publish(settings.warehouse, start="empty") as connection:
        with click.progressbar(length=100, label="  tables", show_eta=False) as bar:
            truth = build_demo(connection, DemoConfig(as_of=last, seed=seed, customers=customers), Progress(bar))
        set_snapshot(connection, "demo", last)
    (settings.warehouse / "demo-truth.json").write_text(truth.to_json(), encoding="utf-8")
    click.echo(f"Published in {settings.warehouse}.")


class Progress:
    """Moves a bar to the share that a builder reports."""

    def __init__(self, bar: click._termui_impl.ProgressBar[int]):
        self._bar, self._done = bar, 0

    def __call__(self, _table: str, share: float) -> None:
        """Take the bar to `share` (0 to 1) of its length."""
        target = min(100, round(share * 100))
        self._bar.update(max(0, target - self._done))
        self._done = max(self._done, target)


def read_layer(settings: Settings) -> SemanticLayer:
    """The workspace's semantic layer over the published tables; raises SnapshotMissing or DefinitionError."""
    engine = DuckDBEngine(snapshot_info(settings.warehouse).path)
    try:
        return load_workspace(settings.home, engine.schema)
    finally:
        engine.close()
