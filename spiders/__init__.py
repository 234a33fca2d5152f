"""Looks: one spider per publishing platform, one YAML file per site."""
