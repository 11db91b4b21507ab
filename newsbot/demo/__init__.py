"""The bundled newsroom: a small web of news sites, written for newsbot, that knows its own truth.

``Newsroom`` composes the sites, ``serve`` runs them on loopback, ``Newsroom.truth`` says what a crawl
must bring home. ``python -m newsbot.demo`` serves it to a browser.
"""

from __future__ import annotations

from newsbot.demo.newsroom import TODAY, Expected, Newsroom, NonArticle
from newsbot.demo.running import LoggedRequest, Running, serve

__all__ = ["TODAY", "Expected", "LoggedRequest", "Newsroom", "NonArticle", "Running", "serve"]
