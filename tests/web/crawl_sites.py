"""Crawl several sites with the spider `site` in one process, each into an output folder of its own.

    python crawl_sites.py ADDRESS OUTPUT [ADDRESS OUTPUT ...] [-- NAME=VALUE ...]

Prints the exit status that `scrapy crawl site` would have had, one a line. It is for the tests alone, which would
otherwise start a Python for every site.
"""

from __future__ import annotations

import sys

from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.utils.project import get_project_settings

from newsbot.commands._base import quiet_libraries
from newsbot.extensions.collection import Collection


def crawl(sites: dict[str, str], given: dict[str, str]) -> list[int]:
    """Crawl sites (address -> output folder) at the same time and return their exit statuses."""
    settings = get_project_settings()
    settings.update(given, priority="cmdline")
    process = CrawlerProcess(settings)
    quiet_libraries()
    crawlers: list[Crawler] = []
    for url, output in sites.items():
        process.settings.set("NEWSBOT_OUTPUT", output, priority="cmdline")
        crawlers.append(process.create_crawler("site"))
        process.crawl(crawlers[-1], url=url)
    process.start()
    collections = [crawler.get_extension(Collection) for crawler in crawlers]
    return [int(collection.exit_status) if collection else 1 for collection in collections]


if __name__ == "__main__":
    places, _, settings = " ".join(sys.argv[1:]).partition(" -- ")
    words = places.split()
    for status in crawl(
        dict(zip(words[::2], words[1::2], strict=True)), dict(setting.split("=", 1) for setting in settings.split())
    ):
        print(status)
