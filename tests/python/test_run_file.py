"""Run files as tables."""
import os
import pathlib
import tempfile
import unittest

import numpy as np

import evtwin
from sites import WEEK


class RunFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = os.path.join(cls.folder.name, "a week's.evtwin")
        cls.table = evtwin.run(WEEK, "edf", days=2, out=cls.file, settings={"pv_kw": 30})
        cls.run_file = evtwin.open(cls.file)

    @classmethod
    def tearDownClass(cls):
        cls.run_file.close()
        cls.folder.cleanup()

    def test_figures_are_those_of_the_run(self):
        run = self.run_file
        self.assertTrue(run.complete)
        self.assertEqual(run.info["event_hash"], self.table["event_hash"][0])
        self.assertEqual(run.info["parameters"], {"pv_kw": "30"})
        for name, value in run.kpi.items():
            self.assertTrue(value == self.table[name][0] or np.isnan(value) and np.isnan(self.table[name][0]), name)
        self.assertIn("strategy edf, complete", repr(run))

    def test_times_are_local_and_say_their_zone(self):
        sessions = self.run_file.sessions
        self.assertEqual(str(sessions["plugged_in"].dt.tz), "Asia/Seoul")
        self.assertEqual(str(sessions["departed"].min().date())[:7], "2026-06")
        raw = self.run_file.table("session", local_times=False)
        self.assertEqual(sessions["departed"].iloc[0].value, raw["departed_ns"].iloc[0])
        self.assertEqual(sessions["plugged_in"].isna().sum(), raw["plugged_in_ns"].isna().sum())
        self.assertGreater(raw["plugged_in_ns"].isna().sum(), 0)
        self.assertGreater(len(sessions), 30)

    def test_sampled_power_adds_up_to_the_energy_that_was_metered(self):
        power = self.run_file.sampled("1min")
        self.assertEqual(len(power), 2 * 24 * 60)
        energy = self.run_file.sql("SELECT unit, sum(energy_kwh) AS kwh FROM power_segment GROUP BY unit").set_index("unit")
        for unit in power.columns:
            self.assertAlmostEqual(power[unit].sum() / 60, energy.loc[unit, "kwh"], delta=1.0, msg=unit)
        # Exact at any instant, within tapers, too: the statement of engine/record/README.md.
        at = power.index[11 * 60 + 7]
        right = self.run_file.sql("SELECT unit, kw * exp(slope_kw_per_kwh * (:t - start_ns) / 3600e9) AS kw "
                                  "FROM power_segment WHERE :t >= start_ns AND :t < end_ns", {"t": at.value})
        self.assertGreater(len(right), 3)
        for unit, kw in zip(right["unit"], right["kw"]):
            self.assertAlmostEqual(power.loc[at, unit], kw, places=12)
        one = self.run_file.sampled("15min", ["A-1"])
        self.assertEqual(list(one.columns), ["A-1"])

    def test_tables_views_and_help(self):
        self.assertIn("cost_per_day", self.run_file.tables)
        self.assertEqual(len(self.run_file.table("cost_per_day")), 2)
        self.assertIn("unmet_kwh", self.run_file.help("session"))
        self.assertGreater(len(self.run_file.decisions), 10)
        self.assertIn("reason", self.run_file.corrections.columns)

    def test_errors_say_what_there_is(self):
        for wrong, words in ((lambda: self.run_file.table("sesion"), "has no table sesion; it has acceptance"),
                             (lambda: self.run_file.sql("SELECT nobody FROM session"), "no such column: nobody"),
                             (lambda: self.run_file.sampled("15min", ["Z-9"]), "Z-9 drew no power"),
                             (lambda: evtwin.open("nowhere.evtwin"), "is not there"),
                             (lambda: evtwin.open(__file__), "is no run file"),
                             (lambda: self.run_file.sql("DELETE FROM session"), "readonly")):
            with self.assertRaises(evtwin.EvtwinError) as raised:
                wrong()
            self.assertIn(words, str(raised.exception))
        empty = pathlib.Path(self.folder.name, "empty")
        empty.write_bytes(b"")
        with self.assertRaisesRegex(evtwin.EvtwinError, "is no run file"):
            evtwin.open(empty)


if __name__ == "__main__":
    unittest.main()
