"""Looks: list readers for publishing platforms, one spider that crawls, one YAML file a site."""
