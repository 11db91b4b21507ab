"""Every setting of newsbot, its default and its reason. Scrapy's own names follow Scrapy's manual.

In this order: what a run reads and writes, what it takes on, what it knows already, its manners, its bounds,
extraction, the components that all of this is made of, and what a run prints.

Change one for a run with ``-s NAME=VALUE``. Those whose names begin with NEWSBOT_ are read from the environment too,
for cron and containers, and from the project's .env (newsbot.project).
"""

import sys

from newsbot import __version__, project
from newsbot.process import UsageError

BOT_NAME = "newsbot"
SPIDER_MODULES = ["newsbot.spiders"]
NEWSPIDER_MODULE = "newsbot.spiders"
SPIDER_LOADER_CLASS = "newsbot.spiders.SpidersByName"
COMMANDS_MODULE = "newsbot.commands"

# --- What a run reads and writes -----------------------------------------------------------------
# Folder of all files that runs write.
NEWSBOT_OUTPUT = "output"
# The store. Empty: SQLite in the output folder. PostgreSQL: postgresql://user@host/name
NEWSBOT_DATABASE_URL = ""
# The sources file of `crawl news`. Empty: the one that ships with newsbot.
NEWSBOT_SOURCES = ""
# Whom to tell what is wrong with the sources: addresses of apprise (mailto://, slack://, tgram://, json:// ...) or
# programs (exec:/usr/local/bin/page-me), parted by blanks. docs/monitoring.md.
NEWSBOT_ALARMS = ""
# Metrics for Prometheus (the extra metrics): a file that every run writes at its end, such as
# /var/lib/node_exporter/newsbot.prom; and the port of this machine that a crawl serves them at meanwhile, 0: none.
NEWSBOT_METRICS_FILE = ""
NEWSBOT_METRICS_PORT = 0
# Many machines: where the queue of sources is (RabbitMQ), and its name.
NEWSBOT_BROKER_URL = "amqp://guest:guest@127.0.0.1:5672//"
NEWSBOT_QUEUE = "newsbot"
# Copies of a known article: in files of their own (separate), among the articles (inline), in no file (drop).
NEWSBOT_DUPLICATES = "separate"
# Seconds for which a source has to be done before its articles are put into a file while the run goes on, so that slow
# sources hold up no others; a shorter run has one file. 0: all at the end.
NEWSBOT_DELIVER_AFTER = 10.0
# Pages as they came, request and answer, are kept in this folder (WARC, docs/archives.md). Empty: they are not.
NEWSBOT_ARCHIVE = ""
# Megabytes of one of its files, and gigabytes of the whole folder, whose oldest files go then. 0 GB: no bound.
NEWSBOT_ARCHIVE_FILE_MB = 1000.0
NEWSBOT_ARCHIVE_MAX_GB = 0.0
# Whether a crawl ends where its pages cannot be archived (a full disk); otherwise it says so, and goes on.
NEWSBOT_ARCHIVE_REQUIRED = False
# The page that shows how the collection stands, which every run writes: a path in the output folder. Empty: none.
NEWSBOT_REPORT = "report.html"
# Whether records say what cleaning removed.
NEWSBOT_EXPORT_REMOVED = True
# -o and -O write the fields of the record (docs/data.md), in its order.
FEED_EXPORT_FIELDS = [
    "id", "url", "source", "site_name", "title", "authors", "published", "published_at", "published_day", "modified",
    "modified_at", "published_precision", "language", "section", "tags", "image", "summary", "text", "word_count",
    "text_confidence", "kind", "paywalled", "opt_outs", "agency", "content_hash", "previous_hash", "revision", "change",
    "cluster_id", "discovered_via", "first_seen", "fetched_at", "run_id", "extractor", "origins", "removed", "schema",
]  # fmt: skip
FEED_EXPORT_ENCODING = "utf-8"
FEED_EXPORTERS = {"parquet": "newsbot.extensions.parquet_feed.ParquetItemExporter"}

