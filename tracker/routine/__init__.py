"""The downtime routine as data: typed objects read from TOML files."""

from tracker.routine.loader import RoutineError, load_routine
from tracker.routine.spec import Routine

__all__ = ["Routine", "RoutineError", "load_routine"]
