"""One run of newsbot: its life, what it takes in, when it asks whom, and the processes that work for it."""
