"""A worker that extracts for hours must not grow."""

import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
from pathlib import Path
from newsbot.extraction import ExtractionError, extract_article

def page(number):
    words = " ".join(f"word{number * 7 + i}" for i in range(60))
    attributes = [f'class="c{number}-{i}" id="p{number}-{i}"' for i in range(12)]
    blocks = "".join(f'<p {names}>Paragraph of {words}, said the council.</p>' for names in attributes)
    head = f'<title>Story {number}</title><meta name="author" content="Jane Doe{number}">'
    body = f'<nav><a href="/">Home</a></nav><article><h1>Story {number}</h1>{blocks}</article>'
    return f'<html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

for number in range(2000):
    if number == 300:
        warm = peak()
    if number % 10 == 9:
        try:
            extract_article(b"<html><body><p>no</p></body></html>", f"https://s.example/{number}")
        except ExtractionError:
            pass
    else:
        extract_article(page(number), f"https://s.example/2026/{number}")
print(peak() - warm)
"""
"""``ru_maxrss`` would begin with what the suite's process had, and hide all growth below it."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of this process alone is Linux's to tell")
def test_two_thousand_pages_grow_memory_by_less_than_30_megabytes() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True, timeout=300)
    assert float(done.stdout) < 30
