"""A sheet: a page that is one file and needs no other, no network, and no script but those that are named to it.

What a site sent is text there and no more: everything is escaped, and the policy of the page lets nothing else run.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from newsbot import __version__
from newsbot.report import words
from newsbot.web.text import well_formed

TEMPLATES = Path(__file__).parent / "templates"


def environment_of(*folders: Path) -> Environment:
    """Return what renders sheets whose templates are in some folders; they extend sheet.html, which is here."""
    environment = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    for write in (words.moment, words.number, words.percent, words.short_day, words.size, words.span):
        environment.filters[write.__name__] = write
    environment.tests["web"] = lambda url: url.lower().startswith(("http://", "https://"))
    return environment


def sheet(environment: Environment, template: str, scripts: Sequence[str] = (), **told: object) -> str:
    """Return a sheet as HTML; ``scripts``: those in it that may run, ``told``: what the template asks for."""
    text = environment.get_template(template).render(
        **told,
        version=__version__,
        style=Markup(_style()),  # noqa: S704 # nosec B704 - our own
        policy=_policy(scripts),
    )
    return well_formed(text)


@cache
def _style() -> str:
    return (TEMPLATES / "report.css").read_text("utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """Return the content security policy of a page with some scripts: these, and nothing from anywhere.

    What draws the picture makes functions of expressions ('unsafe-eval'); a headline still cannot be a script.
    """
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    may = f"; script-src {' '.join(hashes)} 'unsafe-eval'" if hashes else ""
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'{may}"
