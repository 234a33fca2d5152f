"""`nianbao read`: what a page or text in a file says."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nianbao.archive.clock import CHINA
from nianbao.crawler.commands.options import DivisionOption, json_option, print_json
from nianbao.crawler.commands.terminal.console import open_console

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from nianbao.archive.records import Hints, Reading
    from nianbao.pipelines.reader.explain.explain import ExplainedReading
    from nianbao.pipelines.reader.regions.lookup import NamedRegion
    from nianbao.pipelines.reading_pool import ReadingPool

Result = TypeVar("Result")


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--url",
    help="The address the page came from: for its date, its links, and whose host it is.",
)
@click.option(
    "--region",
    metavar="NAME|CODE",
    type=DivisionOption(),
    help="Read it as a page of a site of this division: 福州市鼓楼区, 350102.",
)
@click.option(
    "--explain",
    "is_explained",
    is_flag=True,
    help="For each field: what it was chosen among, why, and where on the page it stands.",
)
@click.option(
    "--ocr",
    "with_ocr",
    is_flag=True,
    help="Read the page images of a scan, or an image file: the extra `nianbao[ocr]`.",
)
@json_option
def read(
    file: Any,
    url: str | None,
    region: NamedRegion | None,
    is_explained: bool,
    with_ocr: bool,
    as_json: bool,
) -> None:
    """Read one page or text from a file (`-`: standard input) and print what it says.

    On a terminal a summary; into a pipe, or with --json, the whole reading as JSON. With
    --explain the JSON has one more key, `explanation`. It is read as a crawl reads it, in a
    process of its own with limits on time and memory; exit code 1 where that fails.

    \b
    nianbao read report.html --url https://www.example.gov.cn/t20210120_1.html
    nianbao read report.txt --json
    nianbao read report.html --region 福州市鼓楼区
    nianbao read report.html --explain
    nianbao read report.html --explain --json | jq .explanation.agency
    nianbao read scan.pdf --ocr
    """
    if is_explained and with_ocr:
        raise click.UsageError("--explain says nothing of images: leave out --ocr.")
    hints = _make_hints(region)
    payload = file.read()
    as_json = as_json or not sys.stdout.isatty()
    if is_explained:
        _print_explained(payload, url, hints, as_json)
        return
    from nianbao.crawler.commands.terminal.documents import print_reading

    reading = _read_page(payload, url, hints)
    if with_ocr and _has_images(payload, reading):
        reading = _read_images(payload, url, hints)
    if as_json:
        click.echo(reading.to_json(indent=2))
    else:
        print_reading(open_console(), reading)


def _read_page(payload: bytes, url: str | None, hints: Hints) -> Reading:
    from nianbao.pipelines.reading_pool import PageToRead

    today = datetime.now(CHINA).date()
    page = PageToRead(payload, url, hints, visited_on=today)
    return _wait_for(lambda pool: pool.submit(page))


def _has_images(payload: bytes, reading: Reading) -> bool:
    """Tell whether a file is a scan, or has pages that are."""
    from nianbao.archive.raw.recognitions import may_be_scan

    if not may_be_scan(payload):
        return False
    rules = {finding.rule for finding in reading.findings}
    return not rules.isdisjoint(("payload.not_text", "file.pages_unread"))


def _read_images(payload: bytes, url: str | None, hints: Hints) -> Reading:
    """Return what OCR makes of a payload; without the extra or a page, end the command."""
    from nianbao.pipelines.process_pool import CannotBegin
    from nianbao.pipelines.reader.ocr.models import OcrMissingError
    from nianbao.pipelines.recognition_pool import RecognitionPool, read_scan

    try:
        ocr_pool = RecognitionPool(1)
    except OcrMissingError as error:
        raise click.ClickException(str(error)) from error
    try:
        recognition = ocr_pool.recognize(payload)
    except CannotBegin as error:
        raise click.ClickException(str(error)) from error
    finally:
        ocr_pool.close()
    if not recognition.pages:
        raise click.ClickException("; ".join(recognition.failures))
    today = datetime.now(CHINA).date()
    scan = (payload, recognition.to_json(), url, hints, today)
    return _wait_for(lambda pool: pool.submit_task(read_scan, scan, len(payload)))


def _wait_for(submit: Callable[[ReadingPool], Future[Result]]) -> Result:
    """Return what a reading process makes of a page; where it fails, end the command."""
    from nianbao.pipelines.reading_pool import ReadingPool, explain_failure

    pool = ReadingPool(1)
    try:
        return submit(pool).result()
    except Exception as error:
        raise click.ClickException(explain_failure(error)) from error
    finally:
        pool.close()


def _make_hints(region: NamedRegion | None) -> Hints:
    """Return what is known of the page's site."""
    from nianbao.archive.records import Hints

    if region is None:
        return Hints()
    return Hints(region=region.name, region_code=region.code)


def _print_explained(
    payload: bytes, url: str | None, hints: Hints, as_json: bool
) -> None:
    from nianbao.crawler.commands.terminal.explanations import print_explanation

    explained = _wait_for(
        lambda pool: pool.submit_explanation(payload, url=url, hints=hints)
    )
    if as_json:
        print_json(_build_json(explained))
    else:
        print_explanation(open_console(), explained.fields)


def _build_json(explained: ExplainedReading) -> dict[str, Any]:
    """Return the reading as `nianbao read --json` prints it, with its explanation."""
    data: dict[str, Any] = json.loads(explained.reading.to_json())
    explanation: dict[str, Any] = {}
    for field in explained.fields:
        explanation[field.field] = dataclasses.asdict(field)
        del explanation[field.field]["field"]
    data["explanation"] = explanation
    return data
