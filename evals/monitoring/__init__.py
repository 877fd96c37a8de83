"""How good is the monitor: made-up series with known anomalies, a judge of alerts, other detectors beside ours."""