# --- How much a run takes on ---------------------------------------------------------------------
# New candidates a source and run, newest first; the rest stays for the next run. 0: no bound.
NEWSBOT_MAX_NEW = 2000
# What one source may cost a run: pages of articles that are asked for, seconds from the first request to it on, bytes
# of answers. The rest waits for the next run, on the frontier. 0: no bound. A source may state its own (max_pages).
NEWSBOT_SOURCE_PAGES = 0
NEWSBOT_SOURCE_SECONDS = 0.0
NEWSBOT_SOURCE_BYTES = 0
# Sub-sitemaps read a source and run, newest first.
NEWSBOT_MAX_SITEMAPS = 50
# Pages of one article that are joined.
NEWSBOT_MAX_ARTICLE_PAGES = 20
# Pages read of one section (its pagination followed).
NEWSBOT_MAX_SECTION_PAGES = 5
# Pages read of a site's archive, and of each of its sections, by a backfill (crawl site -a since=...).
NEWSBOT_MAX_ARCHIVE_PAGES = 500
# Seconds after which a run ends, in good order and within a few seconds more; the next one goes on. 0: when it is done.
NEWSBOT_RUN_TIMEOUT = 0.0
# How often listings are asked (crawl news -a due=1), in minutes: between the first two, and there as soon as the
# articles that are expected to be waiting have waited so long together as a request is worth. Less: fresher, more
# requests. docs/decisions/0018-freshness.md.
NEWSBOT_POLL_MIN = 5.0
NEWSBOT_POLL_MAX = 360.0
NEWSBOT_POLL_PRICE = 11.0

# --- What is known already -----------------------------------------------------------------------
# When `crawl news` looks at an article again, in hours after it was first seen. Most corrections come soon. []: never.
NEWSBOT_REVISIT_HOURS = [1, 6, 24, 72]
# When what came to nothing is tried again, in hours after it first did: pages that were rejected while they are young,
# addresses that could not be fetched. A site that is broken for an hour, or announces a story before its page is there,
# is mended soon. []: what was rejected never is.
NEWSBOT_RETRY_REJECTED_HOURS = [1, 6, 24, 72]
# How long copies with other words are recognised, which takes half a kilobyte an article; the same words and the
# same address always are. 0: for ever.
NEWSBOT_REMEMBER_DAYS = 90
# How long the store keeps the texts of articles and the index of their words, most of what it has. Addresses, facts and
# hashes stay, so that no article comes twice. At least NEWSBOT_REMEMBER_DAYS. 0: for ever.
NEWSBOT_KEEP_TEXTS_DAYS = 0
# How long it is kept what each address came to in each run (scrapy explain); output/coverage has what came to nothing.
NEWSBOT_KEEP_LEDGER_DAYS = 90
# How long it is kept what each run and each day came to, source by source: a year, and the month of the year before.
NEWSBOT_KEEP_RUNS_DAYS = 400
# How long the files of runs are kept, by whole days. They are yours: 0, for ever, unless you say otherwise.
NEWSBOT_KEEP_FILES_DAYS = 0
# How long pages are kept in the archive, by whole days. 0: for ever.
NEWSBOT_KEEP_ARCHIVE_DAYS = 0
# The ledger sees to it that an address is fetched once. Scrapy's filter would also drop, without a word,
# what two addresses redirect to.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

# --- Good manners --------------------------------------------------------------------------------
# A page or address where the people of a site can reach you.
NEWSBOT_CONTACT = ""
# Where NEWSBOT_CONTACT is set, the spiders put it behind this: newsbot/0.1.0 (+https://example.org/bot)
USER_AGENT = f"newsbot/{__version__}"
ROBOTSTXT_USER_AGENT = "newsbot"
ROBOTSTXT_OBEY = True
# Scrapy's default takes the name in a robots.txt for the beginning of a crawler's, and reads no Request-rate.
ROBOTSTXT_PARSER = "newsbot.downloader.robotstxt.RobotRules"
# Leave out what a publisher reserves from text and data mining; the opt-outs are in the record either way.
NEWSBOT_RESPECT_TDM = False
# One host gets one request at a time, about a second apart; many hosts are asked at once.
DOWNLOAD_DELAY = 1.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 128
# Seconds that a run waits when a host asks for it (Retry-After); what takes longer is left to later runs.
NEWSBOT_MAX_WAIT = 60.0
# Seconds that one host may cost a run in vain: rests, time-outs, failures (a second each at least); an answer earns a
# second back. Then what is left of the host waits for the next run. 0: no bound.
NEWSBOT_PATIENCE = 60.0
# One more try at once; what fails again is tried by later runs.
RETRY_TIMES = 1
# Not what timed out: that has taken DOWNLOAD_TIMEOUT already.
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
]
# Without 429 and 503, of which RetryAfterMiddleware knows more.
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
# What breaks off is looked at before it is given up: a feed's beginning names articles, and lengths may be wrong.
DOWNLOAD_FAIL_ON_DATALOSS = False
DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

# --- Bounds on what a site can do to a run -------------------------------------------------------
# Scrapy's default is 1 GiB; the largest sitemap allowed by sitemaps.org is 50 MB.
DOWNLOAD_MAXSIZE = 52_428_800
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 8
DNS_TIMEOUT = 10
# Look-ups wait in threads, one for every request under way: DNS_TIMEOUT is the name server's, and no wait for others.
REACTOR_THREADPOOL_MAXSIZE = CONCURRENT_REQUESTS
# Bytes of pages at work above which nothing new is asked for; with Scrapy's 5 MB, one page could stop the whole crawl.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 12_582_912
# Scrapy starts so many tasks for every response, whether or not it has items; a page is one item.
CONCURRENT_ITEMS = 1

