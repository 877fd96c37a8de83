"""Why did a number change: which slice, which factor, and how much each gives; contributions add up to the change."""

from assistant.drivers.change import ChangeExplained, Contribution, explain_change, kind_of, splitting_fields
from assistant.drivers.leaves import Key, Leaves, leaves_of, leaves_of_ratio
from assistant.drivers.scan import Slice, scan
from assistant.drivers.splits import Factor, MixAndRate, mix_and_rate, split_product, split_sum

__all__ = [
    "ChangeExplained",
    "Contribution",
    "Factor",
    "Key",
    "Leaves",
    "MixAndRate",
    "Slice",
    "explain_change",
    "kind_of",
    "leaves_of",
    "leaves_of_ratio",
    "mix_and_rate",
    "scan",
    "split_product",
    "split_sum",
    "splitting_fields",
]
