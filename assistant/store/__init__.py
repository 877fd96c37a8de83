"""What people did: conversations, feedback, verified questions, proposed synonyms; SQLite, or PostgreSQL by URL."""

from assistant.store.forgetting import forget_in_store
from assistant.store.records import Feedback, Proposal, SeenWord, StoredTurn, Synonym
from assistant.store.store import Store

__all__ = ["Feedback", "Proposal", "SeenWord", "Store", "StoredTurn", "Synonym", "forget_in_store"]
