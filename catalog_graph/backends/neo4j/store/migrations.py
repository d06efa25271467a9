"""The migrations in `cypher/schema`, each of which is applied to a database once, by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from catalog_graph.backends.neo4j.store.queries import names, query


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: a query."""

    number: int
    name: str

    @property
    def made(self) -> str | None:
        """Name of the index or constraint that it creates; None if it does something else."""
        return self._index if query(self.name).text.startswith("CREATE ") else None

    @property
    def dropped(self) -> str | None:
        """Name of the index or constraint that it drops; None if it does something else."""
        return self._index if query(self.name).text.startswith("DROP ") else None

    @property
    def _index(self) -> str:
        return f"catalog_{self.name.partition('_')[2]}"

    @property
    def rewrites(self) -> bool:
        """True if it only changes what earlier versions stored; an empty database needs no such step."""
        return query(self.name).text.startswith(("MATCH ", "UNWIND "))


@cache
def migrations() -> tuple[Migration, ...]:
    """Return all steps in order; `schema/001_lock_name` is number 1."""
    return tuple(Migration(int(name.removeprefix("schema/")[:3]), name) for name in names("schema"))


def statements(steps: Sequence[Migration] | None = None) -> str:
    """Return the statements that create and drop indexes and constraints, for an administrator to run.

    They are needed if the service may not change the schema. Steps that change data are left to the service.
    """
    schema = [query(step.name) for step in (migrations() if steps is None else steps) if step.made or step.dropped]
    return "\n\n".join(f"// {step.purpose}\n{step.text};" for step in schema)
