"""Strategies in Python: the equals of plugins, and safe in somebody's process."""
import gc
import os
import sqlite3
import tempfile
import unittest

import numpy as np

import evtwin
from evtwin import _library
from sites import CPP, SMALL, TWO, WEEK, AllAtOnce, LeastLaxity

TWO_DAYS = {"days": 2}


class Equals(unittest.TestCase):
    """The same decisions give the same history, whoever made them."""

    def setUp(self):
        if not os.path.exists(CPP):
            self.skipTest(f"{CPP} is not built")

    def test_the_hash_is_that_of_the_same_strategy_in_c_plus_plus(self):
        for scenario, where in ((WEEK, {}), (WEEK, {"seed": 21, "changes": {"contract_kw": 60}}), (TWO, {}),
                                (SMALL, {"days": 5, "settings": {"forecast": "yesterday"}})):
            mine, theirs = evtwin.run(scenario, LeastLaxity, **where), evtwin.run(scenario, CPP, **where)
            self.assertEqual(mine["event_hash"][0], theirs["event_hash"][0], (scenario, where))
            self.assertEqual(mine["objective"][0], theirs["objective"][0])
            self.assertGreater(mine["sessions"][0], 20)

    def test_and_so_are_the_rows_of_the_run_file(self):
        with tempfile.TemporaryDirectory() as folder:
            rows = []
            for strategy in (LeastLaxity, CPP):
                file = f"{folder}/{len(rows)}.evtwin"
                evtwin.run(WEEK, strategy, out=file, **TWO_DAYS)
                with sqlite3.connect(file) as db:
                    rows.append([db.execute(f"SELECT * FROM {table}").fetchall()
                                 for table in ("session", "power", "decision", "setpoint", "correction", "meter", "kpi")])
                db.close()
            self.assertGreater(len(rows[0][1]), 50)
            self.assertEqual(rows[0], rows[1])

    def test_another_patience_is_another_history(self):
        class Patient(LeastLaxity):
            patience_h = 0.0
        hashes = {evtwin.run(WEEK, strategy, **TWO_DAYS)["event_hash"][0] for strategy in (LeastLaxity, Patient)}
        self.assertEqual(len(hashes), 2)


