"""Find an article's text where the page carries it only in a script's data, as pages built in the browser do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree, html

_ESCAPED = re.compile(r"(?:\\u003cp|<p|\\u003Cp)\b")
_REST = re.compile(r'(?:[^"\\]++|\\.)*+"', re.DOTALL)
"""The rest of a string after its opening quote; possessive, so that a string without end costs one pass."""
_UNICODE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_SIMPLE = re.compile(r"\\+([ntr\"/'])")
_MEANS = {"n": "\n", "t": " ", "r": ""}
MAX_SCRIPT = 3_000_000


def html_in_scripts(scripts: Iterable[str]) -> etree._Element | None:
    """Return the longest piece of HTML with paragraphs that a script carries as a string, parsed; or None."""
    best = ""
    for script in scripts:
        if len(script) < 500 or len(script) > MAX_SCRIPT or not _ESCAPED.search(script):
            continue
        for text in _strings(script):
            if len(text) > len(best) and text.count("003cp") + text.count("003Cp") + text.count("<p") >= 3:
                best = text
    if not best:
        return None
    # a string may stand within a string within a string: any run of backslashes is one escape
    best = _UNICODE.sub(lambda match: chr(int(match[1], 16)), best)
    best = _SIMPLE.sub(lambda match: _MEANS.get(match[1], match[1]), best)
    inner = best[max(best.find("<p"), 0) : best.rfind("</p>") + 4]
    try:
        return html.fromstring(f"<div>{inner[:MAX_SCRIPT].encode('utf-8', 'ignore').decode()}</div>")
    except (etree.LxmlError, ValueError):
        return None


def _strings(script: str) -> Iterator[str]:
    """Give the script's double-quoted strings, escapes and all."""
    start = script.find('"')
    while start >= 0:
        rest = _REST.match(script, start + 1)
        if rest is None:
            return
        yield rest[0][:-1]
        start = script.find('"', rest.end())
