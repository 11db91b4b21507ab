"""Web archives (WARC, ISO 28500): pages as they were fetched.

reading      what is in an archive's files, page by page, whatever is damaged in them
provenance   how newsbot came to a page, as it is kept beside the capture
folder       the files that are written: begun, finished, and healed after a death
records      what is written of a page
members      the records of these files
index        which captures are in a file, and where (CDXJ)
bounds       how large a folder may be, and how long its files are kept
removal      addresses that are to be forgotten

A file that is being written is called ``….warc.gz.open``; readers of a folder leave it out.
"""
