"""The reader of scripts: statements are followed one after the other, as far as they are plain.

Nothing is run.
"""

from __future__ import annotations

from nianbao.spiders.scripts.actions import Action
from nianbao.spiders.scripts.functions import Script
from nianbao.spiders.scripts.reader_state import ReaderState
from nianbao.spiders.scripts.statements import Statements
from nianbao.spiders.scripts.values import Environment, Value

DEEPEST_CALL = 4


class ActionReader(ReaderState):
    """Follows the statements of a script, and those of the functions that they call."""

    def __init__(self, script: Script, environment: Environment) -> None:
        super().__init__(script, environment)
        environment.call = self.call_value

    def read(self, text: str) -> Action | None:
        """Return the first action of a script."""
        self.follow(text)
        if self.actions:
            return self.actions[0]
        return None

    def follow(self, text: str) -> None:
        """Follow the statements of a text to its end."""
        Statements(self, text).follow(0, len(text))

    def call(self, name: str, arguments: list[Value]) -> bool:
        """Follow a function of the script, once; return whether it has one of the name."""
        function = self.script.find_function(name)
        if function is None or name in self.calls or len(self.calls) == DEEPEST_CALL:
            return False
        names = self.environment.names
        outer_names = {key: names.get(key) for key in function.parameters}
        for index, parameter in enumerate(function.parameters):
            names[parameter] = arguments[index] if index < len(arguments) else ""
        self.calls.append(name)
        self.follow(function.body)
        self.calls.pop()
        names.update(outer_names)
        return True

    def call_value(self, name: str, arguments: list[Value]) -> Value:
        """Return what a function of the script returns; None where that is not known."""
        returned = self.returned
        self.returned = None
        self.call(name, arguments)
        value = self.returned
        self.returned = returned
        return value
