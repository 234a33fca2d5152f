"""The page on the rules of findings, docs/findings.md, made of archive/finding_rules.yaml.

python -m tools.findings_page > docs/findings.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from nianbao.archive.finding_texts import FindingRule, list_names, load_finding_rules
from nianbao.archive.read_model.findings import (
    READING_GROUP,
    RULE_GROUPS,
    group_of_rule,
)

HEAD = """# The rules of findings

Made by `make docs` from `archive/finding_rules.yaml`; do not edit it. A finding is a rule with parameters: `message` is
the sentence that they make in English, and the same file makes the Chinese one, which `nianbao browse` shows and exports
have as `message_zh`. Rules and names of parameters are stable. Where several sentences can be, the parameter `case` says
which. A finding that an earlier version made has no parameters until its page is read again (`nianbao reread`).
What a reading is, is in [reading.md](reading.md).
"""
GROUPS = {
    "sums": "Sums that do not add up",
    "late": "Late",
    "missing": "Missing",
    "changed": "Changed after publication",
    "blocked": "Sites that were blocked",
    "lists": "Lists and pages",
    READING_GROUP: "Reading",
}


def build_page() -> str:
    """Return the page."""
    parts = [HEAD]
    rules = load_finding_rules().values()
    for group in (*RULE_GROUPS, READING_GROUP):
        group_rules = [rule for rule in rules if group_of_rule(rule.id) == group]
        parts.append(f"## {GROUPS[group]}\n")
        parts += map(describe_rule, group_rules)
    return "\n".join(parts)


def describe_rule(rule: FindingRule) -> str:
    """Return the section on a rule: what it says, its sentences, an example, what to do."""
    return "\n".join(_iterate_lines(rule))


def _iterate_lines(rule: FindingRule) -> Iterator[str]:
    yield f"### {rule.id}\n"
    severities = ", ".join(rule.severities)
    yield f"**{rule.title['en']} · {rule.title['zh']}** ({severities})\n"
    yield f"{rule.says['en']}  "
    yield f"{rule.says['zh']}\n"
    for case, texts in rule.messages.items():
        names = [f"`{name}`" for name in sorted(list_names(texts["en"]))]
        if case:
            yield f"- case `{case}`: {', '.join(names) or 'no other parameters'}"
        else:
            yield f"- parameters: {', '.join(names) or 'none'}"
    example = json.dumps(rule.example, ensure_ascii=False)
    yield f"- example: `{example}`"
    yield f"  - {_quote(rule.write(rule.example, 'en'))}"
    yield f"  - {_quote(rule.write(rule.example, 'zh'))}"
    yield f"- what to do: {rule.advice['en']} {rule.advice['zh']}\n"


def _quote(sentence: str) -> str:
    """Return a sentence as it stands, with no sign of it read as markup."""
    return f"``{sentence}``" if "`" in sentence else f"`{sentence}`"


if __name__ == "__main__":
    sys.stdout.write(build_page())
