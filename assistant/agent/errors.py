"""What can go wrong with a model; each is told in the answer, and the embedded engine goes on."""

from __future__ import annotations

from assistant.errors import AssistantError


class ModelUnavailable(AssistantError):
    """The model cannot be used now: no server, no right, too many requests, or a reply that was cut."""


class BudgetReached(ModelUnavailable):
    """What may be spent on the model is spent; says which limit, and when it ends."""


class UnusableReply(AssistantError):
    """The model answered, but not with what was asked for."""


class Stopped(AssistantError):
    """The person stopped the question; nothing more is sent."""


class QuestionBudgetReached(BudgetReached):
    """What one question may cost is spent; what was found until then is still told."""


class LoopStopped(QuestionBudgetReached):
    """The model went round in circles; what was found until then is still told."""
