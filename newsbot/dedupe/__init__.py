"""Telling copies: is this text known already? Pure functions; what is known lives in the store.

facts       facts_of(): all that follows from a text, in one go
tokens      content_hash(): equal for the same words; shared_words(): how much one line says of another
minhash     sketch_of(): a few numbers by which the store finds near-duplicates
similarity  likeness(): are these two texts copies, and how alike? Templates filled in two ways are none;
            round_up_of(): is this text one that strings others together?
changes     change_between(): what a later version changed, if anything that matters
differences what one version says that another does not, line by line and word by word
agency      agency_of(): whose copy it probably is
origin      origin_of(): which of two copies of a story is the origin
"""

from newsbot.dedupe.agency import agency_of
from newsbot.dedupe.changes import change_between
from newsbot.dedupe.facts import facts_of
from newsbot.dedupe.minhash import SKETCH_VERSION, sketch_of
from newsbot.dedupe.origin import Finding, Member, origin_of, precedes
from newsbot.dedupe.similarity import Likeness, RoundUp, Words, likeness, round_up_of
from newsbot.dedupe.tokens import content_hash, shared_words

__all__ = [
    "SKETCH_VERSION",
    "Finding",
    "Likeness",
    "Member",
    "RoundUp",
    "Words",
    "agency_of",
    "change_between",
    "content_hash",
    "facts_of",
    "likeness",
    "origin_of",
    "precedes",
    "round_up_of",
    "shared_words",
    "sketch_of",
]
