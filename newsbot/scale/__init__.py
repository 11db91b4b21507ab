"""Many machines: sources that are due wait in a queue (RabbitMQ), and workers (Celery) crawl them one by one.

broker       the queues, and the Celery application that uses them
job          what travels: one source, with its block
roster       all outlets, for every worker to know whose an article is
beat         what is put into the queue, and when
worker       what is done with a job
presence     whether a worker can work, and what the store knows of it
lease        no two workers at one site
leash        no crawl goes on without its lease
fork_server  what a crawl needs is loaded once for all
status       how all stands
"""
