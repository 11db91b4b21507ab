"""Lets this process live at another time.

With this folder on PYTHONPATH, Python imports this file when it starts:

    SECONDS_AHEAD=86400 scrapy crawl news

is a crawl of tomorrow: what Python code is told of date and time is so far ahead, in its worker processes too. Timers
are left alone, as they go by the monotonic clock. docs/decisions/0037-a-year.md tells what else was tried.
"""

from __future__ import annotations

import os
import time

import time_machine

if _ahead := os.environ.get("SECONDS_AHEAD"):
    time_machine.travel(time.time() + float(_ahead)).start()
