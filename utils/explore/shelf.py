"""The few pictures that page and kernel both hold, each in its place."""

PLACES = 4


class Shelf:
    """A held picture is a dict: `positions` of the controls, `cells` that had been run, `sentence`
    and `png`. One without positions only a reply can show: the first, or one of a training."""

    def __init__(self, first):
        self.held = [first] + [{}] * (PLACES - 1)
        self.order = [*range(1, PLACES), 0]  # the one used last stands last

    def find(self, positions, cells):
        """Where the picture for `positions` is held; a cell that was run may have changed it."""
        for place in self.order:
            held = self.held[place]
            if held.get("positions") == positions and held["cells"] == cells:
                return place
        return None

    def room_for(self, positions, shown):
        """The place of an older picture for the same positions, or the one longest unused; never
        that of the picture which is shown."""
        older = [p for p in self.order if self.held[p].get("positions") == positions]
        return (older if positions and older else [p for p in self.order if p != shown])[0]

    def use(self, place):
        """Make it the one that is given up last. -> it"""
        self.order.remove(place)
        self.order.append(place)
        return place
