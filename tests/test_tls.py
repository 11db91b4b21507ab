"""Certificates are verified, but for the hosts of sources that say otherwise; TLS that flaps loses nothing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from certificates import issued, issuer, self_signed
from conftest import lines_of, run_scrapy, sources_file
from hostile_web import HostileWeb, hostile_web, rss
from local_web import article_page

from newsbot.sources import Source, exemptions_of

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=1", "-s", "NEWSBOT_EXTRACT_WORKERS=0")


def test_bad_certificates_are_refused_by_name_and_taken_where_the_source_says_so(tmp_path: Path) -> None:
    trusted = issuer(tmp_path)
    certificates = {
        "good": issued(trusted),
        "expired": issued(trusted, days=-5),
        "other": issued(trusted, host="127.0.0.2"),
        "own": self_signed(tmp_path),
        "old-taken": issued(trusted, days=-5),
        "own-taken": self_signed(tmp_path),
        "other-taken": issued(trusted, host="127.0.0.2"),
        "flapping": issued(trusted),
    }
    with ExitStack() as stack:
        webs: dict[str, HostileWeb] = {}
        articles: dict[str, str] = {}
        for name, certificate in certificates.items():
            web = webs[name] = stack.enter_context(hostile_web(certificate, flaps=name == "flapping"))
            articles[name] = web.page("/a", article_page(f"News of {name}", f"the {name} harbour"))
            web.page("/feed", rss([articles[name]]), "Content-Type: application/rss+xml")
        refused = {"expired": "expired", "other": "not that of 127.0.0.1", "own": "self-signed"}
        links = [articles["good"], *(articles[name] for name in refused)]
        webs["good"].page("/feed", rss(links), "Content-Type: application/rss+xml")
        sources: dict[str, dict[str, object]] = {
            name: {"home": f"{web.base}/", "feeds": [f"{web.base}/feed"]} for name, web in webs.items()
        }
        for name in sources:
            if name.endswith("-taken"):
                sources[name]["verify_certificates"] = False
        file = sources_file(tmp_path, **sources)
        output = tmp_path / "output"
        run = run_scrapy(output, "crawl", "news", "-a", f"sources={file}", *FAST, SSL_CERT_FILE=str(trusted.path))
    assert run.returncode == 3, run.stderr
    assert "Traceback" not in run.stderr
    assert {line["source"] for line in lines_of(output, "articles")} == set(certificates) - set(refused)
    dropped = {
        line["url"]: (line["reason"], line["detail"]) for line in lines_of(output, "coverage", "*/*.dropped.jsonl")
    }
    assert dropped == {articles[name]: ("certificate", fault) for name, fault in refused.items()}
    notes = {line["source"]: line["notes"] for line in lines_of(output, "coverage") if "notes" in line}
    for name, fault in refused.items():
        assert any(f"certificate: {fault}" in note for note in notes[name]), notes
        assert webs[name].asked == []


def test_a_host_of_two_sources_is_verified_if_one_of_them_wants_it() -> None:
    lax = Source(name="lax", home="https://a.example/", feeds=["https://b.example:8443/"], verify_certificates=False)
    assert exemptions_of([lax]).unverified == {("a.example", 443), ("b.example", 8443)}
    strict = Source(name="strict", home="https://a.example/politics")
    assert exemptions_of([lax, strict]).unverified == {("b.example", 8443)}
