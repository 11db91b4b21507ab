"""No address inside is let through, however it is written and whatever a name resolves to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from newsbot.downloader.errors import Skipped
from newsbot.downloader.ssrf import PublicResolver, check_redirect, check_url
from newsbot.sources import Source, exemptions_of
from newsbot.web.endpoints import Endpoint, endpoint_of

INSIDE = """
    127.0.0.1 127.0.0.1. 127.1 127.000.000.001 2130706433 017700000001 0x7f000001 0x7f.0.0.1 0177.0.0.1 0 0.0.0.0
    localhost LOCALHOST localhost. a.localhost printer.local metadata.google.internal ip6-localhost router.home.arpa
    10.0.0.1 172.16.0.1 192.168.1.1 100.64.0.1 169.254.169.254 2852039166 0xa9fea9fe 100.100.100.200 168.63.129.16
    192.0.2.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 %31%32%37.0.0.1 １２７.0.0.1 127。0。0。1 ①②⑦.0.0.1
    [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [fe80::1] [fe80::1%25eth0] [fc00::1]
    [fd00:ec2::254] [64:ff9b::7f00:1] [64:ff9b:1::1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [ff02::1] [fec0::1]
""".split()  # noqa: SIM905 (so that it can be read)


@pytest.mark.parametrize("host", INSIDE)
def test_every_form_of_an_address_inside_is_refused(host: str) -> None:
    for url in (f"http://{host}/a", f"https://{host}:8443/", f"http://example.org@{host}/", f"http://u:p@{host}:80/"):
        with pytest.raises(Skipped) as refused:
            check_url(url, frozenset())
        assert refused.value.reason == "private_address", url


def test_the_web_is_let_through() -> None:
    for host in (
        "example.org",
        "93.184.216.34",
        "[2606:4700:4700::1111]",
        "[64:ff9b::5db8:d822]",
        "localhost.example.org",
    ):
        check_url(f"https://{host}/", frozenset())
        check_url(f"https://127.0.0.1@{host}/", frozenset())


def test_a_named_host_is_let_in_at_its_port_alone() -> None:
    named = frozenset({("127.0.0.1", 8600)})
    check_url("http://127.0.0.1:8600/a", named)
    check_url("http://2130706433:8600/a", named)
    for url in ("http://127.0.0.1/", "http://127.0.0.1:8601/", "http://127.0.0.2:8600/", "http://localhost:8600/"):
        with pytest.raises(Skipped):
            check_url(url, named)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "ftp://example.org/a", "data:text/html,<p>a", "javascript:alert(1)",
        "gopher://127.0.0.1:6379/_FLUSHALL", "http://[::1", "http://example.org:port/", "s3://bucket/key",
        "https://example.org/" + "a" * 20_000,
    ],
)  # fmt: skip
def test_redirects_to_what_is_no_web_address_are_refused_by_name(location: str) -> None:
    with pytest.raises(Skipped) as refused:
        check_redirect("https://example.org/", location)
    assert refused.value.reason == "bad_url"
    assert len(refused.value.detail) < 300


class Answers:
    """A resolver whose answers to one name change from question to question."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, _name: str, port: int = 0, *_: Any) -> None:  # noqa: N802
        kind = IPv6Address if ":" in self.answers[0] else IPv4Address
        receiver.addressResolved(kind("TCP", self.answers.pop(0), port))
        receiver.resolutionComplete()


def resolved(resolver: PublicResolver, host: str, port: int) -> list[str]:
    """Return the addresses that a connection to a host would be tried at."""
    given: list[str] = []
    receiver = SimpleNamespace(
        addressResolved=lambda address: given.append(address.host), resolutionComplete=lambda: None
    )
    resolver.resolveHostName(receiver, host, port)
    return given


def test_a_name_that_resolves_differently_the_second_time_is_caught_at_the_connection() -> None:
    resolver = PublicResolver(Answers("93.184.216.34", "127.0.0.1", "::ffff:10.0.0.1", "93.184.216.34"))
    assert [resolved(resolver, "turning.example", 443) for _ in range(4)] == [
        ["93.184.216.34"],
        [],
        [],
        ["93.184.216.34"],
    ]
    assert resolver.refused == {("turning.example", 443): "::ffff:10.0.0.1"}


class Crawl:
    def __init__(self, *named: Endpoint) -> None:
        self.named = named

    def may_be_private(self, host: str, port: int) -> bool:
        return (host, port) in self.named


def test_a_host_that_may_be_inside_is_so_at_its_port_and_never_at_cloud_metadata() -> None:
    metadata = ("169.254.169.254", "::ffff:169.254.169.254", "100.100.100.200", "fd00:ec2::254")
    resolver = PublicResolver(Answers("10.0.0.7", "10.0.0.7", *metadata, "127.0.0.1", "169.254.1.1"))
    crawl = Crawl(("news.corp.example", 80), ("127.0.0.1", 8600), ("169.254.1.1", 80))
    resolver.add(crawl)  # type: ignore[arg-type]
    assert resolved(resolver, "news.corp.example", 80) == ["10.0.0.7"]
    assert resolved(resolver, "news.corp.example", 8080) == []
    assert [resolved(resolver, "news.corp.example", 80) for _ in metadata] == [[]] * len(metadata)
    assert resolved(resolver, "127.0.0.1", 8600) == ["127.0.0.1"]
    assert resolved(resolver, "169.254.1.1", 80) == ["169.254.1.1"], "its very number is named"


def test_naming_a_public_name_does_not_let_its_owner_lead_inside() -> None:
    homes = {
        "by-number": "http://10.0.0.7/", "localhost": "http://localhost:8000/", "intranet": "https://newsroom/",
        "own": "http://news.internal/", "public": "https://news.example.org/",
    }  # fmt: skip
    exempt = exemptions_of(Source(name=name, home=home) for name, home in homes.items()).private_network
    assert exempt == {
        ("10.0.0.7", 80),
        ("localhost", 8000),
        ("newsroom", 443),
        ("news.internal", 80),
    }
    feed = "https://feeds.example.org:8443/a"
    corporate = Source(name="public", home=homes["public"], feeds=[feed], private_network=True)
    assert exemptions_of([corporate]).private_network == {("news.example.org", 443), ("feeds.example.org", 8443)}


def test_an_address_that_cannot_be_read_has_no_endpoint() -> None:
    assert endpoint_of("http://[::1") is None
    assert endpoint_of("http://0x7f.1:8600/") == ("127.0.0.1", 8600)
