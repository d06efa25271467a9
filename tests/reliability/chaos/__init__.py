"""Faults of processes, disks, connections and clocks."""

from tests.reliability.chaos import clock, cut_answers, full_disk, kills, one_owner

__all__ = ["clock", "cut_answers", "full_disk", "kills", "one_owner"]
