"""What discovery meets beside articles: pages that are listed like articles and are none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trap:
    """One kind of trap: where it lies, how the server answers and what must become of it."""

    kind: str
    path: str
    status: int
    page: str
    """Template that fills the answer; "" for an answer that is no page."""
    outcome: str
    reason: str


TRAPS = {
    trap.kind: trap
    for trap in (
        Trap("section_in_feed", "/news/", 200, "listing", "rejected", "section_page"),
        Trap("video_in_feed", "/video/{id}", 200, "video", "rejected", "video_shell"),
        Trap("soft_404_in_feed", "/news/{id}/archive", 200, "missing", "rejected", "error_page"),
        Trap("gone_in_feed", "/articles/{id}-withdrawn", 404, "missing", "failed", "http_404"),
        Trap("private_in_feed", "/private/{id}", 200, "video", "skipped", "robots_txt"),
        Trap("pdf_in_feed", "/documents/{id}", 200, "", "rejected", "not_html"),
    )
}

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