# --- Extraction ----------------------------------------------------------------------------------
# Who makes the text. auto: newsbot, which asks trafilatura and the page's other witnesses where it doubts; trafilatura:
# trafilatura alone. Fields, rejections and cleaning are newsbot's either way.
NEWSBOT_EXTRACTOR = "auto"
# Options of trafilatura, where it makes the text: {"favor_recall": True}; with -s as JSON, {"favor_recall": true}.
NEWSBOT_TRAFILATURA: dict[str, object] = {}
# Worker processes; -1: one a core, 0: none, in the crawl's own process.
NEWSBOT_EXTRACT_WORKERS = -1
# Seconds for one page; then its worker is killed and the page is rejected.
NEWSBOT_EXTRACT_TIMEOUT = 20.0
# Pages that need JavaScript (sources with render = true): the browser's program. Empty: the Chromium or Chrome that is
# installed.
NEWSBOT_CHROMIUM = ""

# --- What all of this is made of -----------------------------------------------------------------
# Hosts take turns; the requests of a slow one wait outside the downloader, where they hold up nobody.
SCHEDULER_PRIORITY_QUEUE = "newsbot.downloader.politeness.HostQueue"
# On the way out, from first to last. The first of the two is Scrapy's own to fill, and its linter would leave it so
# (SCP33); but Scrapy loads what is set to None there all the same, which takes a fifth of the start of a crawl. Cookies
# make articles differ from visit to visit: there are none but within a chain of redirects.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": 300,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": 900,
}
DOWNLOADER_MIDDLEWARES = {
    "newsbot.downloader.ssrf.PrivateAddressMiddleware": 60,
    "newsbot.downloader.politeness.RetryAfterMiddleware": 70,
    "newsbot.downloader.robotstxt.RobotsMiddleware": 100,
    "newsbot.downloader.tdmrep.ReservationMiddleware": 110,
    "newsbot.downloader.redirects.ChainMiddleware": 580,
    "newsbot.downloader.fetch.AnswerMiddleware": 590,
    "newsbot.downloader.exchanges.ExchangeMiddleware": 600,
    "newsbot.downloader.ssrf.ConnectionMiddleware": 610,
}
DOWNLOADER = "newsbot.downloader.politeness.HostDownloader"
# A page can ask for the web alone: nothing of newsbot reads files, FTP, S3 or data: addresses.
DOWNLOAD_HANDLERS = {
    "http": "newsbot.downloader.http.BoundedDownloadHandler",
    "https": "newsbot.downloader.http.BoundedDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
SPIDER_MIDDLEWARES = {"newsbot.extensions.collection.Start": 0}
# The way of a page, once a spider has it.
ITEM_PIPELINES = {
    "newsbot.pipelines.ArticlePipeline": 100,
    "newsbot.pipelines.StorePipeline": 300,
}
# Likewise: Scrapy's telnet console and remote control, through which code can be run in a crawl, are not even loaded.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.spiderstate.SpiderState": 0,
}
EXTENSIONS = {
    "newsbot.extensions.collection.Collection": 0,
    "newsbot.extensions.log.EscapedLog": 0,
    "newsbot.downloader.politeness.CrawlDelay": 0,
    "newsbot.downloader.ending.Ending": 0,
    "newsbot.extensions.progress.Progress": 0,
    "newsbot.extensions.stats.Stats": 0,
    "newsbot.extensions.endpoint.Endpoint": 0,
    "newsbot.downloader.politeness.PoliteThrottle": 0,
}

# --- What a run prints ---------------------------------------------------------------------------
LOG_LEVEL = "INFO"
LOG_FORMATTER = "newsbot.extensions.log.ItemNames"
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False

# --- What the environment says of all this -------------------------------------------------------
# In lower case, so that neither is a setting: of which kind each is, and which are meant from the project's folder.
kinds = {name: type(value) for name, value in vars().items() if name.startswith("NEWSBOT_")}
paths = ("NEWSBOT_OUTPUT", "NEWSBOT_DATABASE_URL", "NEWSBOT_SOURCES", "NEWSBOT_METRICS_FILE", "NEWSBOT_ARCHIVE")
try:
    project.load_environment(kinds)
except UsageError as error:  # whoever reads settings, be it Scrapy, has no better use for it
    print(error, file=sys.stderr)
    sys.exit(error.exit_status)
globals().update(project.stated(vars(), paths))
