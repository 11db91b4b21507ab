"""Two readings of the same pages, held against each other: the record that is stored and today's, or two revisions'.

comparison  field by field, what one newsbot makes of a page and what another one does
yardstick   what a page states itself, against which both are held
judgement   which of the two looks better, by rules that are stated
tally       how many pages are read otherwise, how that is judged, and examples
page        all of it as a page for a web browser
"""
