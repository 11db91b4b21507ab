"""The store as a web site for readers: a front page, search, every article; Datasette behind it for SQL.

Everything is made here, on the server's side: no page needs a script, or anything from the network.
"""
