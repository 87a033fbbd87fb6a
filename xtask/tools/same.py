"""Fails where a published document says something else in YAML than in JSON, to a reader of YAML 1.1.

python same.py <the published folder>
"""

import json
import pathlib
import sys

import yaml

both = [document for document in pathlib.Path(sys.argv[1]).glob("*.json") if document.with_suffix(".yaml").exists()]
if not both:
    sys.exit("no document is published in JSON and in YAML")
for document in both:
    as_json = json.loads(document.read_text())
    as_yaml = yaml.safe_load(document.with_suffix(".yaml").read_text())
    if as_json != as_yaml:
        sys.exit(f"{document.name} says something else in YAML")
    print(f"{document.name} says the same in YAML")
