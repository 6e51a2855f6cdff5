"""The types in the signatures of `check` say what the function takes."""

import inspect

from rhochain.checking.checks import check
from rhochain.checking.signatures import CheckOptions


def test_the_options_are_the_keyword_arguments():
    taken = inspect.signature(check).parameters.values()
    keywords = {one.name for one in taken if one.kind is inspect.Parameter.KEYWORD_ONLY}
    assert set(CheckOptions.__annotations__) == keywords
