"""Other detectors scored on the same series, one step ahead; runs inside the rivals' environment as a script.

`rival_detectors.py IN OUT METHOD ...` reads transformed values `x` (series, days), `start` (ordinal of the first day)
and `first` (the first day scored) from IN, and writes to OUT each method's scores (series, days) and the seconds of the
processor that it took.
"""
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# (statsforecast and Prophet are not in the project's own environment)

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WEEK, PROPHET_REFIT = 7, 14
LEAST = 1e-9


def rolling_z(x: Floats, first: int, start: date) -> Floats:
    """Distance from the mean of the 14 days before, in their standard deviations."""
    del start
    score = np.zeros_like(x)
    for day in range(first, x.shape[1]):
        past = x[:, day - 14 : day]
        score[:, day] = np.abs(x[:, day] - past.mean(1)) / np.maximum(past.std(1, ddof=1), LEAST)
    return score


def weekday_mad(x: Floats, first: int, start: date) -> Floats:
    """Distance from the median of the same weekday in the 8 weeks before, in their median absolute deviations."""
    del start
    score = np.zeros_like(x)
    for day in range(first, x.shape[1]):
        past = x[:, day - 8 * WEEK : day : WEEK]
        middle = np.median(past, axis=1)
        spread = 1.4826 * np.median(np.abs(past - middle[:, None]), axis=1)
        score[:, day] = np.abs(x[:, day] - middle) / np.maximum(spread, LEAST)
    return score


def _forecast_by(model: object, past: Floats, steps: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the next days by a statsforecast model."""
    told = model.forecast(y=past, h=steps, level=[68.27])  # type: ignore[attr-defined]  # statsforecast is not typed
    return told["mean"], (told["hi-68.27"] - told["lo-68.27"]) / 2


def auto_ets(x: Floats, first: int, start: date) -> Floats:
    """statsforecast's AutoETS(ANA), fitted anew each week."""
    del start
    from statsforecast.models import AutoETS

    return _weekly(x, first, lambda past, steps: _forecast_by(AutoETS(season_length=WEEK, model="ANA"), past, steps))


def mstl(x: Floats, first: int, start: date) -> Floats:
    """statsforecast's MSTL with its default trend forecaster, fitted anew each week."""
    del start
    from statsforecast.models import MSTL

    return _weekly(x, first, lambda past, steps: _forecast_by(MSTL(season_length=WEEK), past, steps))


def _weekly(x: Floats, first: int, forecast: Callable[[Floats, int], tuple[Floats, Floats]]) -> Floats:
    score = np.zeros_like(x)
    for row, series in enumerate(x):
        for day in range(first, len(series), WEEK):
            steps = min(WEEK, len(series) - day)
            mean, spread = forecast(series[:day], steps)
            score[row, day : day + steps] = np.abs(series[day : day + steps] - mean) / np.maximum(spread, LEAST)
    return score


def prophet(x: Floats, first: int, start: date) -> Floats:
    """Prophet with its holidays of the United States on, fitted anew every 14 days."""
    import pandas as pd

    days = pd.to_datetime([start + timedelta(days=number) for number in range(x.shape[1])])
    score = np.zeros_like(x)
    for row, series in enumerate(x):
        for day in range(first, len(series), PROPHET_REFIT):
            ahead = slice(day, min(day + PROPHET_REFIT, len(series)))
            mean, spread = _by_prophet(pd.DataFrame({"ds": days[:day], "y": series[:day]}), days[ahead])
            score[row, ahead] = np.abs(series[ahead] - mean) / np.maximum(spread, LEAST)
    return score


def _by_prophet(past: object, ahead: object) -> tuple[Floats, float]:
    import pandas as pd
    from prophet import Prophet

    model = Prophet(uncertainty_samples=0)
    model.add_country_holidays(country_name="US")
    model.fit(past)
    spread = float(np.mean(model.params["sigma_obs"])) * float(model.y_scale)
    return model.predict(pd.DataFrame({"ds": ahead}))["yhat"].to_numpy(), spread


METHODS: dict[str, Callable[[Floats, int, date], Floats]] = {
    "rolling z": rolling_z,
    "weekday median/MAD": weekday_mad,
    "AutoETS": auto_ets,
    "MSTL": mstl,
    "Prophet": prophet,
}


def worked() -> float:
    """Seconds that the processor has worked for this process and its children, of which Prophet's fit is one."""
    return sum(os.times()[:4])


def main() -> None:
    """Score the series of the first file with the methods named, into the second file."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    given = np.load(sys.argv[1])
    x, first, start = given["x"], int(given["first"]), date.fromordinal(int(given["start"]))
    found: dict[str, NDArray[np.float64]] = {}
    for name in sys.argv[3:]:
        METHODS[name](x[:1, : first + 14], first, start)  # what is compiled at the first call is not counted
        began = worked()
        found[name] = METHODS[name](x, first, start)
        found[f"seconds {name}"] = np.array(worked() - began)
    np.savez(sys.argv[2], allow_pickle=False, **found)


if __name__ == "__main__":
    main()
