"""What publishers reserve is in the record, and left out where the operator wants it so."""

from __future__ import annotations

from pathlib import Path

from conftest import lines_of, run_scrapy, sources_file
from local_web import article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")


def test_opt_outs_are_recorded_and_by_setting_obeyed(tmp_path: Path) -> None:
    with local_web() as web:
        urls = {
            name: web.put(f"/{name}", article_page(f"Money for the {name}", f"the {name}"))
            for name in ("harbour", "museum", "bridge", "theatre", "station", "airport")
        }
        for name, header in (
            ("museum", ("X-Robots-Tag", "otherbot: noarchive, newsbot: noai")),
            ("bridge", ("TDM-Reservation", "1")),
            ("station", ("X-Robots-Tag", "noimageai")),
        ):
            page = web.pages[f"/{name}"]
            assert not callable(page)
            picture = page[2].replace(b"</head>", b'<meta property="og:image" content="https://e.org/a.jpg"></head>')
            web.pages[f"/{name}"] = (200, {**page[1], header[0]: header[1]}, picture)
        page = web.pages["/airport"]
        assert not callable(page)
        meta = b'<meta name="robots" content="noarchive"></head>'
        web.pages["/airport"] = (*page[:2], page[2].replace(b"</head>", meta))
        web.put("/.well-known/tdmrep.json", '[{"location": "/theatre", "tdm-reservation": 1}]', "application/json")
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [web.feed("/feed", list(urls.values()))]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        run_scrapy(tmp_path / "all", *news)
        recorded = {line["url"]: line["opt_outs"] for line in lines_of(tmp_path / "all", "articles")}
        assert recorded == {
            urls["harbour"]: [],
            urls["museum"]: ["noai"],
            urls["bridge"]: ["tdm-reservation"],
            urls["theatre"]: ["tdm-reservation"],
            urls["station"]: ["noimageai"],
            urls["airport"]: ["noarchive"],
        }
        assert web.paths().count("/.well-known/tdmrep.json") == 1
        web.asked.clear()
        run_scrapy(tmp_path / "some", *news, "-s", "NEWSBOT_RESPECT_TDM=True")
        assert "/theatre" not in web.paths()
    kept = {line["url"]: line["image"] for line in lines_of(tmp_path / "some", "articles")}
    assert kept == {urls["harbour"]: None, urls["station"]: None}
    dropped = lines_of(tmp_path / "some", "coverage", "*/*.dropped.jsonl")
    assert {line["url"]: (line["outcome"], line["reason"]) for line in dropped} == {
        urls["museum"]: ("rejected", "tdm_reserved"),
        urls["bridge"]: ("rejected", "tdm_reserved"),
        urls["airport"]: ("rejected", "tdm_reserved"),
        urls["theatre"]: ("skipped", "tdm_reserved"),
    }
