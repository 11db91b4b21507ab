"""When listings are asked.

publishing   when an outlet publishes, as visits have shown, and when the next visit pays
schedule     every listing's next visit, and what the last ones said
sitemaps     which sub-sitemaps of an index are read in a run
"""
