"""What analysts read: the record, and the files that hold it."""

from newsbot.export.deliver import deliver, paths_of
from newsbot.export.record import NAMES, to_record

__all__ = ["NAMES", "deliver", "paths_of", "to_record"]
