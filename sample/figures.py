"""The numbers of an agency, year by year, made so that every constraint of the statutory tables
holds.

Keys are the ids of the forms: (table, row, column). Every constraint is linear, so the sum of
several agencies' figures satisfies them as well: that is how a county's report contains its
members'.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from decimal import Decimal

Value = int | Decimal
Key = tuple[str, str, str]
Figures = Mapping[Key, Value]
Series = Mapping[int, Figures]  # by report year

YEARS = range(2016, 2025)
PREFIX = {"g2008_local": "g2008.", "g2019": "g2019.", "g2021": "g2021."}

APPLICANTS = {  # column -> how often such an applicant files, against a natural person's 100
    "natural_person": 100,
    "org_enterprise": 25,
    "org_research": 3,
    "org_public_welfare": 4,
    "org_legal_service": 10,
    "org_other": 6,
}
REFUSED = (
    "refused_state_secret",
    "refused_other_law",
    "refused_safety_stability",
    "refused_third_party",
    "refused_internal_affairs",
    "refused_process_info",
    "refused_enforcement_file",
    "refused_admin_query",
)
UNABLE = ("unable_not_held", "unable_needs_creation", "unable_unclear")
NOT_PROCESSED = (
    "not_processed_petition",
    "not_processed_duplicate",
    "not_processed_publication",
    "not_processed_excessive",
    "not_processed_confirmation",
)
OTHER_2021 = ("other_no_correction", "other_fee_unpaid", "other_other")
LEAVES_2021 = (
    "granted",
    "partially_granted",
    *REFUSED,
    *UNABLE,
    *NOT_PROCESSED,
    *OTHER_2021,
)
LEAVES_2019 = (
    "granted",
    "partially_granted",
    *REFUSED,
    *UNABLE,
    *NOT_PROCESSED,
    "other_processing",
)
OUTCOMES = ("upheld", "corrected", "other", "pending")
DISPUTES = ("review", "litigation_direct", "litigation_after_review")


def make_series(rng: random.Random, *, scale: int, makes_rules: bool = False) -> Series:
    """Return one agency's figures on every form for each of YEARS; `scale` is 1 for a township."""
    by_year: dict[int, dict[Key, Value]] = {year: {} for year in YEARS}
    for part in (_requests, _disputes, _documents, _services, _money, _fujian):
        part(rng, scale, by_year)
    if not makes_rules:
        for figures in by_year.values():
            figures.update({key: 0 for key in figures if key[1] == "rules"})
    return by_year


def total(members: Iterable[Series]) -> Series:
    """Return the sum of the members' figures, cell by cell."""
    summed: dict[int, dict[Key, Value]] = {year: {} for year in YEARS}
    for series in members:
        for year, figures in series.items():
            for key, value in figures.items():
                summed[year][key] = summed[year].get(key, 0) + value
    return summed


def on_form(figures: Figures, form: str) -> dict[Key, Value]:
    """Return only the cells that `form` (a generation id) asks for."""
    return {
        key: value for key, value in figures.items() if key[0].startswith(PREFIX[form])
    }


