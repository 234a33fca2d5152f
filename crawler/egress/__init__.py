"""Egress: proxies through which a crawl's requests leave, where one is named."""
