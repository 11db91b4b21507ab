"""Telling copies: is this text known already? Pure functions; what is known lives in the store."""

from newsbot.dedupe.fingerprint import content_hash

__all__ = ["content_hash"]
