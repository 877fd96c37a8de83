"""Lines of a benchmark: what was measured, and what had to be reached."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Gate:
    """One figure with the bound it has to keep; `at_least` says on which side."""

    name: str
    value: float
    bound: float
    at_least: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        """The figure, its bound and the verdict, as one line."""
        sign = ">=" if self.at_least else "<="
        return f"{'met   ' if self.met else 'MISSED'}  {self.name}: {self.value:.3g} (aim: {sign} {self.bound:g})"


@dataclass
class Report:
    """Lines as they come, and the gates among them."""

    lines: list[str] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)

    def gate(self, gate: Gate) -> None:
        """Add a gate."""
        self.gates.append(gate)

    @property
    def met(self) -> bool:
        """Whether every gate is met."""
        return all(gate.met for gate in self.gates)


def most(name: str, value: float, bound: float) -> Gate:
    """A figure that may be at most its bound."""
    return Gate(name, value, bound, at_least=False)
