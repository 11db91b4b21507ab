"""newsbot: every article of a list of news outlets, once, clean, as JSON lines."""

__version__ = "0.1.0"