class Views(unittest.TestCase):
    def test_columns_are_evtwins_own_memory_and_can_not_be_written(self):
        test = self

        class Looks(evtwin.Strategy):
            seen = 0

            def decide(self, view, decision):
                for name in ("evse_car_max_kw", "evse_session", "storage_soc", "connected_evse"):
                    column = getattr(view, name)
                    if column.size:
                        test.assertEqual(column.ctypes.data, getattr(view._raw, name), name)
                        test.assertFalse(column.flags.owndata)
                        with test.assertRaises(ValueError):
                            column[0] = 1
                test.assertEqual(decision.evse_kw.ctypes.data, decision._raw.evse_kw)
                test.assertTrue(np.isnan(decision.evse_kw).all())
                test.assertEqual(len(view.connected), view.n_connected)
                test.assertEqual(list(np.flatnonzero(view.evse_session)), list(view.connected))
                Looks.seen += view.n_connected
        evtwin.run(WEEK, Looks, **TWO_DAYS)
        self.assertGreater(Looks.seen, 100)

    def test_what_is_kept_never_points_into_freed_memory(self):
        kept = []

        class Keeps(evtwin.Strategy):
            def decide(self, view, decision):
                if view.n_connected:
                    kept.append((view.evse_remaining_kwh, view.evse_remaining_kwh.copy(), decision.evse_kw, view.so_far, view))
        evtwin.run(WEEK, Keeps, days=1)
        gc.collect()
        [evtwin.run(WEEK, AllAtOnce, days=1) for _ in range(2)]  # what was freed would be written over
        live, copy, decided, books, view = kept[10]
        self.assertEqual(live.shape, copy.shape)
        self.assertGreater(np.abs(live - copy).sum(), 0, "it is of the end by now")
        self.assertEqual(decided.shape, live.shape)
        self.assertGreater(books.import_kwh, 0)
        self.assertEqual(view.end_ns, view.now_ns)

    def test_names_that_there_are_not_are_refused_with_the_nearest(self):
        def reads(view, decision):
            return view.evse_car_max

        def writes(view, decision):
            decision.evse_kW = 3

        def overwrites(view, decision):
            view.evse_soc = 3
        for act, words in ((reads, "View has no evse_car_max; did you mean evse_car_max_kw?"),
                           (writes, "Decision has no evse_kW; did you mean evse_kw?"), (overwrites, "View.evse_soc is evtwin's and can not be written")):
            typo = type("Typo", (evtwin.Strategy,), {"decide": lambda self, view, decision, act=act: act(view, decision)})
            with self.assertRaises(AttributeError) as raised:
                evtwin.run(WEEK, typo, days=1)
            self.assertIn(words, str(raised.exception))

    def test_horizon_levels_and_plans(self):
        test = self

        class Plans(evtwin.Strategy):
            horizon_steps, plan_steps, levels = 8, 4, (0.1, 0.5, 0.9)
            asked = 0

            def decide(self, view, decision):
                test.assertEqual(view.horizon_pv_kw.shape, (8,))
                test.assertEqual(view.horizon_start_ns.shape, (9,))
                test.assertEqual(view.level_pv_kw.shape, (3, 8))
                test.assertTrue((view.level_pv_kw[0] <= view.level_pv_kw[2] + 1e-9).all())
                test.assertEqual(decision.plan_kw.shape, (view.n_evses + view.n_storages, 4))
                decision.plan_kw[:view.n_evses] = 0
                decision.plan_kw[view.connected] = view.evse_car_max_kw[view.connected][:, None]
                decision.expected_cost = 7.5
                Plans.asked += 1
        with tempfile.TemporaryDirectory() as folder:
            evtwin.run(WEEK, Plans, days=1, out=f"{folder}/plans.evtwin")
            with evtwin.open(f"{folder}/plans.evtwin") as run:
                self.assertGreater(len(run.table("plan")), 10)
                self.assertEqual(set(run.decisions["expected_cost"].dropna()), {7.5})
        self.assertGreater(Plans.asked, 96)

    def test_columns_of_the_horizon_that_nobody_reads_are_not_known(self):
        test = self

        class ReadsPrices(evtwin.Strategy):
            horizon_steps, horizon_reads = 4, evtwin.Reads.PRICES

            def decide(self, view, decision):
                test.assertTrue(np.isfinite(view.horizon_buy_per_kwh).all())
                test.assertTrue(np.isnan(view.horizon_pv_kw).all())
        evtwin.run(WEEK, ReadsPrices, days=1)


