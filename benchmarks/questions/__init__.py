"""What is measured, by subject: importing this package registers all of it, in the order in which it is run.

To add a measurement, write a function with `@measurement` (or `@table`) in the module of its subject, or in a new
module that is imported here.
"""

from benchmarks.questions import deep, answers, one, finding, mlmd, files, writes, memory, profile, sizes  # noqa: F401, I001
