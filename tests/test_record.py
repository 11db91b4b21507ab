"""The record's contract, its dictionary and its schema cannot part."""

import dataclasses
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from conftest import NOW, ROOT, collected
from sqlalchemy import Engine
from stocked import chosen

from newsbot import settings
from newsbot.export.record import DUPLICATE_FIELDS, FIELDS, LATER_FIELDS, NAMES, contract, schema, to_record
from newsbot.items import Article
from newsbot.store import articles
from newsbot.store.documents import article_from
from newsbot.store.ledger import Entry


@pytest.mark.parametrize("path", contract(ROOT), ids=lambda path: path.name)
def test_schema_and_dictionary_are_as_the_field_list_says(path: Path) -> None:
    assert path.read_text("utf-8") == contract(ROOT)[path], "run `make schema`"


def test_the_record_has_every_field_of_an_article_and_no_other() -> None:
    fields = [field.name for field in dataclasses.fields(Article)]
    assert list(NAMES) == fields
    assert fields == settings.FEED_EXPORT_FIELDS


@pytest.fixture
def document(engine: Engine) -> dict[str, Any]:
    """Return an article as the store keeps it."""
    brought = collected(text_confidence=LATER_FIELDS["text_confidence"])
    articles.save(engine, brought, Entry("r", "example", brought.aliases[0], "feed", "example.org/a"), now=NOW)
    (document,) = chosen(engine)
    return document


def test_a_record_is_valid_and_a_broken_one_is_not(document: dict[str, Any]) -> None:
    record = orjson.loads(orjson.dumps(to_record(document)))
    validator = jsonschema.Draft202012Validator(schema())
    validator.validate(record)
    for name in NAMES:
        broken = {key: value for key, value in record.items() if key != name}
        assert not validator.is_valid(broken), f"{name} is required"
    for change in (
        {"title": ""},
        {"kind": "advert"},
        {"published": "yesterday"},
        {"extra": 1},
        {"similarity": 1},
    ):
        assert not validator.is_valid({**record, **change}), change


def test_what_an_earlier_newsbot_stored_is_read_and_exported(document: dict[str, Any]) -> None:
    earlier = {name: value for name, value in document.items() if name not in LATER_FIELDS}
    assert article_from(earlier) == article_from(document)
    assert to_record(earlier) == document


def test_every_field_is_explained() -> None:
    assert all(len(field.meaning) > 10 for field in (*FIELDS, *DUPLICATE_FIELDS))
