"""run, compare and sweep against the command, and Python strategies against the same ones in C++."""
import json
import math
import os
import subprocess
import tempfile
import unittest

import numpy as np
import pandas

import evtwin
from evtwin import _home
from sites import CPP, TWO, WEEK, AllAtOnce, LeastLaxity


def said(*arguments):
    """The JSON that the command prints."""
    done = subprocess.run([_home.program(), *arguments, "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class Runs(unittest.TestCase):
    def test_a_run_has_every_figure_of_the_command(self):
        table = evtwin.run(WEEK, "edf:peak_target_kw=40", days=1, seed=4, settings={"pv_kw": 20}, changes={"contract_kw": 60.5})
        right = said("run", WEEK, "--strategy", "edf:peak_target_kw=40", "--days", "1", "--seed", "4", "--set", "pv_kw=20",
                     "--change", "contract_kw=60.5")
        self.assertEqual(len(table), 1)
        row = table.iloc[0]
        self.assertEqual(row["event_hash"], right["event_hash"])
        self.assertEqual(row["sessions"], right["sessions"])
        for name, value in right["kpi"].items():
            self.assertTrue(row[name] == value or value is None and math.isnan(row[name]), name)
        self.assertEqual(table.attrs["currency"], "KRW")
        self.assertEqual(table.attrs["json"]["corrections"], right["corrections"])
        self.assertEqual(row["strategy"], "edf:peak_target_kw=40")

    def test_the_scenario_decides_where_no_strategy_is_named(self):
        self.assertEqual(evtwin.run(TWO)["event_hash"][0], said("run", TWO)["event_hash"])

    def test_errors_are_the_commands_own_line(self):
        for wrong, words in ((lambda: evtwin.run(WEEK, "edff", days=1), "did you mean 'edf'"),
                             (lambda: evtwin.run("nowhere.lua"), "nowhere.lua"),
                             (lambda: evtwin.run(WEEK, AllAtOnce, changes={"contract_kv": 3}), "contract_kw"),
                             (lambda: evtwin.run(WEEK, AllAtOnce, settings={"nobody": 3}), "nobody"),
                             (lambda: evtwin.run(WEEK, AllAtOnce, seed=-1), "seed is -1"),
                             (lambda: evtwin.run(WEEK, AllAtOnce, days=0), "days is 0"),
                             (lambda: evtwin.run(WEEK, AllAtOnce, bound=True), "compare()"),
                             (lambda: evtwin.compare("nowhere.lua", [AllAtOnce]), "nowhere.lua"),
                             (lambda: evtwin.compare(WEEK, []), "strategies is empty")):
            with self.assertRaises(evtwin.EvtwinError) as raised:
                wrong()
            self.assertIn(words, str(raised.exception))
            self.assertNotIn("\n", str(raised.exception))


class Comparisons(unittest.TestCase):
    def test_rows_are_those_of_the_command(self):
        table = evtwin.compare(WEEK, ["asap", "edf"], days=1)
        right = said("compare", WEEK, "--strategies", "asap,edf", "--days", "1")
        self.assertEqual(list(table["event_hash"]), [run["event_hash"] for run in right["runs"]])
        for row, run in zip(table.to_dict("records"), right["runs"]):
            self.assertEqual(row["regret"], run["regret"])
            self.assertEqual(row["compared_for_cost"], run["compared_for_cost"])
            self.assertIsNone(row["error"])

    def test_a_python_strategy_has_the_row_of_the_same_one_in_c_plus_plus(self):
        if not os.path.exists(CPP):
            self.skipTest(f"{CPP} is not built")
        table = evtwin.compare(WEEK, ["asap", LeastLaxity, CPP], days=2)
        self.assertEqual(list(table["strategy"]), ["asap", "least-laxity", "least-laxity-cpp"])
        mine, theirs = (table.iloc[k].drop(["strategy", "wall_s", "run_file"]) for k in (1, 2))
        pandas.testing.assert_series_equal(mine, theirs, check_names=False, rtol=1e-14, atol=0)
        self.assertEqual(mine["event_hash"], theirs["event_hash"])
        self.assertGreater(mine["regret"], 0)
        self.assertNotEqual(table["event_hash"][0], table["event_hash"][1])
        without = evtwin.compare(WEEK, ["edf", LeastLaxity], days=2).iloc[1]  # asap is known by what edf saves
        self.assertAlmostEqual(without["saving_share"], theirs["saving_share"], places=9)

    def test_over_seeds_each_has_its_own_vehicles(self):
        if not os.path.exists(CPP):
            self.skipTest(f"{CPP} is not built")
        table = evtwin.compare(WEEK, [LeastLaxity, "asap", CPP], days=1, seeds=[5, 6], bound=False)
        self.assertEqual(list(table["seed"]), [5, 5, 5, 6, 6, 6])
        self.assertEqual(list(table["strategy"]), ["least-laxity", "asap", "least-laxity-cpp"] * 2)
        self.assertEqual(list(table["event_hash"][[0, 3]]), list(table["event_hash"][[2, 5]]))
        self.assertEqual(table["event_hash"].nunique(), 4)

    def test_one_that_fails_is_an_error_of_its_row(self):
        class Broken(evtwin.Strategy):
            def decide(self, view, decision):
                if view.decision_number == 30:
                    raise RuntimeError("no idea")
        table = evtwin.compare(WEEK, [Broken, AllAtOnce], days=1)
        self.assertEqual(table["error"][0], "RuntimeError: no idea")
        self.assertTrue(math.isnan(table["objective"][0]))
        self.assertIsNone(table["error"][1])
        self.assertEqual(list(table["compared_for_cost"]), [False, True])

    def test_one_strategy_needs_no_list(self):
        self.assertEqual(list(evtwin.compare(WEEK, "asap,edf", days=1, bound=False)["strategy"]), ["asap", "edf"])
        self.assertEqual(list(evtwin.compare(WEEK, AllAtOnce, days=1, bound=False)["strategy"]), ["AllAtOnce"])

    def test_run_files_lie_in_the_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            table = evtwin.compare(WEEK, ["asap", AllAtOnce], days=1, out=folder, bound=False)
            for _, row in table.iterrows():
                with evtwin.open(row["run_file"]) as run:
                    self.assertEqual(run.info["event_hash"], row["event_hash"])


class Sweeps(unittest.TestCase):
    def test_every_point_is_a_run_of_its_own(self):
        table = evtwin.sweep(WEEK, ["asap", AllAtOnce], settings={"pv_kw": [20, 50], "cars_per_weekday": 30},
                             changes={"contract_kw": np.array([40, 90])}, seeds=range(1, 3), days=1)
        self.assertEqual(list(table.columns[:6]), ["point", "pv_kw", "contract_kw", "seed", "strategy", "total_cost"])
        self.assertEqual(list(table.columns[-2:]), ["event_hash", "error"])
        self.assertEqual(len(table), 2 * 2 * 2 * 2)
        self.assertEqual(table["event_hash"].nunique(), 16)
        for _, row in table.iloc[[0, 7, 14]].iterrows():
            strategy = row["strategy"] if row["strategy"] == "asap" else AllAtOnce
            one = evtwin.run(WEEK, strategy, seed=int(row["seed"]), days=1, changes={"contract_kw": int(row["contract_kw"])},
                             settings={"pv_kw": int(row["pv_kw"]), "cars_per_weekday": 30})
            self.assertEqual(one["event_hash"][0], row["event_hash"])
            self.assertEqual(one["objective"][0], row["objective"])
            self.assertEqual(one["sessions"][0], row["sessions"])

    def test_without_strategies_it_is_the_scenarios_own(self):
        done = []
        table = evtwin.sweep(TWO, changes={"North.contract_kw": [5, 20]}, progress=lambda k, n: done.append((k, n)))
        self.assertEqual(done, [(1, 2), (2, 2)])
        self.assertEqual(list(table["point"]), [1, 2])
        right = said("run", TWO, "--change", "North.contract_kw=5")
        self.assertEqual(table["event_hash"][0], right["event_hash"])

    def test_a_list_without_values_is_refused(self):
        with self.assertRaisesRegex(evtwin.EvtwinError, "contract_kw has no values"):
            evtwin.sweep(WEEK, ["asap"], changes={"contract_kw": []})


if __name__ == "__main__":
    unittest.main()
