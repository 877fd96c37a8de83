"""Changes noticed without being asked: series, scores, incidents, delivery."""
