# Every target prepares .venv when it is needed; a second run does not set up again.
PYTHON ?= python3
VENV := .venv
PROCESSES = $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')
STAMP := $(VENV)/.ready
NIANBAO := $(VENV)/bin/nianbao
REPLAY := .venv-replay
SITE := .venv-site
PEERS := .venv-peers

# Each of the hundreds of processes that tests start would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup histories libreoffice year sweeps list-sites country country-crawl carried-reports pagers mutants crawl browse replay check quick test coverage shuffled style soak egg accuracy ocr-accuracy bench-read bench-search bench-store bench-crawl bench-export bench-publish bench-scale bench-all bench-cluster \
	docs site screenshots lint audit lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## prepare .venv and nothing else

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "nianbao needs Python 3.11 to 3.13, this is " + sys.version.split()[0] + "; say make PYTHON=python3.12 or the like")'
	@echo "setting up $(VENV), once: about a minute"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(VENV)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

crawl: $(STAMP) ## serve the sample province on loopback, now and some months later, and crawl both into archive.db
	@$(NIANBAO) crawl --sample $(ARGS)
	@$(NIANBAO) crawl --sample --state 2 $(ARGS)

browse: $(STAMP) ## open archive.db in Datasette
	@$(NIANBAO) browse $(ARGS)

replay: $(REPLAY)/.ready ## prepare .venv-replay: pywb and wacz, with which the tests look at what is exported

$(REPLAY)/.ready: requirements-replay.lock
	@echo "setting up $(REPLAY), once: about a minute"
	@$(PYTHON) -m venv $(REPLAY)
	@$(REPLAY)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-replay.lock
	@touch $@

check: lint quick ## format, types and the quick tests: an answer in a few minutes

quick: $(STAMP)
	@$(VENV)/bin/python -m pytest -q -n auto --dist worksteal -m "not crawl and not slow and not browser" $(ARGS)

test: $(STAMP) ## run all tests, a process for each core and one more, as some tests wait
	@$(VENV)/bin/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: $(STAMP) ## run the quick tests and print which lines they never reach
	@$(VENV)/bin/python -m pytest -q -n auto --dist worksteal -m "not crawl and not slow and not browser" \
		--cov=nianbao --cov-report=term $(ARGS)

histories: $(STAMP) ## hold 500 random histories of a small world against the model of what must come out
	@HISTORIES=500 $(VENV)/bin/python -m pytest -q -m slow tests/archive/test_histories.py $(ARGS)

libreoffice: $(STAMP) ## read twenty reports as LibreOffice writes them in each format (Debian's libreoffice-writer-nogui, -calc-nogui)
	@BY_LIBREOFFICE=1 $(VENV)/bin/python -m pytest -q -m slow tests/reader/test_by_libreoffice.py $(ARGS)

year: $(STAMP) ## crawl 20 changing sites weekly for a year, and hold the feed against what happened
	@YEAR=52 SITES=20 $(VENV)/bin/python -m pytest -q tests/archive/test_year_of_runs.py $(ARGS)

sweeps: $(STAMP) ## run whole what `make test` takes a part of: places, languages, hostile lists, earlier archives, waits
	@LANGUAGE_PAGES=1000 SWEEP_STEP=1 GROWTH=all EARLIER=all WAITS=all LOOKS=all SIGNALS=all $(VENV)/bin/python -m pytest -q tests/reader/test_region_sweeps.py \
		tests/spiders/test_growth.py tests/spiders/test_growth_of_looks.py \
		tests/browse/test_one_language.py tests/reader/test_growth_of_pages.py tests/crawl/test_earlier_archives.py tests/crawl/test_browser_lists.py \
		tests/browse/test_axe.py tests/crawl/test_stopped_exports.py $(ARGS)

list-sites: $(STAMP) ## crawl 300 small sites whose lists have every shape, and say what was missed
	@LIST_SITES=300 $(VENV)/bin/python -m pytest -q -s tests/crawl/test_list_sites.py $(ARGS)

country: $(STAMP) ## search the sites of a country of 300 governments for columns, and say what was missed
	@COUNTRY=300 $(VENV)/bin/python -m pytest -q -s tests/crawl/test_country.py $(ARGS)

country-crawl: $(STAMP) ## crawl that country with --discover, whole and killed twice, and compare: half an hour
	@COUNTRY=300 $(VENV)/bin/python -m pytest -q -s tests/crawl/test_country_crawl.py $(ARGS)

carried-reports: $(STAMP) ## crawl 200 pages that carry their report in every way: had, said or silent
	@CARRIED_REPORTS=200 $(VENV)/bin/python -m pytest -q -s tests/crawl/test_carried_reports.py $(ARGS)

pagers: $(STAMP) ## open lists of every pager shape in Chromium: what it asks for must be what a crawl asks for
	@PAGERS=all $(VENV)/bin/python -m pytest -q tests/paging $(ARGS)

mutants: $(STAMP) ## change the code in small ways and see whether tests notice; ARGS="boundary --sample 60"
	@$(VENV)/bin/python -m tools.mutants $(ARGS)

