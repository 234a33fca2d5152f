"""What is known and noted while a script is followed."""

from __future__ import annotations

from nianbao.spiders.scripts.actions import Action
from nianbao.spiders.scripts.functions import Script
from nianbao.spiders.scripts.values import Environment, Value


class ReaderState:
    """The state of a reader of scripts; `environment` changes with the statements.

    `is_known`: all was known that was met. `has_omission`: something is not done at present.
    """

    def __init__(self, script: Script, environment: Environment) -> None:
        self.script = script
        self.environment = environment
        self.fields: dict[str, str] = {}
        self.form_action = ""
        self.actions: list[Action] = []
        self.written: list[str] = []
        self.addresses: dict[str, str] = {}  # set to links, by their id
        self.returned: Value = None
        self.is_known = True
        self.has_omission = False
        self.calls: list[str] = []  # functions that are being followed
        self.branch_count = 0  # branches around
        self.doubt_count = 0  # those of them whose condition is not known
        self.statement_count = 0

    @property
    def is_idle(self) -> bool:
        """Whether a script does nothing at present, as a pager on its last page."""
        return self.is_known and self.has_omission and not self.actions

    def follow(self, text: str) -> None:
        """Follow the statements of a text to its end."""
        raise NotImplementedError(text)

    def call(self, name: str, arguments: list[Value]) -> bool:
        """Follow a function of the script, once; return whether it has one of the name."""
        raise NotImplementedError(name, arguments)
