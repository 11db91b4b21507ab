"""Sites whose feeds are written in odd encodings, or tell dates in odd ways; the pages themselves do not say when."""

from __future__ import annotations

from collections.abc import Sequence

from web.site import Site, Story, oddity, rss


def entry(story: Story) -> str:
    """Return what an item says of a story beside its title."""
    return f"<link>{story.url}</link><dc:date>{story.published}</dc:date>"


def dated(site: Site, **written: str) -> None:
    """Put up a feed whose dates are written so, each with what has to be read: T08_00 -> text."""
    texts = {}
    for published, text in written.items():
        story = site.story(f"/story/{len(texts)}", published=published)
        texts[story.url] = text
    site.rss("/feed.xml", site.expected, lambda story: f"<link>{story.url}</link><pubDate>{texts[story.url]}</pubDate>")


def titled(site: Site, titles: Sequence[str], *, offset: str = "+01:00") -> list[Story]:
    """Put up stories whose titles and dates the feed alone tells, and return them."""
    return [
        site.story(f"/story/{number}", title=title, published=f"2026-11-20T1{number}:00:00{offset}", bare=True)
        for number, title in enumerate(titles)
    ]


@oddity("Weekdays look like months: mardi, martes, martedì.", feed="/feed.xml")
def tuesdays_like_march(site: Site) -> None:
    dated(
        site,
        **{
            "2026-10-20T10:00:00+02:00": "mar., 20 oct. 2026 10:00:00 +0200",
            "2026-01-20T10:00:00+01:00": "mar, 20 gennaio 2026, 10:00 +0100",
            "2026-11-03T10:00:00+01:00": "mar 3 de noviembre de 2026 10:00 +0100",
            "2026-11-20T10:00:00+02:00": "pe 20 marras 2026 10:00 +0200",
        },
    )


@oddity("Dates are written by programs: C, Java, dots for colons, zones by name.", feed="/feed.xml")
def dates_of_programs(site: Site) -> None:
    dated(
        site,
        **{
            "2026-11-20T10:00:00+00:00": "Fri Nov 20 10:00:00 +0000 2026",
            "2026-11-20T11:00:00+01:00": "Fri, 20 Nov 2026 11.00.00 +0100",
            "2026-11-20T14:07:09-05:00": "Fri, 20 Nov 2026 14:7:9 -0500",
            "2026-11-20T10:10:00-05:00": "Fri, 20 Nov 2026 10:10:00 ET",
            "2026-11-20T10:20:00+01:00": "2026-11-20T10:20:00+01:00[Europe/Berlin]",
            "2026-11-20T10:30:00+01:00": "2026-11-20T10:30:00+01:00Z",
        },
    )


@oddity(
    "Dates are written by programs that know no better: a plus lost, unknown zones, Oracle, .NET.", feed="/feed.xml"
)
def dates_of_poor_programs(site: Site) -> None:
    dated(
        site,
        **{
            "2026-11-20T10:00:00+01:00": "2026-11-20T10:00:00 01:00",
            "2026-11-20T10:10:00": "Fri Nov 20 10:10:00 XYZT 2026",
            "2026-11-20T10:20:00": "20-NOV-26 10.20.00.000000 AM",
            "2026-11-20T10:26:40+00:00": "/Date(1795170400000+0100)/",
            "2026-11-20T10:40:00+01:00": "Fri Nov 20 2026 10:40:00 GMT+0100 (Mitteleuropäische Normalzeit)",
            "2026-11-20T10:50:00-08:00": "Nov. 20, 2026 at 10:50 a.m. Pacific Time",
        },
    )


@oddity("Some dates show that the month comes first, others would allow both orders.", feed="/feed.xml")
def months_first(site: Site) -> None:
    dated(
        site,
        **{
            "2026-11-20T10:00:00": "11/20/2026 10:00:00 AM",
            "2026-11-10T10:10:00": "11/10/2026 10:10:00 AM",
            "2026-11-09T22:20:00": "11/9/2026 10:20:00 PM",
            "2026-10-12T10:30:00": "10/12/2026 10:30:00 AM",
        },
    )


