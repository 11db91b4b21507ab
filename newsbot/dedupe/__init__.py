"""Telling copies: is this text known already? Pure functions; what is known lives in the store.

tokens      content_hash(): equal for the same words; shared_words(): how much one line says of another
minhash     sketch_of(): a few numbers by which the store finds near-duplicates
similarity  likeness(): are these two texts copies, and how alike? Templates filled in two ways are none
changes     change_between(): what a later version changed, if anything that matters
agency      agency_of(): whose copy it probably is
"""

from newsbot.dedupe.agency import agency_of
from newsbot.dedupe.changes import change_between
from newsbot.dedupe.minhash import SKETCH_VERSION, Sketch, sketch_of
from newsbot.dedupe.similarity import Likeness, likeness
from newsbot.dedupe.tokens import content_hash, shared_words

__all__ = [
    "SKETCH_VERSION",
    "Likeness",
    "Sketch",
    "agency_of",
    "change_between",
    "content_hash",
    "likeness",
    "shared_words",
    "sketch_of",
]
