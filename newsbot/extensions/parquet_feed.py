"""Parquet as a format of Scrapy's feeds: `scrapy crawl news -O news.parquet`, and FEEDS on any storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from itemadapter import ItemAdapter
from scrapy.exporters import BaseItemExporter

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

    from newsbot.export.record import Field


class ParquetItemExporter(BaseItemExporter):
    """Writes records with the columns and types of `scrapy export`, row group by row group.

    Fields are those that the feed names (``fields``, FEED_EXPORT_FIELDS), in its order; what the record has not is
    left out.
    """

    def __init__(self, file: BinaryIO, **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        self.file = file
        self.waiting: list[dict[str, Any]] = []
        self.characters = 0
        self.writer: ParquetWriter | None = None

    def start_exporting(self) -> None:
        """Open the table, which is a whole one though no record comes."""
        from newsbot.export.parquet import parquet_writer  # not above: pyarrow is an extra, and slow to load
        from newsbot.export.record import FIELDS

        known = {field.name: field for field in FIELDS}
        wanted = known if self.fields_to_export is None else self.fields_to_export
        self.fields: list[Field] = [known[name] for name in wanted if name in known]
        self.writer = parquet_writer(self.file, self.fields)

    def export_item(self, item: Any) -> None:
        """Take a record in, and write what waits once it is enough for a row group."""
        from newsbot.export.parquet import BATCH_CHARACTERS, BATCH_ROWS

        record = ItemAdapter(item).asdict()
        self.waiting.append(record)
        self.characters += len(record.get("text") or "")
        if len(self.waiting) >= BATCH_ROWS or self.characters >= BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Write what waits as a row group."""
        from newsbot.export.parquet import arrow_table

        assert self.writer is not None
        if self.waiting:
            self.writer.write_table(arrow_table(self.waiting, self.fields))
        self.waiting, self.characters = [], 0

    def finish_exporting(self) -> None:
        """Write the rest, and what makes it a table."""
        if self.writer is not None:
            self.flush()
            self.writer.close()
            self.writer = None
