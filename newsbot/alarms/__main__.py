"""``python -m newsbot.alarms``: delivers one digest to a service of apprise, both as JSON on standard input."""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson
from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, OverflowMode, PersistentStoreMode


def main(given: dict[str, Any]) -> int:
    """Deliver a digest and return the exit status; why it was not is the last line on stderr."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    asset = AppriseAsset(app_id="newsbot", app_desc="newsbot", storage_mode=PersistentStoreMode.MEMORY)
    service = Apprise.instantiate(given["address"], asset=asset)
    if service is None:
        return 1
    if "overflow=" not in given["address"]:
        service.overflow_mode = OverflowMode.TRUNCATE  # one message of a chat, not a dozen
    channel = Apprise(service, asset=asset)
    gravity, text = NotifyType(given["gravity"]), NotifyFormat.TEXT
    is_told = channel.notify(given["text"], title=given["subject"], notify_type=gravity, body_format=text)
    return 0 if is_told else 1


if __name__ == "__main__":
    sys.exit(main(orjson.loads(sys.stdin.buffer.read())))
