"""Scenarios and strategies that several tests share."""
import importlib.util
import os
import pathlib

import evtwin

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
WEEK = str(ROOT / "scenarios" / "workplace_week.lua")
SMALL = str(HERE / "small_site.lua")
TWO = str(HERE / "two_sites.lua")
CPP = os.path.join(os.environ.get("EVTWIN_HOME", ""), "lib", "test_plugins", "least_laxity.so")


def example(name):
    """A module of engine/python/examples."""
    path = ROOT / "engine" / "python" / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LeastLaxity = example("own_strategy").LeastLaxity


class AllAtOnce(evtwin.Strategy):
    def decide(self, view, decision):
        decision.evse_kw = view.evse_car_max_kw
