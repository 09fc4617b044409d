"""Decisions in JSON: the answers of `evtwin decide`, in this process."""
import json
import subprocess
import unittest

import evtwin
from evtwin import _home


def example():
    return subprocess.run([_home.program(), "decide", "--example"], capture_output=True, text=True, check=True).stdout


class Advisors(unittest.TestCase):
    def test_answers_are_those_of_the_command(self):
        for strategy in ("edf", "asap", "lp"):
            said = subprocess.run([_home.program(), "decide", "--strategy", strategy], input=example(), capture_output=True,
                                  text=True, check=True).stdout
            self.assertEqual(evtwin.decide(example(), strategy), json.loads(said))
            self.assertEqual(evtwin.decide(json.loads(example()), strategy), json.loads(said))

    def test_a_wrong_request_names_the_field_and_the_next_one_is_answered(self):
        advisor = evtwin.Advisor("edf", {"peak_target_kw": 40})
        request = json.loads(example())
        right = advisor.decide(request)
        self.assertEqual(right["strategy"], "edf:peak_target_kw=40")
        for change, field in ((lambda r: r["evses"][1].update(kw=-1), "/evses/1/kw"),
                              (lambda r: r.update(evsess=[]), "/evsess"),
                              (lambda r: r.update(now="yesterday"), "/now"),
                              (lambda r: r["evses"][0].update(kw=float("nan")), "")):
            wrong = json.loads(example())
            change(wrong)
            with self.assertRaises(evtwin.EvtwinError) as raised:
                advisor.decide(wrong)
            self.assertEqual(raised.exception.field, field)
            self.assertIn(field, str(raised.exception))
        self.assertEqual(advisor.decide(request)["granted_kw"], right["granted_kw"])

    def test_unknown_strategies_and_parameters_are_refused(self):
        with self.assertRaisesRegex(evtwin.EvtwinError, "unknown strategy 'edff'.*did you mean 'edf'"):
            evtwin.Advisor("edff")
        with self.assertRaisesRegex(evtwin.EvtwinError, "peak_target_kw"):
            evtwin.Advisor("edf", {"peak_target": 40})

    def test_the_schema_is_the_commands(self):
        said = subprocess.run([_home.program(), "decide", "--schema"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(evtwin.decide_schema(), json.loads(said))


if __name__ == "__main__":
    unittest.main()
