"""The fields of a reading: title, agency, dates, sections, attachments."""
