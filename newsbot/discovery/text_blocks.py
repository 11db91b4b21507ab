"""The texts of a page, block by block: what a home or section page says, menus and small print included."""

from __future__ import annotations

from lxml import etree

from newsbot.discovery.anchors import Tree, as_tree

_BLOCKS = frozenset(
    """
    address article aside blockquote body button dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header label legend li main nav ol p section summary table tbody td th tr ul
    """.split()  # noqa: SIM905 (a list of 40 strings reads worse)
)
_SILENT = frozenset(("head", "iframe", "noscript", "option", "script", "style", "svg", "template", "title"))


def text_blocks(page: Tree | bytes, *, charset: str | None = None) -> list[str]:
    """Return the texts of a page in their order, one a block-level element, white space folded.

    >>> text_blocks(b"<body><nav>Home | <b>Sport</b></nav><p>One.</p><ul><li>Show more<li>Help</ul></body>")
    ['Home | Sport', 'One.', 'Show more', 'Help']
    """
    tree = as_tree(page, charset)
    if tree is None:
        return []
    blocks: list[list[str]] = [[]]
    silent: etree._Element | None = None
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start" and silent is None:
            if tag in _SILENT or not tag:
                silent = node
            else:
                if tag in _BLOCKS or tag == "br":
                    blocks.append([])
                blocks[-1].append(node.text or "")
        elif event == "end":
            if node is silent:
                silent = None
            if silent is None:
                if tag in _BLOCKS:
                    blocks.append([])
                blocks[-1].append(node.tail or "" if node is not tree else "")
    return [text for block in blocks if (text := " ".join("".join(block).split()))]
