"""The patterns by which the reader decides, kept as data: one YAML file for each decision."""

from nianbao.pipelines.reader.rules.rule_set import (
    PatternRule,
    RuleSet,
    load_rules,
)

__all__ = ["PatternRule", "RuleSet", "load_rules"]
