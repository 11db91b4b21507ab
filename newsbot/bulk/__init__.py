"""Many archive files at once: each is read, and its pages are made articles, in a process of its own."""
