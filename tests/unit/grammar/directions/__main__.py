"""`python -m tests.unit.grammar.directions`: how much of the corpus is read right, and what isn't.

With words behind it, only directions that contain them: `… directions warfarin`.
"""

import sys
from collections import Counter

from tests.unit.grammar.directions.judging import Verdict, directions, judge, judge_answers
from tests.unit.grammar.directions.notation import Direction


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
        answers = list(judge_answers(direction))
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


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
