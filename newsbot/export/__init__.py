"""What analysts read: the record, and the files that hold it."""

from newsbot.export.record import NAMES, to_record
from newsbot.export.run_files import deliver, paths_of

__all__ = ["NAMES", "deliver", "paths_of", "to_record"]
