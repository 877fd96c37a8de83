"""What the command line asked for, put into the terms of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.config import Settings, read_settings
from evals.baseline import read_baseline
from evals.errors import RunError
from evals.gates import Gates, read_quarantine
from evals.questions import Choice
from evals.replies import Budget
from evals.systems import SystemKind

MODEL_OPTIONS = ("model", "model_url", "model_price_in", "model_price_out")
SHIPPED_BASELINE = Path(__file__).parent / "baseline.json"


@dataclass(frozen=True)
class Request:
    """What the command line asked for; `options` holds the options of `run` by name."""

    suites: tuple[Path, ...]
    home: Path | None
    database: str
    as_of: date | None
    options: Mapping[str, Any]
    command: str = ""


def settings_of(request: Request) -> Settings:
    """The settings of the workspace, with the model's options of the command line on top."""
    given = {name: request.options[name] for name in MODEL_OPTIONS if request.options[name] is not None}
    return replace(read_settings(home=request.home), **given)


def budget_of(options: Mapping[str, Any], kind: SystemKind, settings: Settings) -> Budget:
    """The budget of the options; raises RunError for one in dollars while the model's prices are not known."""
    dollars = options["max_dollars"]
    if dollars is not None and kind.paid and not (settings.model_price_in or settings.model_price_out):
        raise RunError(
            "--max-dollars needs the model's prices: give --model-price-in and --model-price-out, in US dollars per "
            "million tokens (or set TELLWISE_MODEL_PRICE_IN and TELLWISE_MODEL_PRICE_OUT)."
        )
    return Budget(options["max_calls"], dollars)


def choice_of(options: Mapping[str, Any]) -> Choice:
    """Which questions the options choose."""
    return Choice(
        repeats=options["repeats"],
        paraphrases=options["paraphrases"],
        splits=options["splits"],
        tags=options["tags"],
        cases=options["cases"],
    )


def gates_of(options: Mapping[str, Any]) -> Gates:
    """Which gates the options ask for; `--gate` stands for the baseline that comes with the suites."""
    base = SHIPPED_BASELINE if options["gate"] else options["no_regressions"]
    quarantine = options["quarantine"]
    if options["gate"] and not SHIPPED_BASELINE.is_file():
        raise RunError(f"There is no baseline yet. Write one with --write-baseline {SHIPPED_BASELINE}.")
    return Gates(
        options["min_accuracy"],
        options["max_silent_wrong"],
        options["max_errors"],
        read_baseline(base) if base else None,
        read_quarantine(quarantine) if quarantine else frozenset(),
    )
