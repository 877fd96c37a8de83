"""Single customers and lists of them: found, told about, picked by rules, saved as segments, handed out as a file."""

from assistant.customers.identity import Evidence, MatchedRecords, identity_evidence
from assistant.customers.listing import (
    Condition,
    CustomerList,
    NoList,
    condition_choices,
    customer_query,
    filter_of,
    list_customers,
    with_condition,
    write_csv,
)
from assistant.customers.profile import Consent, Fact, FactGroup, Mark, Profile, UnknownCustomer, read_profile
from assistant.customers.reading import CustomerReader
from assistant.customers.searching import Found, find_customers
from assistant.customers.segments import SavedSegment, SegmentError, SegmentShelf, offer_in_questions
from assistant.customers.timeline import Moment, Timeline, read_timeline

__all__ = [
    "Condition",
    "Consent",
    "CustomerList",
    "CustomerReader",
    "Evidence",
    "Fact",
    "FactGroup",
    "Found",
    "Mark",
    "MatchedRecords",
    "Moment",
    "NoList",
    "Profile",
    "SavedSegment",
    "SegmentError",
    "SegmentShelf",
    "Timeline",
    "UnknownCustomer",
    "condition_choices",
    "customer_query",
    "filter_of",
    "find_customers",
    "identity_evidence",
    "list_customers",
    "offer_in_questions",
    "read_profile",
    "read_timeline",
    "with_condition",
    "write_csv",
]
