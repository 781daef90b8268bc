"""The index of bookings answers as a scan of all bookings would, whatever was booked and cancelled before."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ronghe.resources.schedule.index import Index

END = 60
minutes = st.integers(0, END - 1)


def load_at(held: list[tuple[str, str, int, int]], resource: str, minute: int) -> int:
    return sum(one[1] == resource and one[2] <= minute < one[3] for one in held)


class AsAScan(RuleBasedStateMachine):
    """Resources with one unit and with two, and one whose bookings overlapped from the start."""

    @initialize(clash=st.booleans(), given=st.lists(st.tuples(minutes, st.integers(1, 6)), max_size=3))
    def begin(self, *, clash: bool, given: list[tuple[int, int]]) -> None:
        self.capacity = {"one": 1, "two": 2, "clash": 1}
        self.held = [("c1", "clash", 3, 9), ("c2", "clash", 5, 12)] if clash else []
        for n, (start, length) in enumerate(given):
            if all(load_at(self.held, "two", m) < 2 for m in range(start, start + length)):
                self.held.append((f"g{n}", "two", start, start + length))
        self.index = Index(self.capacity, self.held)
        self.count = 0

    def fits(self, resource: str, start: int, end: int) -> bool:
        return all(load_at(self.held, resource, m) < self.capacity[resource] for m in range(start, end))

    @rule(resource=st.sampled_from(("one", "two", "clash")), start=minutes, length=st.integers(1, 12))
    def book(self, resource: str, start: int, length: int) -> None:
        self.count += 1
        name = f"n{self.count}"
        expected = self.fits(resource, start, start + length)
        assert self.index.book(name, resource, start, start + length) == expected
        if expected:
            self.held.append((name, resource, start, start + length))

    @rule(place=st.integers(0, 100))
    def cancel(self, place: int) -> None:
        if self.held:
            one = self.held.pop(place % len(self.held))
            assert self.index.cancel(one[0]) == one[1:]

    @rule(resource=st.sampled_from(("one", "two", "clash")), start=minutes, length=st.integers(1, 12))
    def conflicts(self, resource: str, start: int, length: int) -> None:
        expected = {one[0] for one in self.held if one[1] == resource and one[2] < start + length and one[3] > start}
        found = self.index.conflicts(resource, start, start + length)
        assert len(found) == len(expected)
        assert set(found) == expected

    @rule(after=minutes, length=st.integers(1, 15))
    def earliest(self, after: int, length: int) -> None:
        for names in (("one",), ("two",), ("clash",), ("one", "two", "clash")):
            expected = next(
                (start, name)
                for start in range(after, 10 * END)
                for name in names
                if self.fits(name, start, start + length)
            )
            assert self.index.earliest(names, after, length) == expected

    @invariant()
    def rebuilt_it_is_the_same(self) -> None:
        if hasattr(self, "index"):
            assert self.index.bookings() == sorted(self.held)
            assert len(Index(self.capacity, self.index.bookings())) == len(self.held)


TestAsAScan = AsAScan.TestCase
TestAsAScan.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
