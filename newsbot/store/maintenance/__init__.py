"""The care of a store.

backup      copies of a SQLite store, made while others write
adoption    lines of files that are not known, taken back after a restore
retention   what is let go of, and when
forgotten   what a person had removed, with all that follows
"""
