"""What people read of the store: queries alone, each made for who looks at it; nothing here writes.

address    one address, and which article is meant by an id or an address
coverage   day by day, what each source brought and what may have been missed
front      the latest articles by outlet, and how the last runs went
stories    the copies of a story
selection  which of the stored articles are wanted
tables     what stands beside them: stories, what each run came to, what it dropped
"""
