"""Scrapy middlewares, one concern each."""
