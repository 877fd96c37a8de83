"""Who can be put to the questions: the embedded engine, the same with a model, and a model without the layer."""

from __future__ import annotations

from evals.systems.kinds import SYSTEMS, SystemKind

__all__ = ["SYSTEMS", "SystemKind"]
