"""Where the next move may lead, so that its picture can be drawn while the reader looks.

Positions are a list, one for each control; `lasts` are the last ones that there are.
"""


def likely(before, positions, lasts):
    """After a move, where the next may lead: on by one, as far again, or back from the end."""
    moves = enumerate(k - was for k, was in zip(positions, before, strict=True))
    moved = [(control, step) for control, step in moves if step]
    if len(moved) != 1:
        return []
    ((control, step),) = moved
    one = step // abs(step)
    on = beside(positions, control, dict.fromkeys([one, step]), lasts)
    return on or beside(positions, control, [-one], lasts)


def beside(positions, control, steps, lasts):
    """`positions`, but for a control that is each of `steps` further, where it can be."""
    return [
        [*positions[:control], positions[control] + step, *positions[control + 1 :]]
        for step in steps
        if 0 <= positions[control] + step <= lasts[control]
    ]
