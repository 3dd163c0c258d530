"""`python -m tests.unit.grammar.directions`: how much of the corpus is read right, and what isn't.

With words behind it, only directions that contain them: `… directions warfarin`. With `--styles`,
how random regimens are read in five styles; with `--slips`, every spelling that makes something
else of a direction, and every place where a word that is put in is dropped (minutes).
"""

import sys
from collections import Counter

from hypothesis import given, settings

from tests.unit.grammar.directions.judging import (
    Verdict,
    directions,
    in_short,
    is_whole,
    judge,
    judge_answers,
    read_line,
    verdict_by,
)
from tests.unit.grammar.directions.notation import Direction
from tests.unit.grammar.directions.regimens import Regimen, regimens
from tests.unit.grammar.directions.styles import STYLES, meant_in
from tests.unit.grammar.directions.test_slips import (
    NOTES,
    SPELLINGS,
    WORDS,
    dropped_words,
    lost_notes,
    respelt_otherwise,
)


def main(words: str) -> None:
    chosen = [each for each in directions() if words.casefold() in each.text.casefold()]
    counts: Counter[Verdict] = Counter()
    of_answers: Counter[Verdict] = Counter()
    not_asked = 0
    for direction in chosen:
        judgement = judge(direction)
        counts[judgement.verdict] += 1
        if not judgement.verdict.is_right:
            _report(f"{judgement.verdict.value}: {direction.place}")
            _report(f"    {direction.text!r}")
            for outcome in outcomes_of(direction):
                _report(f"    {outcome}")
            _report(f"    read  {judgement.read}")
        answers = judge_answers(direction)
        not_asked += sum(len(each.answers) for each in direction.questions) - len(answers)
        for answer, after in answers:
            of_answers[after.verdict] += 1
            if not after.verdict.is_right:
                _report(f"{after.verdict.value}, after the answer: {direction.place}")
                _report(f"    {direction.text!r} · {answer.text!r}")
                for meaning in answer.meanings:
                    _report(f"    meant {meaning.notation}")
                _report(f"    read  {after.read}")
    for title, found in (("directions", counts), ("after answers", of_answers)):
        _report(f"\n{title}: {found.total()}")
        for verdict in Verdict:
            _report(f"    {found[verdict]:5}  {verdict.value}")
    _report(f"    {not_asked:5}  not asked so that this answer completes it")
    right = sum(count for verdict, count in counts.items() if verdict.is_right)
    _report(f"\nright: {right} of {len(chosen)}")


def outcomes_of(direction: Direction) -> list[str]:
    """Every right outcome of a direction, in words."""
    return [
        *(f"meant {meaning.notation}" for meaning in direction.meanings),
        *(f"asked {question.topic}" for question in direction.questions),
        *(f"refused {refusal.topic}" for refusal in direction.refusals),
    ]


def _report(line: str) -> None:
    sys.stdout.write(line + "\n")


def report_styles() -> None:
    """How 600 random regimens are read, and what is read as another."""
    counts: Counter[tuple[str, str]] = Counter()
    others: dict[str, None] = {}

    @settings(max_examples=600, deadline=None, database=None)
    @given(regimens)
    def read_in_styles(regimen: Regimen) -> None:
        for style, words in STYLES.items():
            text = words(regimen)
            if not text:
                continue
            read = read_line(text)
            if not is_whole(read):
                counts[style, "asked or refused"] += 1
                continue
            verdict = min((verdict_by(each, read) for each in meant_in(style, regimen)), key=_RANK)
            counts[style, verdict.value] += 1
            if verdict is Verdict.SOMETHING_ELSE:
                lines = [f"{style}: {text!r}", f"meant {regimen.notation()}"]
                others["\n    ".join([*lines, f"read  {in_short(read)}"])] = None

    read_in_styles()
    for other in others:
        _report(other)
    for (style, verdict), count in sorted(counts.items()):
        _report(f"{count:5}  {style}: {verdict}")


_RANK = list(Verdict).index


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--styles"]:
            report_styles()
        case ["--slips"]:
            for spelling in SPELLINGS:
                for other in respelt_otherwise(spelling, is_everywhere=True):
                    _report(f"{spelling}: {other}")
            for note in NOTES:
                for lost in lost_notes(note, is_everywhere=True):
                    _report(f"{note}: {lost}")
            for put_in in WORDS:
                for dropped in dropped_words(put_in, is_everywhere=True):
                    _report(f"{put_in}: {dropped}")
        case words:
            main(" ".join(words))
