"""What analysts read: the record, and the files that hold it."""

from newsbot.export.record import NAMES, to_record

__all__ = ["NAMES", "to_record"]
