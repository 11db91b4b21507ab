"""Find an article's text where the page carries it only in a script's data, as pages built in the browser do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree, html

_ESCAPED = re.compile(r"(?:\\u003cp|<p|\\u003Cp)\b")
_STRING = re.compile(r'"((?:[^"\\]|\\.){200,})"', re.DOTALL)
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_SIMPLE = {"\\n": "\n", "\\t": " ", "\\r": "", '\\"': '"', "\\/": "/", "\\\\": "\\", "\\'": "'"}
_SIMPLE_ESCAPE = re.compile(r"\\[ntr\"/\\']")
MAX_SCRIPT = 3_000_000


def html_in_scripts(scripts: Iterable[str]) -> etree._Element | None:
    """Return the longest piece of HTML with paragraphs that a script carries as a string, parsed; or None."""
    best = ""
    for script in scripts:
        if len(script) < 500 or len(script) > MAX_SCRIPT or not _ESCAPED.search(script):
            continue
        for match in _STRING.finditer(script):
            if match[1].count("003cp") + match[1].count("003Cp") + match[1].count("<p") >= 3 and len(match[1]) > len(best):
                best = match[1]
    if not best:
        return None
    for _ in range(3):  # a string within a string within a string
        text = _SIMPLE_ESCAPE.sub(lambda m: _SIMPLE[m[0]], _UNICODE.sub(lambda m: chr(int(m[1], 16)), best))
        if text == best:
            break
        best = text
    inner = max(re.findall(r'"((?:[^"]|"(?=[^,:}\]]))*?<p\b.*)"?', best, re.DOTALL)[:5] or [best], key=len)
    try:
        return html.fromstring(f"<div>{inner[:MAX_SCRIPT].encode('utf-8', 'ignore').decode()}</div>")
    except (etree.LxmlError, ValueError):
        return None
