"""Web archives (WARC, ISO 28500): pages as they were fetched.

reading      what is in an archive's files, page by page, whatever is damaged in them
provenance   how newsbot came to a page, as it is kept beside the capture
"""
