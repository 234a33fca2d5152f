"""From bytes to text or HTML: character sets and office files."""
