"""Errors of the engine that end a command; those of the archive are in `archive.errors`."""

from __future__ import annotations

import click


class RedisFailed(click.ClickException):
    """Redis cannot be asked; the message says where it was looked for and what to do."""
