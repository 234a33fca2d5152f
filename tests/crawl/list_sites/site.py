"""A site: its answers, and the reports among them."""

from __future__ import annotations

from dataclasses import dataclass, field

from nianbao.sample.country.answers import Answer


@dataclass
class ListSite:
    """A site: its answers by path, and the paths that carry a report.

    A form that is posted has the key `POST path field=value`.
    """

    name: str
    port: int
    platform: str
    traits: dict[str, str]  # what was chosen for it, by kind
    entry: str = "/nb/"
    answers: dict[str, Answer] = field(default_factory=dict)
    reports: set[str] = field(default_factory=set)

    @property
    def host(self) -> str:
        return f"{self.name}.localhost:{self.port}"

    @property
    def site_file(self) -> str:
        platform = f"platform: {self.platform}\n" if self.platform else ""
        return (
            f"id: {self.name}\nname: 某县人民政府\nregion: null\n{platform}"
            f'entries:\n  - {{url: "http://{self.host}{self.entry}", column: 政府信息公开年报}}\n'
            "expect: {links: 1}\ndelay: 0\nofficial: true\n"
        )

    def describe(self) -> str:
        """Return what was chosen, for a person who looks for the fault."""
        traits = ", ".join(f"{kind} {name}" for kind, name in self.traits.items())
        return f"{self.name} ({self.platform or 'no platform'}; {traits})"
