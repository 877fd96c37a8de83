"""Who can be put to the questions: the embedded engine, and a model that writes SQL without the layer."""

from __future__ import annotations

from evals.systems.kinds import SYSTEMS, SystemKind

__all__ = ["SYSTEMS", "SystemKind"]
