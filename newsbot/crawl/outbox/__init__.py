"""What is stored and belongs into files.

delivery   the files of a run, written when a source is done, and at the end
recovery   what runs that died have left undone
adoption   lines of files that the store does not know, taken back after a restore
"""
