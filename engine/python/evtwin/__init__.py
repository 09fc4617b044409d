"""The evtwin digital twin of EV charging sites, from Python.

    import evtwin
    week = evtwin.scenario("workplace_week.lua")
    evtwin.run(week, "edf")                              # a pandas.DataFrame of one row: every key figure
    evtwin.compare(week, ["asap", "edf", "lp"])          # a row per strategy, over the same vehicles
    evtwin.sweep(week, ["asap", "lp"], changes={"contract_kw": range(40, 161, 15)}, seeds=range(1, 31))

A strategy is a class with decide() (evtwin.Strategy); learners step many worlds (evtwin.VectorEnv); what happened stands in
a run file (evtwin.open); a single decision is asked for in JSON (evtwin.decide). Nothing here is compiled: the program and
libevtwin.so do the work.
"""
try:
    import numpy  # noqa: F401 every part of the package needs it
except ImportError:
    raise ImportError("evtwin needs numpy; on Debian: apt install python3-numpy") from None

from ._errors import EvtwinError
from ._home import home, scenario
from ._library import Ledger
from .advisor import Advisor, decide, decide_schema
from .env import Env, PolicyStrategy, VectorEnv
from .fleet import Fleet
from .run_file import RunFile, open  # noqa: A004 evtwin.open is what it is called
from .runs import compare, run, sweep
from .spaces import HAS_GYMNASIUM, AutoresetMode, Box
from .strategy import Reads, Strategy, Why
from .view import Decision, View

__version__ = "0.1.0"
__all__ = ["Advisor", "AutoresetMode", "Box", "Decision", "Env", "EvtwinError", "Fleet", "HAS_GYMNASIUM", "Ledger",
           "PolicyStrategy", "Reads", "RunFile", "Strategy", "VectorEnv", "View", "Why", "compare", "decide",
           "decide_schema", "home", "open", "run", "scenario", "sweep"]
