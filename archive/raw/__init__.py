"""What was seen: visits and payloads. Rows are only added."""