def _requests(
    rng: random.Random, scale: int, by_year: dict[int, dict[Key, Value]]
) -> None:
    weights = [40, 12, 1, 2, 1, 3, 4, 3, 3, 5, 9, 3, 2, 4, 2, 1, 1, 1, 2, 1, 2]
    carried = dict.fromkeys(APPLICANTS, 0)
    for year in YEARS:
        columns: dict[str, dict[str, int]] = {}
        for applicant, weight in APPLICANTS.items():
            new = sum(
                rng.randrange(100) < weight for _ in range(rng.randint(0, 2 * scale))
            )
            pool = new + carried[applicant]
            left = min(pool, rng.choice((0, 0, 0, 1, scale // 8)))
            leaves = rng.choices(LEAVES_2021, weights, k=pool - left)
            counts = {leaf: leaves.count(leaf) for leaf in LEAVES_2021}
            counts["other_processing"] = sum(counts[leaf] for leaf in OTHER_2021)
            columns[applicant] = {
                "new_received": new,
                "carried_in": carried[applicant],
                **counts,
                "result_total": pool - left,
                "carried_out": left,
            }
            carried[applicant] = left
        columns["total"] = {
            row: sum(c[row] for c in columns.values())
            for row in columns["natural_person"]
        }
        ends = ("new_received", "carried_in", "result_total", "carried_out")
        for table, leaves_of_form in (
            ("g2019.requests", LEAVES_2019),
            ("g2021.requests", LEAVES_2021),
        ):
            for row in (*leaves_of_form, *ends):
                for column, rows in columns.items():
                    by_year[year][table, row, column] = rows[row]


def _disputes(
    rng: random.Random, scale: int, by_year: dict[int, dict[Key, Value]]
) -> None:
    for figures in by_year.values():
        for group in DISPUTES:
            cases = rng.choices(
                OUTCOMES, (6, 2, 2, 2), k=rng.choice((0, 0, scale // 3, scale // 2))
            )
            counts = {outcome: cases.count(outcome) for outcome in OUTCOMES}
            for column, value in {**counts, "total": len(cases)}.items():
                for form in ("g2019", "g2021"):
                    figures[f"{form}.review_litigation", group, column] = value


def _documents(
    rng: random.Random, scale: int, by_year: dict[int, dict[Key, Value]]
) -> None:
    for row, busy in (("rules", scale // 10), ("normative_documents", scale)):
        valid = rng.randint(0, 3 * busy)
        for figures in by_year.values():
            issued, repealed = rng.randint(0, busy), rng.randint(0, min(valid, busy))
            valid += issued - repealed
            made = {
                "made_this_year": issued,
                "disclosed_this_year": issued,
                "total_disclosed": valid + repealed,
            }
            stock = {
                "issued_this_year": issued,
                "repealed_this_year": repealed,
                "currently_valid": valid,
            }
            figures.update(
                {
                    ("g2019.art20_1", row, column): value
                    for column, value in made.items()
                }
            )
            figures.update(
                {
                    ("g2021.art20_1", row, column): value
                    for column, value in stock.items()
                }
            )


def _services(
    rng: random.Random, scale: int, by_year: dict[int, dict[Key, Value]]
) -> None:
    rows = (
        ("art20_5", "admin_permit", 30),
        ("art20_5", "other_services", 20),
        ("art20_6", "admin_penalty", 25),
        ("art20_6", "admin_coercion", 4),
        ("art20_8", "admin_fees", 2),
    )
    for table, row, busy in rows:
        items = rng.randint(0, busy)
        for figures in by_year.values():
            change = rng.choice((0, 0, 0, 1, 2, -1 if items else 0))
            decisions = rng.randint(0, busy * scale)
            figures[f"g2019.{table}", row, "items_previous_year"] = items
            figures[f"g2019.{table}", row, "items_change"] = change
            items += change
            if table == "art20_8":
                continue
            figures[f"g2019.{table}", row, "decisions"] = decisions
            if row != "other_services":
                figures[f"g2021.{table}", row, "decisions_this_year"] = decisions


def _money(
    rng: random.Random, scale: int, by_year: dict[int, dict[Key, Value]]
) -> None:
    for figures in by_year.values():
        projects = rng.randint(0, 4 * scale)
        amount = sum(100 * rng.randint(200, 9000) for _ in range(projects))
        fee = rng.randint(1, 900_000) * (scale - 1) if scale > 1 else 0
        figures["g2019.art20_9", "government_procurement", "procurement_items"] = (
            projects
        )
        figures["g2019.art20_9", "government_procurement", "procurement_amount"] = (
            Decimal(amount) / 10_000
        )
        figures["g2021.art20_8", "admin_fees", "fee_amount"] = Decimal(fee) / 10_000


def _fujian(
    rng: random.Random, scale: int, by_year: dict[int, dict[Key, Value]]
) -> None:
    parts = {
        "applications": (
            "applications_in_person",
            "applications_online",
            "applications_letter_fax",
        ),
        "replies": ("reply_granted", "reply_partial", "reply_refused", "reply_other"),
    }
    cumulative = {
        "documents_disclosed": 1000,
        "disclosed_website": rng.randint(300, 900),
    }
    for figures in by_year.values():
        website = rng.randint(40, 90 + 60 * scale)
        gazette = rng.randint(0, scale - 1)
        row = {"documents_disclosed": website + gazette + rng.randint(0, 12)}
        row |= {"disclosed_website": website, "disclosed_gazette": gazette}
        for whole, names in parts.items():
            counts = {name: rng.randint(0, scale // 2) for name in names}
            row |= {whole: sum(counts.values()), **counts}
        row |= {
            name: rng.randint(0, scale // 6)
            for name in ("complaints", "reviews", "lawsuits")
        }
        for name, value in row.items():
            cumulative[name] = cumulative.get(name, 0) + value
            figures["g2008.fujian", name, "year_value"] = value
            figures["g2008.fujian", name, "cumulative"] = cumulative[name]
