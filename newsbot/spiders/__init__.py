"""The spiders: news (all sources), site (one site, found by itself), archive (WARC files)."""

from __future__ import annotations

from importlib import import_module
from typing import Self

from scrapy import Request, Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.spider import iter_spider_classes

OWN = ("archive", "news", "site")
"""The spiders of newsbot, each in a module of its name."""

Names = list[str]


class SpidersByName:
    """Loads a spider when it is asked for (SPIDER_LOADER_CLASS).

    Scrapy's own loader imports every spider, and all that it works with, to tell their names. Spiders in other modules
    of SPIDER_MODULES are left to it.
    """

    def __init__(self, settings: BaseSettings) -> None:
        modules = settings.getlist("SPIDER_MODULES")
        others = {**settings, "SPIDER_MODULES": [module for module in modules if module != __name__]}
        self._others = SpiderLoader(BaseSettings(others))
        self._own = OWN if __name__ in modules else ()

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        return cls(settings)

    def load(self, spider_name: str) -> type[Spider]:
        if spider_name not in self._own:
            return self._others.load(spider_name)
        module = import_module(f"{__name__}.{spider_name}")
        return next(spider for spider in iter_spider_classes(module) if spider.name == spider_name)

    def list(self) -> Names:
        return [*self._own, *self._others.list()]

    def find_by_request(self, request: Request) -> Names:
        return [name for name in self.list() if self.load(name).handles_request(request)]
