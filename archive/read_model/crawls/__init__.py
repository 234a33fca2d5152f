"""What earlier crawls found: runs, the health of sites, requests to hosts, visits to addresses."""
