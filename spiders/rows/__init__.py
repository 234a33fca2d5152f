"""The rows of list pages, whatever publishes them: links, options, scripts, groups of links."""