@oddity("Some dates show that the day comes first, though the feed is in American English.", feed="/feed.xml")
def days_first(site: Site) -> None:
    texts = {"2026-11-20T10:00:00": "20/11/2026 10:00", "2026-11-10T10:10:00": "10/11/2026 10:10"}
    dated(site, **texts)
    body = site.served("/feed.xml").body.replace(b"<channel>", b"<channel><language>en-us</language>")
    site.put("/feed.xml", body, "application/rss+xml")


@oddity("The feed says that it is UTF-8 and is written in windows-1251.", feed="/feed.xml")
def cyrillic_undeclared(site: Site) -> None:
    titles = ("Чемпионат в Бутане завершился", "Новый мост открыт у порта", "Библиотека снова работает по вечерам")
    stories = titled(site, titles)
    text = rss(site.base, stories, entry).replace("?>", ' encoding="utf-8"?>', 1)
    site.put("/feed.xml", text.encode("cp1251"), "application/rss+xml")


@oddity("The feed's encoding is named as only browsers know it.", feed="/feed.xml")
def label_of_browsers(site: Site) -> None:
    titles = ("チャンピオンシップ終了", "新しい橋が港に開通", "図書館が夜も開いている")
    stories = titled(site, titles)
    text = rss(site.base, stories, entry).replace("?>", ' encoding="x-sjis"?>', 1)
    site.put("/feed.xml", text.encode("shift_jis"), "application/rss+xml")


@oddity("The feed is UTF-16, and its header says that it is Latin-1.", feed="/feed.xml")
def utf_16(site: Site) -> None:
    titles = ("Zpráva o mostě přes řeku", "Žluťoučký kůň vyhrál závod", "Nová knihovna večer otevřena")
    stories = titled(site, titles)
    text = rss(site.base, stories, entry)
    site.put("/feed.xml", text.encode("utf-16"), "text/xml; charset=iso-8859-1")


@oddity(
    "The header names another encoding than that in which the feed is, and the feed names its own.", feed="/feed.xml"
)
def header_is_wrong(site: Site) -> None:
    titles = ("Новый мост открыт", "Лодка вернулась домой", "Рынок закрыт до весны")
    stories = titled(site, titles)
    text = rss(site.base, stories, entry).replace("?>", ' encoding="utf-8"?>', 1)
    site.put("/feed.xml", text.encode(), "application/rss+xml; charset=windows-1251")


@oddity("Nobody says in which of the Chinese, Japanese and Korean encodings the feed is.", feed="/feed.xml")
def gbk_undeclared(site: Site) -> None:
    titles = ("不丹锦标赛昨日落幕", "港口新桥正式通车", "图书馆晚间重新开放")
    stories = titled(site, titles, offset="+08:00")
    site.put("/feed.xml", rss(site.base, stories, entry).encode("gbk"), "application/rss+xml")


@oddity("Dates are written in the words of many languages, before or behind the time.", feed="/feed.xml")
def dates_of_languages(site: Site) -> None:
    dated(
        site,
        **{
            "2026-11-20T10:00:00": "vendredi 20 novembre 2026 à 10h00",
            "2026-11-20T10:10:00": "Freitag, 20. November 2026, 10:10 Uhr",
            "2026-11-20T10:20:00": "20 ноября 2026, 10:20",
            "2026-11-20T10:30:00": "2026年11月20日 10:30",
            "2026-11-20T10:40:00": "20 listopada 2026 10:40",
            "2026-11-20T10:50:00": "10:50 20-11-2026",
        },
    )


@oddity("Years, months and figures are those of other calendars and scripts.", feed="/feed.xml")
def dates_of_calendars(site: Site) -> None:
    dated(
        site,
        **{
            "2026-11-20T10:00:00": "20 พ.ย. 69 10:00 น.",
            "2026-11-20T10:10:00": "令和8年11月20日 午前10時10分",
            "2026-11-20T10:20:00": "٢٠ تشرين الثاني/نوفمبر ٢٠٢٦ ١٠:٢٠ ص",
            "2026-11-20T22:30:00": "20 Tháng Mười Một, 2026 10:30 PM",
            "2026-11-20": "二〇二六年十一月二十日",
            "2026-11-20T22:50:00": "२० नवंबर २०२६, 10:50 अपराह्न",
        },
    )
