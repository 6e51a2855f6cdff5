"""The JSON of the command line against its schemas in docs/json."""

import json

import pytest
from source_tree import ROOT


def require_valid(kind, plain):
    """`plain` is what docs/json/KIND.schema.json says."""
    validators = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / f"docs/json/{kind}.schema.json").read_text(encoding="utf-8"))
    validators.Draft202012Validator.check_schema(schema)
    validators.Draft202012Validator(schema).validate(plain)
