// Single calls (ACN-Sim's batteries, feasibility and tariffs, SpiceEV's battery) with one thing changed must be failed,
// and for the thing that was changed.
#include "conformance/bite/bites.hpp"

namespace evtwin::conformance::test {
namespace {

class AcnCallsBite : public Bites {
 protected:
  AcnCallsBite() : Bites("acn") {}

  /// Keeps the first case of the file for which `which` holds, changes it, and wants that noticed.
  void expect_noticed_in(const std::string& name, const std::function<bool(const json&)>& which, const char* what,
                         const std::function<void(json&)>& change) const {
    expect_noticed(name, what, [&](json& document) {
      for (const json& one : json(document["cases"])) {
        if (!which(one)) continue;
        document["cases"] = {one};
        document["count"] = 1;
        return change(document["cases"][0]);
      }
      throw std::runtime_error("no such case");
    });
  }
};

bool tapers(const json& c) { return c["type"] == "Linear2StageBattery" && c.contains("rate") && c["rate"] < 30.0; }
bool has_noise(const json& c) { return c.contains("normal_draws"); }
bool is_linear(const json& c) { return c["linear"].get<bool>(); }
bool has_prices(const json& c) { return c.contains("hourly"); }
bool raises(const json& c) { return c.contains("raises"); }
bool any(const json&) { return true; }

TEST_F(AcnCallsBite, OneFigureOfABattery) {
  const std::string file = "unit_battery";
  expect_noticed_in(file, tapers, "rate A", [](json& c) { add(c["rate"], 2e-9); });
  expect_noticed_in(file, tapers, "kWh after", [](json& c) { add(c["charge_after"], -2e-9); });
  expect_noticed_in(file, tapers, "mean kW", [](json& c) { add(c["power_kW"], 2e-9); });
  expect_noticed_in(file, tapers, "rate A", [](json& c) { add(c["transition_soc"], -0.01); });
  expect_noticed_in(file, tapers, "rate A", [](json& c) { c["mode"] = "stepwise"; });
  expect_noticed_in(file, tapers, "'surprise'", [](json& c) { c["surprise"] = 1; });
  expect_noticed_in(file, has_noise, "rate A", [](json& c) { add(c["normal_draws"][0], 0.01); });
  expect_noticed_in(file, has_noise, "can not be repeated", [](json& c) { c.erase("normal_draws"); });
  // What is refused must be refused for the figure that is wrong.
  expect_noticed_in(file, raises, "verdict", [](json& c) {
    c["period"] = 5;
    c["voltage"] = 208;
  });
}

TEST_F(AcnCallsBite, OneFigureOfAFeasibilityCheck) {
  for (const auto& which : {any, is_linear}) {
    expect_noticed_in("unit_feasible", which, "A of constraint", [](json& c) { add(c["currents_abs"][1][0], 2e-9); });
    expect_noticed_in("unit_feasible", which, "feasible", [](json& c) { c["feasible"] = !c["feasible"].get<bool>(); });
    expect_noticed_in("unit_feasible", which, "A of constraint", [](json& c) { add(c["schedule"][1][0], 1.0); });
  }
  expect_noticed_in("unit_feasible", any, "feasible", [](json& c) {
    for (json& limit : c["limits"]) limit = 1e4;
  });
}

TEST_F(AcnCallsBite, OneFigureOfATariff) {
  expect_noticed_in("unit_tariff", has_prices, "USD/kWh at hour[9]", [](json& c) { add(c["hourly"][9], 1e-9); });
  expect_noticed_in("unit_tariff", has_prices, "USD/kW", [](json& c) { add(c["demand_charge"], 1e-9); });
  expect_noticed_in("unit_tariff", has_prices, "USD/kWh", [](json& c) { c["date"] = "2019-07-13"; });
  expect_noticed_in("unit_tariff", has_prices, "is not there", [](json& c) { c["tariff"] = "none"; });
  expect_noticed_in("unit_tariff", raises, "verdict", [](json& c) { c["date"] = "2019-06-03"; });
}

class SpiceEvBites : public Bites {
 protected:
  SpiceEvBites() : Bites("spiceev") {}
  /// As above, for a case of a status.
  void expect_noticed_of(const std::string& status, const char* what, const std::function<void(json&)>& change) const {
    expect_noticed("battery_cases", what, [&](json& document) {
      for (json& one : document["cases"]) {
        if (one["status"] == status && one["soc"] != 1.0) return change(one);
      }
      throw std::runtime_error("no such case");
    });
  }
};

TEST_F(SpiceEvBites, OneFigureOfACall) {
  // Differences in kWh: a quantity is compared to 1e-9.
  expect_noticed_of("agreed", "stored kWh after",
                    [](json& c) { add(c["expect"]["soc_after"], 3e-9 / c["capacity_kWh"].get<double>()); });
  expect_noticed_of("agreed", "metered kWh",
                    [](json& c) { add(c["expect"]["avg_power_kW"], 3e-9 * 3600.0 / c["seconds"].get<double>()); });
  expect_noticed_of("agreed", "unlimited unload", [](json& c) {
    add(c["expect"]["available_power_kW"], 3e-9 * 3600.0 / c["seconds"].get<double>());
  });
  expect_noticed_of("agreed", "the reference has", [](json& c) { add(c["seconds"], 30.0); });
  expect_noticed_of("agreed", "'new'", [](json& c) { c["status"] = "new"; });
  expect_noticed_of("agreed", "'idle'", [](json& c) { c["op"] = "idle"; });
  expect_noticed_of("spiceev_defect_negative_soc", "stored kWh after",
                    [](json& c) { add(c["independent"]["soc_after"], 3e-9 / c["capacity_kWh"].get<double>()); });
  expect_noticed_of("spiceev_assertion", "stored kWh after", [](json& c) { add(c["independent"]["soc_after"], 1e-3); });
}

}  // namespace
}  // namespace evtwin::conformance::test
