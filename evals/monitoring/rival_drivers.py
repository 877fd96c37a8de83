"""wise-pizza on the changes whose causes are known; runs inside the rivals' environment as a script.

Reads from IN, for each case n, `codes`, `now_n`, `then_n` and for ratios `now_of_n`, `then_of_n`; prints one JSON line
per case: the segments it names, the strongest first, and the seconds of the processor.
"""
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# (wise-pizza is not in the project's own environment)

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
from wise_pizza import explain_changes_in_average, explain_changes_in_totals


def main() -> None:
    """Explain each case of the file."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    given = np.load(sys.argv[1])
    names = [str(name) for name in given["dimensions"]]
    for number in range(int(given["cases"])):
        groups = pd.DataFrame(given["codes"].astype(str), columns=names)
        began = time.process_time()
        found = _explain(given, number, groups, names)
        seconds = time.process_time() - began
        ranked = sorted(found.segments, key=lambda one: -abs(one.get("impact", one["total"])))
        named = [{key: str(value) for key, value in one["segment"].items()} for one in ranked]
        sys.stdout.write(json.dumps({"segments": named, "seconds": seconds}) + "\n")
        sys.stdout.flush()


def _explain(given: Any, number: int, groups: pd.DataFrame, names: list[str]) -> Any:
    sides = []
    for side in ("then", "now"):
        size = given[f"{side}_of_{number}"] if f"{side}_of_{number}" in given.files else np.ones(len(groups))
        sides.append(groups.assign(total=given[f"{side}_{number}"], size=size))
    asked = {"dims": names, "total_name": "total", "size_name": "size", "max_segments": 3, "max_depth": 2}
    if f"now_of_{number}" in given.files:
        return explain_changes_in_average(*sides, **asked)
    return explain_changes_in_totals(*sides, how="totals", **asked)


if __name__ == "__main__":
    main()
