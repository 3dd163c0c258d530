"""`python -m tests.unit.grammar.intents`: how much of the corpus is read as written there."""

import sys
from collections import Counter

from tests.unit.grammar.intents.corpus import is_right, meaning_of, read_corpus


def main(only: str) -> None:
    counts: Counter[str] = Counter()
    for example in read_corpus():
        read = meaning_of(example.text)
        is_as_written = is_right(example, read)
        verdict = "right" if is_as_written else "unread" if read == "unread" else "SOMETHING ELSE"
        counts[verdict] += 1
        if not is_as_written and only in example.meanings[0]:
            meant = " | ".join(example.meanings)
            sys.stdout.write(f"{verdict:14} {example.text!r}: meant {meant}, read {read}\n")
    sys.stdout.write(f"{dict(counts)}\n")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
