"""Which findings stand: the one definition, for pages, commands, exports and the feed.

A finding stands

- on a page, while the version it was made on is the last one there of its report;
- on a report among others (it names agency and year), while it is in the table;
- on a site or an address, as a crawl noted it, until a later crawl of the site has been there
  again, or has ended when the note is of no address that was visited;
- on an address whose page could not be read, until it is read.

Each visit to a page notes what it found there: of equal findings of several visits the last one
stands.
"""

from __future__ import annotations

# Tell whether no later visit found the same as a row of `findings`.
_FOUND_LAST = """
(findings.visit_id IS NULL OR NOT EXISTS (
    SELECT 1
    FROM findings AS again
    WHERE again.url = findings.url
      AND (again.visit_id, again.id) > (findings.visit_id, findings.id)
      AND +again.rule = findings.rule
      AND again.severity = findings.severity
      AND again.message = findings.message
      AND +again.site_id IS findings.site_id
      AND +again.document_id IS findings.document_id
      AND +again.version_id IS findings.version_id
      AND again."table" IS findings."table"
      AND again."row" IS findings."row"
      AND again."column" IS findings."column"
      AND again.expected IS findings.expected
      AND again.found IS findings.found
))
"""
# Tell whether a row of `findings` stands. What the index findings_by_rule holds is asked first.
STANDS = f"""
CASE
WHEN findings.agency_id IS NOT NULL THEN 1
WHEN findings.version_id IS NOT NULL THEN EXISTS (
    SELECT 1 FROM report_pages WHERE report_pages.version_id = findings.version_id
) AND {_FOUND_LAST}
WHEN findings.visit_id IS NOT NULL THEN {_FOUND_LAST}
WHEN findings.document_id IS NOT NULL OR findings.run_id IS NULL THEN 1
ELSE EXISTS (
    SELECT 1
    FROM site_runs AS own
    WHERE own.run_id = findings.run_id
      AND own.site_id = findings.site_id
      AND own.ended_at IS NOT NULL
      AND (findings.rule = 'reader.failed' OR NOT EXISTS (
        SELECT 1
        FROM site_runs AS later
        WHERE later.site_id = own.site_id
          AND later.ended_at > own.ended_at
          AND (
            EXISTS (
                SELECT 1 FROM visits
                WHERE visits.url = findings.url AND +visits.run_id = later.run_id
            )
            OR NOT EXISTS (
                SELECT 1 FROM visits
                WHERE visits.url = findings.url AND +visits.run_id = own.run_id
            )
          )
    ))
)
END
"""
# Return the findings that stand, with the site, and the document and version if they have any:
# first those of documents, then those of sites and addresses.
_COLUMNS = """
    rule, severity, message, "table", "row", "column", expected, found, findings.parameters,
    agencies.name AS agency, regions.name AS region, report_year
"""
_JOIN_AGENCY = """
LEFT JOIN agencies ON agencies.id = findings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
"""
STANDING = f"""
SELECT documents.site_id, documents.url, {_COLUMNS},
       documents.id AS document_id, findings.version_id
FROM documents
JOIN findings ON findings.document_id = documents.id
{_JOIN_AGENCY}
WHERE {STANDS}
UNION ALL
SELECT findings.site_id, findings.url, {_COLUMNS}, NULL, NULL
FROM findings
{_JOIN_AGENCY}
WHERE findings.document_id IS NULL AND {STANDS}
"""
