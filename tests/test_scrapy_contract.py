"""What newsbot takes from Scrapy, Twisted and scrapy-playwright beyond their documentation, name by name.

Their private names, and names that they do not document, may change with any release. All of them are touched in
newsbot/downloader alone (the last two tests see to that), and each is a row here: an upgrade that breaks one fails
with its name. docs/decisions/0013-scrapy-private-names.md says why each is needed.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.test import get_crawler
from twisted.web.http import _ChunkedTransferDecoder

from newsbot.downloader.errors import outcome_of

LIBRARIES = frozenset(
    {"itemadapter", "pebble", "playwright", "protego", "scrapy", "scrapy_playwright", "twisted", "w3lib"}
)
PUBLIC_ALL_THE_SAME = frozenset({"_Element", "_SubParsersAction", "_exit", "_replace"})
"""Names with an underscore that all may use: the types of lxml's elements and argparse's subparsers, a function of os,
and a method of named tuples."""

Check = Callable[[Any, str], str | None]
"""Looks at an object and the name of its attribute, and says what is not as newsbot takes it to be."""


def is_there(owner: Any, name: str) -> str | None:
    return None if hasattr(owner, name) else "is gone"


def takes(*parameters: str) -> Check:
    """The function is called with these parameters, or written anew in a subclass that is called with them."""

    def check(owner: Any, name: str) -> str | None:
        if not hasattr(owner, name):
            return "is gone"
        found = [each for each in inspect.signature(getattr(owner, name)).parameters if each != "self"]
        return None if found[: len(parameters)] == list(parameters) else f"takes {found}, not {list(parameters)}"

    return check


def equals(value: object) -> Check:
    return lambda owner, name: None if getattr(owner, name, None) == value else f"is not {value!r} any more"


def is_set(owner: type, name: str) -> str | None:
    """Objects of the class have the attribute: they set it themselves."""
    return None if name in assigned(owner) or hasattr(owner, name) else "is set no more"


def extends(base: str) -> Check:
    def check(owner: Any, name: str) -> str | None:
        module, _, kind = base.rpartition(".")
        is_one = issubclass(getattr(owner, name, object), getattr(importlib.import_module(module), kind))
        return None if is_one else f"is no {base} any more"

    return check


HTTP11 = "scrapy.core.downloader.handlers.http11"
CONTRACT: dict[str, Check] = {
    # politeness.py: the pace, the rests and the budget of a host
    "scrapy.core.downloader:Downloader._download": takes("slot", "request"),
    "scrapy.core.downloader:Downloader._wait_for_download": takes("slot", "request", "queue_dfd"),
    "scrapy.core.downloader:Downloader._process_queue": takes("slot"),
    "scrapy.core.downloader:Downloader._get_slot": takes("request"),
    "scrapy.core.downloader:Slot.transferring": is_set,
    "scrapy.core.downloader:Downloader._delay": is_set,
    "scrapy.core.downloader:Downloader.get_slot_key": takes("request"),
    "scrapy.core.downloader:Downloader.per_slot_settings": is_set,
    "scrapy.core.downloader:Downloader.domain_concurrency": is_set,
    "scrapy.core.downloader:Downloader.slots": is_set,
    "scrapy.core.downloader:Downloader.active": is_set,
    "scrapy.core.downloader:Downloader.handlers": is_set,
    "scrapy.core.downloader:Slot.lastseen": is_set,
    "scrapy.core.downloader:Slot.delay": is_set,
    "scrapy.core.downloader:Slot.concurrency": is_set,
    "scrapy.core.downloader:Slot.jitter": is_set,
    "scrapy.core.downloader:monotonic": is_there,  # the clock of tests/offline_downloader.py
    "scrapy.core.downloader:call_later": takes("delay", "func"),
    "scrapy.core.engine:ExecutionEngine.downloader": is_set,
    "scrapy.extensions.throttle:AutoThrottle": takes("crawler"),
    "scrapy.pqueues:DownloaderAwarePriorityQueue": takes("crawler"),
    "scrapy.pqueues:DownloaderAwarePriorityQueue._downloader_interface": is_set,
    "scrapy.pqueues:DownloaderInterface": takes("crawler"),
    "scrapy.pqueues:DownloaderInterface.stats": takes("possible_slots"),
    "scrapy.pqueues:DownloaderInterface.downloader": is_set,
    "scrapy.core.downloader:Downloader._enqueue_request": takes("request"),
    "scrapy.core.downloader:Downloader.middleware": is_set,
    "scrapy.core.downloader.middleware:DownloaderMiddlewareManager.download_async": takes("download_func", "request"),
    # waiting.py: a crawl that is about to end
    "scrapy.core.engine:ExecutionEngine._slot": is_set,
    "scrapy.core.engine:ExecutionEngine._stopping": is_set,
    "scrapy.core.engine:ExecutionEngine._start_request_processing_awaitable": is_set,
    # http.py: bounds on memory, and certificates by source
    f"{HTTP11}:HTTP11DownloadHandler": takes("crawler"),
    f"{HTTP11}:HTTP11DownloadHandler._pool": is_set,
    f"{HTTP11}:HTTP11DownloadHandler._contextFactory": is_set,
    f"{HTTP11}:_LenientHTTP11ClientProtocol": extends("twisted.web._newclient.HTTP11ClientProtocol"),
    "twisted.web.client:HTTPConnectionPool._factory": takes("quiescentCallback", "metadata"),
    "twisted.web._newclient:HTTP11ClientProtocol": takes("quiescentCallback"),
    "twisted.web._newclient:HTTP11ClientProtocol.request": takes("request"),
    "twisted.web._newclient:HTTP11ClientProtocol.dataReceived": takes("bytes"),
    "twisted.web._newclient:HTTP11ClientProtocol.connectionLost": is_there,
    "twisted.web._newclient:HTTP11ClientProtocol._parser": is_set,
    "twisted.web._newclient:HTTPClientParser.state": is_set,
    "twisted.web._newclient:HTTPClientParser.response": is_set,
    "twisted.web._newclient:Response._bodyProtocol": is_set,
    f"{HTTP11}:_ResponseReader._request": is_set,
    "twisted.web._newclient:HTTPClientParser.connHeaders": is_set,
    "twisted.web._newclient:HTTPClientParser.bodyDecoder": is_there,
    "twisted.web._newclient:HTTPClientParser._transferDecoders": equals({b"chunked": _ChunkedTransferDecoder}),
    "twisted.web.http:_DataLoss": extends("builtins.Exception"),
    "twisted.web._newclient:HTTPClientParser.lineReceived": takes("line"),
    "twisted.web._newclient:HTTPClientParser.statusReceived": takes("status"),
    "twisted.web._newclient:HTTPClientParser.headerReceived": takes("name", "value"),
    "twisted.web._newclient:HTTPClientParser.allHeadersReceived": takes(),
    "twisted.web._newclient:HTTPClientParser.rawDataReceived": takes("data"),
    "twisted.web._newclient:HTTPClientParser._buffer": is_there,
    "twisted.web._newclient:HTTPClientParser.MAX_LENGTH": is_there,
    "twisted.web.http:_IdentityTransferDecoder.contentLength": is_there,
    f"{HTTP11}:_LenientHTTPClientParser": extends("twisted.web._newclient.HTTPClientParser"),
    "twisted.web._newclient:Request": is_there,
    "twisted.web._newclient:STATUS": equals("STATUS"),
    "twisted.web._newclient:HEADER": equals("HEADER"),
    "twisted.web._newclient:BODY": equals("BODY"),
    "scrapy.core.engine:ExecutionEngine.scraper": is_set,
    "scrapy.core.scraper:Scraper.slot": is_set,
    "scrapy.core.scraper:Slot.active_size": is_set,
    # fetch.py: items that come of no response
    "scrapy.core.scraper:Scraper._check_if_closing": takes(),
    "scrapy.core.scraper:Scraper.start_itemproc_async": takes("item"),
    # tls.py: what is wrong with a certificate
    "scrapy.core.downloader.contextfactory:_ScrapyClientContextFactory.from_crawler": takes("crawler"),
    "scrapy.core.downloader.contextfactory:_ScrapyClientContextFactory.creatorForNetloc": takes("hostname", "port"),
    "scrapy.core.downloader.contextfactory:_ScrapyClientContextFactory._verify_certificates": is_set,
    "scrapy.core.downloader.contextfactory:_ScrapyClientContextFactory._get_cert_options_kwargs": takes(),
    "twisted.protocols.tls:TLSMemoryBIOProtocol.failVerification": takes("reason"),
    "twisted.web.client:ResponseFailed.reasons": is_set,
    # browser.py
    "scrapy_playwright.handler:ScrapyPlaywrightDownloadHandler": extends(f"{HTTP11}.HTTP11DownloadHandler"),
    "scrapy_playwright.handler:ScrapyPlaywrightDownloadHandler.download_request": takes("request"),
    "scrapy_playwright.handler:ScrapyPlaywrightDownloadHandler._download_request_with_page": takes(
        "request", "page", "spider"
    ),
    "scrapy_playwright.handler:Config": takes(
        "cdp_url", "cdp_kwargs", "connect_url", "connect_kwargs", "browser_type_name", "launch_options"
    ),
    "scrapy_playwright.provider:PlaywrightBrowserProvider.config": is_set,
    "scrapy_playwright.provider:PlaywrightBrowserProvider.start": takes(),
    "scrapy_playwright.provider:PlaywrightBrowserProvider.launch_browser": takes(),
    "scrapy_playwright.provider:PlaywrightBrowserProvider.close": takes(),
}
"""By module and name, what each must be like."""


@pytest.mark.parametrize("name", CONTRACT)
def test_what_newsbot_relies_on_is_as_it_was(name: str) -> None:
    module, _, path = name.partition(":")
    try:
        owner: Any = importlib.import_module(module)
        *outer, last = path.split(".")
        for part in outer:
            owner = getattr(owner, part)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{name}: {error}", pytrace=False)
    if fault := CONTRACT[name](owner, last):
        pytest.fail(f"{name} {fault}", pytrace=False)


def test_scrapy_says_by_words_alone_that_there_are_too_many_redirects() -> None:
    crawler = get_crawler(settings_dict={"REDIRECT_MAX_TIMES": 1})
    request = Request("https://example.org/a", meta={"redirect_times": 1})
    with pytest.raises(IgnoreRequest) as lost:
        moved = Response(request.url, status=302, headers={"Location": "/b"})
        RedirectMiddleware.from_crawler(crawler).process_response(request, moved)
    assert outcome_of(lost.value)[1] == "too_many_redirects"


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "newsbot").rglob("*.py")):
        if "migrations" not in path.parts and path.name != "__main__.py":
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def is_downloader(module: str) -> bool:
    return module.startswith("newsbot.downloader.")


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in PUBLIC_ALL_THE_SAME


def of_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES


@cache
def assigned(kind: type) -> frozenset[str]:
    """Return the attributes that the methods of a class, or of what it extends, set on its objects."""
    names: set[str] = set()
    for base in kind.__mro__:
        if base.__module__ == "builtins" or base.__module__.startswith("zope"):
            continue
        names |= vars(base).get("__annotations__", {}).keys()
        for node in ast.walk(source_of(base)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node):
                names.add(node.attr)
    return frozenset(names)


def source_of(kind: type) -> ast.AST:
    """Return the class as it is written; nothing for one that a function has made."""
    nodes = ast.walk(parsed(inspect.getfile(kind)))
    return next((node for node in nodes if isinstance(node, ast.ClassDef) and node.name == kind.__name__), ast.Pass())


@cache
def parsed(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text("utf-8"))


def inherited(kind: type) -> set[str]:
    """Return the private names that a class of newsbot has from the libraries."""
    bases = [base for base in kind.__mro__ if of_library(base.__module__)]
    return {name for base in bases for name in {*vars(base), *assigned(base)} if is_private(name)}


def private_names(name: str, path: Path) -> Iterator[tuple[int, str]]:
    """Yield the private names of others that a module touches, with their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    own = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_own(node)}
    own |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and of_library(node.module or ""):
            hidden = any(map(is_private, (node.module or "").split(".")))
            yield from ((node.lineno, each.name) for each in node.names if hidden or is_private(each.name))
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and not is_own(node) and node.attr not in own:
            yield node.lineno, node.attr
    module = importlib.import_module(name)
    for kind in [node for node in tree.body if isinstance(node, ast.ClassDef)]:
        theirs = inherited(getattr(module, kind.name))
        for node in ast.walk(kind):
            touched = getattr(node, "attr", None) or (getattr(node, "name", None) if is_method(node) else None)
            if touched in theirs:
                yield node.lineno, str(touched)  # type: ignore[attr-defined]


def is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def test_no_module_outside_the_downloader_touches_a_private_name() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{line}: {touched}"
        for name, path in modules()
        if not is_downloader(name)
        for line, touched in private_names(name, path)
    ]
    assert faults == []


def test_every_private_name_that_the_downloader_touches_is_in_the_contract() -> None:
    touched = {each for name, path in modules() if is_downloader(name) for _, each in private_names(name, path)}
    named = {part for row in CONTRACT for part in row.rpartition(":")[2].split(".")}
    assert touched - named == set()
    assert {each for each in named if is_private(each)} - touched == set(), "no longer needed"
