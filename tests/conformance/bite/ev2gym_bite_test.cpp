// Golden EV2Gym runs with one thing changed must be failed, and for the thing that was changed.
#include "conformance/bite/bites.hpp"

namespace evtwin::conformance::test {
namespace {

class Ev2gymBites : public Bites {
 protected:
  Ev2gymBites() : Bites("ev2gym") {}

  /// One agent's run of a file, changed.
  void expect_noticed_in(const std::string& name, const std::string& agent, const char* what,
                         const std::function<void(json& document, json& run)>& change) const {
    bool cut = false;
    expect_noticed(name, what, [&](json& document) {
      const json run = document["runs"][agent];
      document["runs"] = json{{agent, run}};
      change(document, document["runs"][agent]);
      cut = true;
    });
    EXPECT_TRUE(cut);
  }
};

/// The first action that is neither 0 nor at an end, of a port where a car is.
json& some_action(json& document, json& run) {
  for (auto& [uid, session] : run["sessions"].items()) {
    const json& car = document["sessions"][std::stoul(uid)];
    std::size_t port = session["port"].get<std::size_t>();
    for (std::size_t c = 0; c < car["charger"].get<std::size_t>(); ++c)
      port += document["chargers"][c]["n_ports"].get<std::size_t>();
    for (std::size_t k = 0; k < session["energy_kwh"].size(); ++k) {
      json& action = run["actions"][car["arrival_step"].get<std::size_t>() + k][port];
      const double a = action.get<double>();
      if (session["energy_kwh"][k].get<double>() != 0.0 && std::abs(a) > 0.3 && std::abs(a) < 0.9) return action;
    }
  }
  throw std::runtime_error("no such action");
}

TEST_F(Ev2gymBites, OneActionPhaseOrStartingEnergy) {
  expect_noticed_in("PublicPST_seed1", "RR", "amps_cmd", [](json& d, json& run) { add(some_action(d, run), 0.01); });
  expect_noticed_in("Multi2port3tr_seed1", "RANDOM", "energy_kwh",
                    [](json& d, json&) { add(d["sessions"][3]["initial_energy_kwh"], 0.3); });
  expect_noticed_in("V2GProfitMax_seed2", "V2GTHR", "current_a", [](json& d, json&) {
    for (json& charger : d["chargers"]) charger["phases"] = 1;
  });
  expect_noticed_in("V2GProfitMax_seed1", "RANDOM", "energy_kwh",
                    [](json& d, json&) { add(d["sessions"][0]["charge_efficiency"][16], -1.0); });
  expect_noticed_in("PublicPST_seed2", "CAFAP", "FAIL",
                    [](json& d, json&) { add(d["sessions"][2]["transition_soc"], -0.02); });
}

TEST_F(Ev2gymBites, OneDeparturePriceOrLimit) {
  expect_noticed_in("V2GProfitMax_seed1", "CAFAP", "FAIL", [](json& d, json&) {
    d["sessions"][4]["departure_step"] = d["sessions"][4]["departure_step"].get<int>() - 1;
  });
  expect_noticed_in("V2GProfitMax_seed1", "V2GTHR", "profit_eur", [](json& d, json&) {
    for (json& price : d["discharge_price_eur_kwh"]) add(price, 1e-6);
  });
  expect_noticed_in("V2GProfitPlusLoads_seed1", "CAFAP", "transformer_overload_kw", [](json& d, json&) {
    for (json& kw : d["transformers"][0]["max_power_kw"]) add(kw, -1.0);
  });
  expect_noticed_in("V2GProfitPlusLoads_seed1", "CAFAP", "transformer_power_kw",
                    [](json& d, json&) { add(d["transformers"][0]["solar_power_kw"][60], -0.001); });
  expect_noticed_in("PublicPST_seed1", "RR", "reward SimpleReward",
                    [](json& d, json&) { add(d["power_setpoints_kw"][60], 0.001); });
}

TEST_F(Ev2gymBites, OneFigureOfTheReference) {
  const auto figure = [&](const char* what, const std::function<void(json&)>& change) {
    expect_noticed_in("Multi2port3tr_seed2", "V2GTHR", what, [&](json&, json& run) { change(run); });
  };
  figure("capacity_kwh[3]", [](json& run) { add(run["sessions"]["1"]["capacity_kwh"][3], 1e-6); });
  figure("calendar_loss", [](json& run) {
    run["sessions"]["2"]["calendar_loss"] = run["sessions"]["2"]["calendar_loss"].get<double>() * 1.00001;
  });
  figure("cyclic_loss", [](json& run) {
    run["sessions"]["2"]["cyclic_loss"] = run["sessions"]["2"]["cyclic_loss"].get<double>() * 1.00001;
  });
  figure("charge_power_potential_kw", [](json& run) { add(run["charge_power_potential_kw"][40], 1e-6); });
  figure("charger 2 evs_served", [](json& run) { add(run["charger_totals"][2]["evs_served"], 1.0); });
  figure("reward V2G_profitmaxV2", [](json& run) { add(run["rewards"]["V2G_profitmaxV2"][50], 1e-5); });
  figure("stats std_energy_user_satisfaction",
         [](json& run) { add(run["stats"]["std_energy_user_satisfaction"], 1e-6); });
  figure("'surprise'", [](json& run) { run["surprise"] = 1; });
  figure("'surprise'", [](json& run) { run["sessions"]["0"]["surprise"] = 1; });
  expect_noticed_in("Multi2port3tr_seed2", "V2GTHR", "'surprise'",
                    [](json& d, json&) { d["sessions"][0]["surprise"] = 1; });
}

}  // namespace
}  // namespace evtwin::conformance::test
