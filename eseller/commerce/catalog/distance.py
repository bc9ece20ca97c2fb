"""How many slips of the finger two words are apart. Pure."""


def distance(one: str, other: str) -> int:
    """Count letters put in, left out, changed, or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


def slips_allowed(word: str) -> int:
    """Return how many slips a word may have: none in three letters, two from six on."""
    return 0 if len(word) < 4 else 1 if len(word) < 6 else 2