shuffled: $(STAMP) ## run the quick tests ten times, each time in another order
	@for seed in 1 2 3 4 5 6 7 8 9 10; do \
		$(VENV)/bin/python -m pytest -q -n auto -p randomly --randomly-seed=$$seed \
			-m "not crawl and not slow and not browser" $(ARGS) || exit 1; done

soak: $(STAMP) ## kill crawls 200 times and check the archive after each; ARGS="--command merge --kills 50 --terms 50"
	@$(VENV)/bin/python -m tests.crawl.soak $(ARGS)

egg: $(STAMP) ## write dist/nianbao.egg, which Scrapyd is given
	@$(VENV)/bin/python -m nianbao.crawler.egg dist/nianbao.egg

accuracy: $(STAMP) ## what reading gets right and wrong on labelled pages, beside general extractors
	@$(VENV)/bin/python -m bench.accuracy $(ARGS)

ocr-accuracy: $(STAMP) ## what OCR gets right, leaves open and gets wrong on page images, and how its floors were set
	@OMP_NUM_THREADS=1 $(VENV)/bin/python -m bench.ocr $(ARGS)

bench-search: $(STAMP) ## size, speed and recall of the search index over 100,000 documents
	@$(VENV)/bin/python -m bench.search $(ARGS)

bench-crawl: $(STAMP) ## pages a second of whole crawls, beside a bare Scrapy spider that stores nothing
	@$(VENV)/bin/python -m bench.crawl $(ARGS)

bench-read: $(STAMP) ## time reading against parsing and against a general extractor
	@$(VENV)/bin/python -m bench.read $(ARGS)

bench-store: $(STAMP) ## what the archive takes, and how fast it is written at 1,000 and 100,000 documents, beside a WARC and plain inserts
	@$(VENV)/bin/python -m bench.store $(ARGS)

bench-export: $(STAMP) ## time and memory of an export of a million figures, each format
	@$(VENV)/bin/python -m bench.export $(ARGS)

docs: $(STAMP) ## make docs/schema.md, findings.md and dependencies.md anew, from what they tell of
	@$(VENV)/bin/python -m tools.schema_page > docs/schema.md
	@$(VENV)/bin/python -m tools.findings_page > docs/findings.md
	@$(VENV)/bin/python -m tools.dependencies_page > docs/dependencies.md

site: $(SITE)/.ready ## build the docs as a site with search into build/site, every link checked
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict $(ARGS)
	@echo "look: $(SITE)/bin/mkdocs serve   ·   or any server of the folder build/site (its pages open without one, its search does not)"

$(SITE)/.ready: requirements-site.lock
	@echo "setting up $(SITE), once: half a minute"
	@$(PYTHON) -m venv $(SITE)
	@$(SITE)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-site.lock
	@touch $@

texts: $(STAMP) ## compile what Click says in Chinese, from messages.po beside it
	@$(VENV)/bin/pybabel -q compile -f --directory crawler/language/locale

screenshots: $(STAMP) ## take the pictures of docs/ anew, of the sample province in a real browser
	@$(VENV)/bin/python -W ignore -m tests.browse.screenshots $(ARGS)

bench-browse: $(STAMP) ## time every page on an archive of 100,000 documents, made first: about an hour; ARGS="--archive made.db"
	@$(VENV)/bin/python -m bench.browse $(ARGS)

bench-scale: $(STAMP) ## time and memory of each command at 250,000 and 1,000,000 versions, made first: hours; ARGS="--documents 20000 80000"
	@$(VENV)/bin/python -m bench.scale $(ARGS)

bench-publish: $(STAMP) ## time, size and memory of a static site of 20,000 reports; ARGS="--documents 2000"
	@$(VENV)/bin/python -m bench.publish $(ARGS)

bench-cluster: $(STAMP) ## crawl 300 slow hosts by one worker and by three, one killed on the way: half an hour; ARGS="--hosts 60"
	@$(VENV)/bin/python -m bench.cluster $(ARGS)

bench-all: $(STAMP) $(PEERS)/.ready ## one table of every bench beside its peers, in build/bench.md: hours; ARGS="--short"
	@$(VENV)/bin/python -m bench.everything --peers $(PEERS)/bin/python $(ARGS)

$(PEERS)/.ready: requirements-peers.lock
	@echo "setting up $(PEERS), once: half a minute"
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements-peers.lock
	@touch $@

style: $(STAMP) ## how dense the code is, and what stands out; ARGS="--worst 20 archive/raw"
	@$(VENV)/bin/python -m bench.style $(ARGS)

lint: $(STAMP) ## check format, style, types and that what is imported is declared
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/deptry . --no-ansi

audit: $(STAMP) ## ask a public service whether a pinned version has a known vulnerability (needs a network and pip-audit)
	@pip-audit --strict --require-hashes --disable-pip -r requirements.lock $(ARGS)

lock: ## pin every dependency anew (needs uv); writes requirements.lock and those of replay, site and peers
	uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-header --no-annotate --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --output-file requirements-replay.lock tests/replay.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --output-file requirements-site.lock tools/site.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --strip-extras \
		--no-header --no-annotate --output-file requirements-peers.lock bench/peers.in

clean: ## remove .venv and what the tools leave behind
	rm -rf $(VENV) $(REPLAY) $(SITE) $(PEERS) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
