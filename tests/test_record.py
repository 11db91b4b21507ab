"""The record's contract, its dictionary and its schema cannot part."""

import dataclasses
from pathlib import Path

import jsonschema
import orjson
import pytest
from conftest import NOW, ROOT, make_article

from newsbot.export.record import DUPLICATE_FIELDS, FIELDS, NAMES, contract, schema, to_record
from newsbot.items import Article


@pytest.mark.parametrize("path", contract(ROOT), ids=lambda path: path.name)
def test_schema_and_dictionary_are_as_the_field_list_says(path: Path) -> None:
    assert path.read_text("utf-8") == contract(ROOT)[path], "run `make schema`"


def test_the_record_has_every_field_of_an_article_and_no_other() -> None:
    fields = [field.name for field in dataclasses.fields(Article)]
    assert [*NAMES, "aliases", "next_page"] == fields


def test_a_record_is_valid_and_a_broken_one_is_not() -> None:
    document = dataclasses.asdict(make_article(first_seen=NOW, run_id="r", discovered_via="feed"))
    document |= {"content_hash": "0" * 64, "cluster_id": document["id"]}
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


def test_every_field_is_explained() -> None:
    assert all(len(field.meaning) > 10 for field in (*FIELDS, *DUPLICATE_FIELDS))
