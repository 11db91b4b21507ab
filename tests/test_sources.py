"""A sources file is read whole or refused with every fault named."""

from pathlib import Path

import pytest
from conftest import not_hanging, sources_file

from newsbot.sources import MAX_NAME, Source, SourcesError, load_sources, source_name
from newsbot.spiders.site import SiteSpider


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_fault_is_named_with_its_line_and_field(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
[[source]]
name = "Bad Name"
home = "ftp://example.org"

[[source]]
name = "good"
home = "https://example.org/"
feedz = ["https://example.org/feed"]
delay = -1
verify_certificates = "no"
deny = ["["]

[[source]]
home = "https://example.net/"
""",
    )
    with pytest.raises(SourcesError) as caught:
        load_sources(path)
    faults = {line.removeprefix(f"{path}:").split(": ")[0] for line in str(caught.value).splitlines()}
    assert faults == {"3", "4", "9", "10", "11", "12", "14"}
    assert ":9: feedz: no such field; allowed: name, title, home" in str(caught.value)
    assert ":4: home: must be an http:// or https:// address, not 'ftp://example.org'" in str(caught.value)
    assert ":11: verify_certificates: Input should be a valid boolean, not 'no'" in str(caught.value)
    assert ":14: name: is required" in str(caught.value)


def test_two_sources_cannot_share_a_name(tmp_path: Path) -> None:
    entry = '[[source]]\nname = "a"\nhome = "https://example.org/"\n'
    with pytest.raises(SourcesError, match=r":5: name: 'a' is taken by the source of line 2"):
        load_sources(write(tmp_path, entry + entry))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected one or more"),
        ("[source]\nname = 'a'", "expected one or more"),
        ("[[source]\n", "not valid TOML"),
        ("[[sources]]\nname = 'a'", "found sources"),
    ],
)
def test_what_is_no_sources_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourcesError, match=message):
        load_sources(write(tmp_path, text))


def test_a_missing_file_and_an_unknown_name_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match="cannot be read"):
        load_sources(tmp_path / "none.toml")
    path = write(tmp_path, '[[source]]\nname = "a"\nhome = "https://example.org/"\n')
    with pytest.raises(SourcesError, match="no source is named b; there are: a"):
        load_sources(path, only=["b"])
    assert [source.name for source in load_sources(path, only=["a"])] == ["a"]


def test_without_listings_the_home_page_is_the_section() -> None:
    assert Source(name="a", home="https://example.org/").listings() == [("section", "https://example.org/")]


def test_allow_and_deny_patterns_decide_on_addresses() -> None:
    source = Source(name="a", home="https://example.org/", allow=["/news/"], deny=["/news/video/"])
    assert source.refuses("https://example.org/news/1") is None
    assert source.refuses("https://example.org/news/video/1") == "denied_by_pattern"
    assert source.refuses("https://example.org/shop/1") == "not_allowed_by_pattern"


def test_many_outlets_of_many_countries_ship_with_newsbot_and_a_few_are_the_start() -> None:
    outlets = load_sources()
    assert len(outlets) >= 150
    assert len({outlet.country for outlet in outlets}) >= 30
    assert all(outlet.title and outlet.language and outlet.country in outlet.tags for outlet in outlets)
    assert not {outlet.country for outlet in outlets} & {"uk", "en", "eu"}, "ISO 3166 codes"
    starter = load_sources(tags=["starter"])
    assert 10 <= len(starter) <= 40
    assert len({outlet.language for outlet in starter}) >= 10


def test_a_tag_chooses_and_a_strange_tag_is_said_plainly(tmp_path: Path) -> None:
    blocks = [f'[[source]]\nname = "{n}"\nhome = "https://{n}.org/"\ntags = ["{t}"]\n' for n, t in ("ax", "by", "cx")]
    path = write(tmp_path, "\n".join(blocks))
    assert [source.name for source in load_sources(path, tags=["x"])] == ["a", "c"]
    with pytest.raises(SourcesError, match="no source has the tag z; tags are: x, y"):
        load_sources(path, tags=["x", "z"])


def test_a_site_has_one_name_that_is_valid_however_long_its_address() -> None:
    long = ["https://" + "-".join(["a-very-long-name-of-a-paper"] * 2) + f"-{end}.example/" for end in ("east", "west")]
    assert [source_name(url) for url in ("https://www.Example.org/a", "http://news.example.org:80")] == [
        "example.org"
    ] * 2
    for url in (*long, "http://[2001:db8::1]:8080/", "http://localhost:8600/", "https://b\u00fccher.example/"):
        (source,) = SiteSpider(url=url).sources()
        assert Source(name=source.name, home=url).name == source_name(url)
        assert len(source.name) <= MAX_NAME
    assert len({source_name(url) for url in long}) == 2


def test_a_file_of_ten_thousand_outlets_is_read_in_a_second(tmp_path: Path) -> None:
    path = sources_file(tmp_path, **{f"outlet-{number}": {"home": "https://a.example/"} for number in range(10_000)})
    with not_hanging():
        assert len(load_sources(path)) == 10_000