class Life(unittest.TestCase):
    def test_begin_decide_end_and_the_times_it_is_asked(self):
        told = []

        class Tells(evtwin.Strategy):
            subscribes = evtwin.Why.ARRIVAL

            def begin(self, view):
                told.append(("begin", view.n_connected, view.n_evses))

            def decide(self, view, decision):
                told.append(("decide", evtwin.Why(view.why)))
                if len(told) == 2:
                    decision.wake_ns = view.now_ns + 60_000_000_000

            def end(self, view):
                told.append(("end", view.now_ns == view.end_ns, view.so_far.import_kwh))
        table = evtwin.run(WEEK, Tells, days=1)
        self.assertEqual(told[0], ("begin", 0, 24))
        self.assertEqual(told[-1], ("end", True, table["import_kwh"][0]))
        whys = [word[1] for word in told[1:-1]]
        self.assertEqual({why for why in whys if not why & evtwin.Why.ARRIVAL}, {evtwin.Why.WAKE})
        self.assertGreater(len(whys), 20)

    def test_an_instance_is_used_itself_and_several_sites_have_one_each(self):
        class Counts(AllAtOnce):
            def begin(self, view):
                self.decisions, self.sites = 0, view.evse_id

            def decide(self, view, decision):
                self.decisions += 1
                super().decide(view, decision)
        mine = Counts()
        table = evtwin.run(WEEK, mine, days=1)
        self.assertEqual(mine.decisions, table.attrs["json"]["decisions"])
        both = []

        def make():
            both.append(Counts())
            return both[-1]
        evtwin.run(TWO, make)
        served = {one.sites[0] for one in both if hasattr(one, "sites")}
        self.assertEqual(served, {"North-1", "South-1"})
        self.assertEqual(evtwin.run(TWO, Counts())["event_hash"][0], evtwin.run(TWO, AllAtOnce)["event_hash"][0])

    def test_what_it_raises_comes_through_and_the_run_file_says_so(self):
        class Broken(evtwin.Strategy):
            def decide(self, view, decision):
                if view.decision_number == 40:
                    raise KeyError("tariff")
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/broken.evtwin"
            with self.assertRaises(KeyError) as raised:
                evtwin.run(WEEK, Broken, days=1, out=file)
            if hasattr(raised.exception, "__notes__"):
                self.assertIn("in strategy Broken, decision 41 at 2026-06-01 0", raised.exception.__notes__[0])
            with evtwin.open(file) as run:
                self.assertEqual((run.info["state"], run.info["error"]), ("failed", "KeyError: 'tariff'"))
                self.assertFalse(run.complete)

    def test_answers_that_can_not_be_are_refused_in_words(self):
        class Infinite(evtwin.Strategy):
            def decide(self, view, decision):
                if view.n_connected:
                    decision.evse_kw[view.connected[0]] = np.inf
        with self.assertRaises(evtwin.EvtwinError) as raised:
            evtwin.run(WEEK, Infinite, days=1)
        self.assertRegex(str(raised.exception), r"strategy Infinite: decide answered inf kW for EVSE A-1.*\(decision \d+ at 2026-06-01")

        class WrongLevels(AllAtOnce):
            levels, horizon_steps = (0.9, 0.1), 4
        with self.assertRaisesRegex(evtwin.EvtwinError, "levels are ascending"):
            evtwin.run(WEEK, WrongLevels, days=1)
        with self.assertRaisesRegex(TypeError, "an evtwin.Strategy is due"):
            evtwin.run(WEEK, lambda: 3, days=1)
        with self.assertRaisesRegex(NotImplementedError, "has no decide"):
            evtwin.run(WEEK, evtwin.Strategy, days=1)

    def test_reports_and_random_numbers(self):
        class Talks(AllAtOnce):  # one that leaves vehicles standing is warned of besides
            drawn = []

            def decide(self, view, decision):
                super().decide(view, decision)
                Talks.drawn.append(self.random(1, view.decision_number))
                if view.decision_number == 3:
                    self.report("three\nlines")
                    self.report("hm", warning=True)
        with tempfile.TemporaryDirectory() as folder:
            evtwin.run(WEEK, Talks, days=1, seed=9, out=f"{folder}/talks.evtwin")
            with evtwin.open(f"{folder}/talks.evtwin") as run:
                told = run.table("event").query("kind in ('strategy_remark', 'strategy_warning')")
                self.assertEqual(list(told["kind"]), ["strategy_remark", "strategy_warning"])
                self.assertNotIn("\n", told["text"].iloc[0])
        first = list(Talks.drawn)
        self.assertEqual(len(set(first)), len(first))
        Talks.drawn.clear()
        evtwin.run(WEEK, Talks, days=1, seed=9)
        self.assertEqual(Talks.drawn, first)
        with self.assertRaisesRegex(evtwin.EvtwinError, "within decide"):
            Talks().report("early")

    def test_runs_nest_and_threads_stay_apart(self):
        import threading
        alone = evtwin.run(WEEK, AllAtOnce, days=1)["event_hash"][0]

        class Asks(AllAtOnce):
            def begin(self, view):
                self.inner = evtwin.run(WEEK, AllAtOnce, days=1)["event_hash"][0]
        outer = Asks()
        self.assertEqual(evtwin.run(WEEK, outer, days=1)["event_hash"][0], alone)
        self.assertEqual(outer.inner, alone)
        hashes = []
        threads = [threading.Thread(target=lambda: hashes.append(evtwin.run(WEEK, AllAtOnce, days=1)["event_hash"][0]))
                   for _ in range(3)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(hashes, [alone] * 3)
        self.assertEqual(_library.load().evtwin_embed_error(), b"")


if __name__ == "__main__":
    unittest.main()
