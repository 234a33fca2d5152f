"""The sample province: a small world of government sites, made from one seed number and served
on loopback.
"""

DEFAULT_PORT = 8620
