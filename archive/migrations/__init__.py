"""Bringing the archives of earlier versions up to date: archives outlive programs."""
