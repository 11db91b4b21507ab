"""Many machines: sources wait in a queue (RabbitMQ), and workers (Celery) crawl them one by one.

tasks    the queue, and the task: crawl one source in a child process
lease    no two workers at one site
"""
