"""Scrapy's own commands as this project has them, found by `COMMANDS_MODULE`."""
