"""What customers write: requests to service, comments in surveys, reviews."""

from __future__ import annotations

TOPICS = ("delivery", "returns", "product quality", "payment", "account", "subscription", "other")
SUBJECTS = {
    "delivery": ("Where is my parcel?", "Parcel late", "Delivered to the wrong address", "Tracking does not move"),
    "returns": ("How do I return this?", "Refund not received", "Wrong size, exchange please", "Return label missing"),
    "product quality": ("Broken on arrival", "Seam came apart", "Stopped working", "Not as pictured"),
    "payment": ("Charged twice", "Card declined", "Invoice missing", "Coupon not accepted"),
    "account": ("Cannot sign in", "Change my address", "Delete my account", "Password reset mail missing"),
    "subscription": ("Cancel my subscription", "Change my plan", "Charged after cancelling", "Skip next month"),
    "other": ("Question about a product", "Do you ship abroad?", "Opening hours", "Thank you"),
}
BODIES = {
    "delivery": (
        "My order was due days ago and the tracking has not moved since. When will it come?",
        "The courier says delivered, but nothing is here. Please check.",
        "The parcel was promised for yesterday. This is the second time.",
    ),
    "returns": (
        "I sent it back two weeks ago and still have no refund.",
        "I would like to return one item of my order. How does that work?",
        "The size is too small, can I have it exchanged?",
    ),
    "product quality": (
        "It arrived damaged and cannot be used.",
        "After two weeks it fell apart. I expected better for the price.",
        "The colour is nothing like the picture.",
    ),
    "payment": (
        "The amount was taken twice from my account.",
        "My card is refused although it works everywhere else.",
        "Please send me the invoice for my order.",
    ),
    "account": (
        "I cannot sign in since I changed my password.",
        "I moved. Please change my address.",
        "The mail to reset my password never arrives.",
    ),
    "subscription": (
        "I want to cancel at the end of this month.",
        "Please move me to the smaller plan.",
        "I was charged although I had cancelled.",
    ),
    "other": (
        "Is this also available in blue?",
        "When will the new collection be in the stores?",
        "Just wanted to say that your people were very kind.",
    ),
}
# by how content the customer is: unhappy, so-so, happy
COMMENTS = (
    (
        "Waited far too long for an answer.",
        "Delivery was late again.",
        "The quality is not what it used to be.",
        "Too expensive for what you get.",
        "I had to explain my problem three times.",
    ),
    ("It was okay.", "Fine, but nothing special.", "Good products, slow delivery.", "Prices could be better."),
    (
        "Quick and friendly.",
        "Great quality, I will be back.",
        "Fast delivery and easy returns.",
        "Best shop I know.",
        "Everything worked at once.",
    ),
)
REVIEWS = (
    (
        ("Disappointed", "Broke after a few days."),
        ("Not again", "Poor quality and it smells."),
        ("Returned", "Came apart."),
    ),
    (("Okay", "Does what it should, no more."), ("So-so", "Looks good but the material is thin.")),
    (
        ("Love it", "Exactly what I wanted."),
        ("Great", "Good quality for the price."),
        ("Recommended", "Fits perfectly."),
    ),
)
