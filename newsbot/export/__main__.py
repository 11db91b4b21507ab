"""``python -m newsbot.export``: write the schema and the dictionary anew from the list of fields."""

from pathlib import Path

from newsbot.export.record import contract

for path, text in contract(Path(__file__).parents[2]).items():
    path.write_text(text, encoding="utf-8")
