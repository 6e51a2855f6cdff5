"""Verdicts in plain words: one headline each."""

from __future__ import annotations

from rhochain.markup.blocks import Answer, Tone
from rhochain.verdicts.conclusions import Verdict

__all__ = ["answer", "headline"]

_HEADLINES = {
    Verdict.VANISHES: ("Gradients vanish for every input", Tone.VANISHES),
    Verdict.VANISHES_ON_TRAJECTORY: ("Gradients vanished along this trajectory", Tone.VANISHES),
    Verdict.EXPLODES: ("Gradients explode for every input", Tone.EXPLODES),
    Verdict.EXPLODES_FOR_SOME_SLOPES: ("Some slopes make gradients explode: here they are", Tone.EXPLODES),
    Verdict.EXPLODES_ON_TRAJECTORY: ("Gradients exploded along this trajectory", Tone.EXPLODES),
    Verdict.CANNOT_EXPLODE: ("No input can make gradients explode", Tone.BOUNDED),
    Verdict.EXPLOSION_NOT_EXCLUDED: (
        "Not decided by W alone: no norm excludes an explosion, and no slopes are known to cause one",
        Tone.OPEN,
    ),
    Verdict.UNDECIDED: ("Not decided by W alone: the bounds lie on both sides of the threshold", Tone.OPEN),
}
_OPEN = {
    "gated": "Not decided by W alone: inputs and biases set the gates",
    "linear": "Not decided by W alone: the bounds of its radius leave decay and growth open",
    "trajectory": "Not decided by this trajectory: the norm lies between the levels",
}


def headline(verdict: Verdict, about: str = "") -> str:
    """The answer in one line.

    `about`: "linear" for a linear network, "gated" for a GRU or LSTM, "trajectory"
    where W was not examined.
    """
    return _worded(verdict, about)[0]


def answer(verdict: Verdict, reason: str, about: str = "", words: str | None = None) -> Answer:
    """The headline, or `words` in its place, with the reason below it."""
    own, tone = _worded(verdict, about)
    return Answer(own if words is None else words, tone, str(verdict), _sentence(reason))


def _worded(verdict: Verdict, about: str) -> tuple[str, Tone]:
    words, tone = _HEADLINES[verdict]
    return (_OPEN.get(about, words) if tone is Tone.OPEN else words), tone


def _sentence(text: str) -> str:
    """With a capital, where it does not begin with a symbol."""
    first = text.partition(" ")[0]
    return text if first == "gamma" or not first.isalpha() else text[:1].upper() + text[1:]
