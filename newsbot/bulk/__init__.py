"""Many archive files at once, each in parts that are read and worked on in processes of their own.

paths      which files a path names
originals  which captures have the pages of revisits
captures   which captures are pages, and what is made of one
bookmarks  where reading goes on
files      files in parts, each part in a process; what comes of them, in the order of the files
engines    where the processes are: on this machine, or (on_ray) on a cluster
"""
