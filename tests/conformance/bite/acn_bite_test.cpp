// A comparison that can not fail shows nothing: golden ACN-Sim cases with one thing changed must be failed, and for the
// thing that was changed.
#include "conformance/bite/bites.hpp"

namespace evtwin::conformance::test {
namespace {

class AcnBites : public Bites {
 protected:
  AcnBites() : Bites("acn") {}
};

/// The first period in which a series is not 0.
json& first_value(json& series) {
  for (json& x : series) {
    if (x.get<double>() != 0.0) return x;
  }
  throw std::runtime_error("all 0");
}

TEST_F(AcnBites, OnePilotOfOnePeriod) {
  const auto one_pilot = [](double by) {
    return [by](json& d) { add(first_value(d["result"]["pilot_signals_A"].front()), by); };
  };
  expect_noticed("c03_edf_linear_cap50", "pilot_signals_A", one_pilot(1.0));
  // Finite rates and round robin are exact, halving to 0.02 A.
  expect_noticed("c03_edf_linear_cap50", "pilot_signals_A", one_pilot(1e-11));
  expect_noticed("t_rr_two", "pilot_signals_A", one_pilot(1e-8));
  expect_noticed("t_edf_two", "pilot_signals_A", one_pilot(0.021));
}

TEST_F(AcnBites, ThePilotThatIsAllThatIsWanted) {
  // No tie where currents are not in steps: the rest of a request is a current like any other.
  expect_noticed("t_edf_lin", "pilot_signals_A", [](json& d) {
    json& last = d["result"]["pilot_signals_A"]["E0"];
    for (std::size_t t = last.size(); t-- > 0;) {
      if (last[t].get<double>() != 0.0) return add(last[t], -0.5);
    }
  });
}

TEST_F(AcnBites, OneRateSessionPeakOrCost) {
  expect_noticed("c02_uncontrolled_two_stage", "charging_rates_A",
                 [](json& d) { add(first_value(d["result"]["charging_rates_A"].front()), 2e-9); });
  expect_noticed("t_unc_two", "delivered_kWh", [](json& d) { add(d["result"]["sessions"][2]["delivered_kWh"], 2e-9); });
  expect_noticed("t_unc_two", "final_soc", [](json& d) { add(d["result"]["sessions"][1]["final_soc"], -2e-9); });
  for (const char* figure : {"peak_sum_A", "max_aggregate_power_kW", "total_requested_kWh", "total_delivered_kWh",
                             "proportion_energy_delivered", "proportion_demands_met", "periods"}) {
    expect_noticed("t_unc_lin", figure, [&](json& d) { add(d["result"][figure], 2e-9); });
  }
  expect_noticed("c01_uncontrolled_linear", "energy_cost", [](json& d) { add(d["result"]["energy_cost"], 1e-7); });
  expect_noticed("c01_uncontrolled_linear", "demand_charge", [](json& d) { add(d["result"]["demand_charge"], 1e-5); });
  expect_noticed("c01_uncontrolled_linear", "constraint_peak_A AV Pod",
                 [](json& d) { add(d["result"]["constraint_peak_A"]["AV Pod"], 2e-9); });
  expect_noticed("c01_uncontrolled_linear", "constraint_overload_periods CC Pod",
                 [](json& d) { add(d["result"]["constraint_overload_periods"]["CC Pod"], 1.0); });
  expect_noticed("c01_uncontrolled_linear", "nema_unbalance[",
                 [](json& d) { d["result"]["nema_unbalance"][150] = 0.123; });
  expect_noticed("c01_uncontrolled_linear", "nema_unbalance[",
                 [](json& d) { d["result"]["nema_unbalance"][150] = nullptr; });
}

TEST_F(AcnBites, OneDepartureShifted) {
  // Of a car that still charged when it left: a finished one may leave when it likes.
  for (const char* name : {"c03_edf_linear_cap50", "c10_edf_uninterrupted_rampdown_jpl", "t_unc_lin"}) {
    expect_noticed(name, "the reference has", [](json& d) {
      for (std::size_t i = 0; i < d["sessions"].size(); ++i) {
        json& session = d["sessions"][i];
        const double got = d["result"]["sessions"][i]["delivered_kWh"].get<double>();
        if (got > session["requested_kWh"].get<double>() - 0.2) continue;
        session["departure"] = session["est_departure"] = session["departure"].get<int>() - 1;
        return;
      }
    });
  }
}

TEST_F(AcnBites, OneClaimOfADeparture) {
  expect_noticed("t_edf_lin", "pilot_signals_A", [](json& d) { d["sessions"][0]["est_departure"] = 1; });
}

TEST_F(AcnBites, OneLimitOrCoefficient) {
  expect_noticed("c03_edf_linear_cap50", "pilot_signals_A", [](json& d) {
    for (json& c : d["network"]["constraints"]) {
      if (c["name"] == "Secondary A") add(c["limit_A"], -4.0);
    }
  });
  expect_noticed("t_llf_lin", "pilot_signals_A", [](json& d) { d["network"]["constraints"][0]["limit_A"] = 39.9; });
  expect_noticed("t_llf_lin", "pilot_signals_A", [](json& d) { d["network"]["constraints"][0]["coef"]["E1"] = 1.1; });
  expect_noticed("c01_uncontrolled_linear", "constraint_peak_A", [](json& d) {
    for (json& station : d["network"]["stations"]) {
      if (station["id"] == d["sessions"][0]["station"]) add(station["phase_deg"], 120.0);
    }
  });
}

TEST_F(AcnBites, AnotherAlgorithmOrBattery) {
  expect_noticed("c03_edf_linear_cap50", "pilot_signals_A", [](json& d) { d["algorithm"]["sort"] = "LCFS"; });
  expect_noticed("c06_rr_linear_cap50", "pilot_signals_A", [](json& d) { d["algorithm"]["sort"] = "LRPT"; });
  expect_noticed("c10_edf_uninterrupted_rampdown_jpl", "pilot_signals_A",
                 [](json& d) { d["algorithm"].erase("uninterrupted_charging"); });
  expect_noticed("c05_fcfs_two_stage_stepwise_cap50", "pilot_signals_A", [](json& d) {
    for (json& s : d["sessions"]) s["battery"]["mode"] = "continuous";
  });
  expect_noticed("t_rr_lin", "pilot_signals_A", [](json& d) { d["algorithm"]["continuous_inc_A"] = 0.25; });
}

TEST_F(AcnBites, FieldsAndValuesThatAreNotKnown) {
  expect_noticed("t_edf_lin", "'surprise'", [](json& d) { d["algorithm"]["surprise"] = 1; });
  expect_noticed("t_edf_lin", "'surprise'", [](json& d) { d["result"]["surprise"] = 1; });
  expect_noticed("t_edf_lin", "'surprise'", [](json& d) { d["sessions"][1]["battery"]["surprise"] = 1; });
  expect_noticed("t_edf_lin", "SJF", [](json& d) { d["algorithm"]["sort"] = "SJF"; });
  expect_noticed("t_edf_two", "noise", [](json& d) { d["sessions"][1]["battery"]["noise_kW"] = 0.1; });
  expect_noticed("t_edf_lin", "energy_cost", [](json& d) { d["result"].erase("energy_cost"); });
}

TEST_F(AcnBites, AScheduleOrARefusal) {
  const auto count = [](const json& cases, const char* field) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (cases[i].contains(field)) return i;
    }
    throw std::runtime_error("none");
  };
  expect_noticed("unit_schedule", "station", [&](json& d) {
    json& e = d["cases"][count(d["cases"], "schedule")];
    add(e["schedule"].front()[0], 0.03);
  });
  expect_noticed("unit_schedule", "gave a schedule", [&](json& d) {
    json& e = d["cases"][count(d["cases"], "schedule")];
    e.erase("schedule");
    e["raises"] = "Charging all sessions at their lower bound is not feasible.";
  });
  expect_noticed("unit_schedule", "the reason of the refusal",
                 [&](json& d) { d["cases"][count(d["cases"], "raises")]["raises"] = "No more sessions."; });
  expect_noticed("unit_schedule", "FAIL", [&](json& d) {
    json& e = d["cases"][count(d["cases"], "raises")];
    for (json& s : e["sessions"]) s["min_rates0"] = 0;
  });
  expect_noticed("unit_schedule", "'surprise'", [](json& d) { d["cases"][7]["surprise"] = 1; });
}

}  // namespace
}  // namespace evtwin::conformance::test
