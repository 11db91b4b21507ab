"""Two readings of the same pages, held against each other: the record that is stored and today's, or two revisions'.

comparison   field by field, what one newsbot makes of a page and what another one does
yardstick    what a page states itself, against which both are held
judgement    which of the two looks better, by rules that are stated
tally        how many pages are read otherwise, how that is judged, and examples
page         all of it as a page for a web browser

Of archived pages (`scrapy reextract`):

reading      what today's newsbot makes of one, in a process of its own
parts        articles on several pages, put together again
matching     which stored version one is of, and what that says as it is read today
course       all of them, one after the other
application  what comes otherwise, stored
journal      how far it has come
"""
