"""All measurements by subject; importing this package registers them in the order in which they run.

To add one, write a function with `@measurement` (or `@table`) in the module of its subject, or in a new module that is
imported here.
"""

from benchmarks.questions import deep, answers, one, finding, page, overload  # noqa: F401, I001
from benchmarks.questions import mlmd, files, writes, bookmark, events, memory, profile, seals, copies, sizes  # noqa: F401
