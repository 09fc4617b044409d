// The line that says which car somebody asks about: what it means, and what is said of one that makes no sense.
#include "advise/vehicle_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "twin/worlds.hpp"

namespace evtwin::advise {
namespace {

using evtwin::testing::hour_ns;
using evtwin::testing::monday_ns;
using evtwin::testing::small_world;
using ::testing::HasSubstr;

const std::string car = "kwh=64,soc=0.2,target=0.8,";

TimeNs after_monday_h(double hours) { return monday_ns + static_cast<TimeNs>(hours * static_cast<double>(hour_ns)); }

std::string request_refusal(const std::string& text, const twin::World& world = small_world(2, 2)) {
  try {
    (void)read_vehicle(text, world);
  } catch (const AdviseError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(VehicleRequest, WantsWhatTheMeterShowsForTheStateOfChargeAskedFor) {
  const VehicleRequest r = read_vehicle(car + "arrive=18:00,leave=07:00", small_world(2, 2));
  EXPECT_DOUBLE_EQ(r.wanted_kwh, 0.6 * 64 / 0.95);
  EXPECT_EQ(r.evse, demand::any_evse);
  const VehicleRequest lossless = read_vehicle(car + "arrive=18:00,leave=07:00,efficiency=1", small_world(2, 2));
  EXPECT_DOUBLE_EQ(lossless.wanted_kwh, 0.6 * 64);
}

TEST(VehicleRequest, ATimeOfDayIsTheFirstInTheRunAndTheDepartureTheFirstAfterTheArrival) {
  const twin::World world = small_world(1, 2);
  const VehicleRequest night = read_vehicle(car + "arrive=18:00,leave=07:00", world);
  EXPECT_EQ(night.arrive_ns, after_monday_h(18));
  EXPECT_EQ(night.leave_ns, after_monday_h(31));
  const VehicleRequest day = read_vehicle(car + "arrive=00:00,leave=09:30", world);
  EXPECT_EQ(day.arrive_ns, after_monday_h(0));
  EXPECT_EQ(day.leave_ns, after_monday_h(9.5));
  const VehicleRequest dated = read_vehicle(car + "arrive=2025-06-03T06:00,leave=07:00", world);
  EXPECT_EQ(dated.arrive_ns, after_monday_h(30));
  EXPECT_EQ(dated.leave_ns, after_monday_h(31));
  const VehicleRequest whole_day = read_vehicle(car + "arrive=07:00,leave=07:00", world);
  EXPECT_EQ(whole_day.leave_ns, after_monday_h(31));
}

TEST(VehicleRequest, AModelIsTheCarOfTheScenario) {
  twin::World world = small_world();
  world.vehicles[0].name = "Kia Niro";
  world.vehicles[0].battery.capacity_kwh = 50;
  world.vehicles[0].battery.charge_efficiency = 0.8;
  const VehicleRequest r = read_vehicle("model=Kia Niro,soc=0.2,target=0.6,arrive=10:00,leave=12:00", world);
  EXPECT_DOUBLE_EQ(r.wanted_kwh, 0.4 * 50 / 0.8);
  EXPECT_THAT(request_refusal("model=Kia Nero,soc=0.2,target=0.6,arrive=10:00,leave=12:00", world),
              HasSubstr("did you mean Kia Niro?"));
  EXPECT_THAT(request_refusal("model=Kia Niro,kwh=3,soc=0.2,target=0.6,arrive=10:00,leave=12:00", world),
              HasSubstr("kwh and model exclude each other"));
  EXPECT_THAT(request_refusal("model=Kia Niro,v2g=true,soc=0.2,target=0.6,arrive=10:00,leave=12:00", world),
              HasSubstr("the model can not discharge"));
}

TEST(VehicleRequest, SaysInOneLineWhatIsWrongAndWhatWouldBeRight) {
  const std::string times = "arrive=10:00,leave=12:00";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"kwh=0,soc=0.2,target=0.8," + times, "kwh = 0 must be above 0 and at most 2000 kWh"},
      {"kwh=64000,soc=0.2,target=0.8," + times, "kwh = 64000 must be above 0 and at most 2000 kWh"},
      {"kwh=nan,soc=0.2,target=0.8," + times, "kwh = 'nan' is not a number"},
      {"kwh=64kWh,soc=0.2,target=0.8," + times, "kwh = '64kWh' is not a number"},
      {"kwh=64,soc=20,target=0.8," + times, "soc = 20 must be from 0 to 1 (a fraction: 0.2 is 20 %)"},
      {"kwh=64,soc=-0.1,target=0.8," + times, "soc = -0.1 must be from 0 to 1"},
      {"kwh=64,soc=0.2,target=80," + times, "target = 80 must be from 0 to 1"},
      {"kwh=64,soc=0.8,target=0.8," + times, "target = 0.8 is not above soc = 0.8: there is nothing to charge"},
      {"kwh=64,soc=0.2,target=0.8,phases=4," + times, "phases = 4 must be from 1 to 3"},
      {"kwh=64,soc=0.2,target=0.8,phases=1.5," + times, "phases must be 1, 2 or 3"},
      {"kwh=64,soc=0.2,target=0.8,v2g=yes," + times, "v2g = 'yes' must be true or false"},
      {car + "arrive=2025-06-02T12:00,leave=2025-06-02T10:00",
       "leave = 2025-06-02 10:00 is not after the arrival, 2025-06-02 12:00"},
      {car + "arrive=2025-05-02T12:00,leave=13:00", "arrive = 2025-05-02 12:00 lies outside the run, 2025-06-02 00:00"},
      {car + "arrive=2025-06-03T18:00,leave=07:00", "--days 3 makes it long enough"},
      {car + "arrive=25:00,leave=07:00", "arrive = 25:00: \"25:00\": times of day are 00:00 to 24:00"},
      {car + "arrive=2025-02-30T10:00,leave=07:00", "arrive = 2025-02-30T10:00: "},
      {car + "arrive=noon,leave=07:00", "arrive = noon: "},
      {car + "arrive=10:00", "leave is missing"},
      {"soc=0.2,target=0.8," + times, "kwh is missing: usable battery capacity"},
      {"kwh=64,target=0.8," + times, "soc is missing"},
      {"kwh=64,kwh=64,soc=0.2,target=0.8," + times, "kwh is given twice"},
      {"kwh=64,sco=0.2,target=0.8," + times, "unknown key 'sco'; did you mean soc?"},
      {"kwh=64,colour=red", "unknown key 'colour'; there are kwh, soc, target"},
      {"kwh", "'kwh' must be written key=value"},
      {"kwh=", "kwh has no value"},
      {"", "kwh is missing"},
      {car + times + ",evse=A-9", "evse = 'A-9': there is no such EVSE; did you mean A-1?"},
      {car + times + ",evse=garage", "there are A-1 ... A-2, or evse=any"},
      {car + times + ",site=garage", "site = 'garage': there is no such site"},
  };
  for (const auto& [text, message] : cases) {
    const std::string said = request_refusal(text);
    EXPECT_THAT(said, HasSubstr("--vehicle: "));
    EXPECT_THAT(said, HasSubstr(message)) << text;
    EXPECT_EQ(said.find('\n'), std::string::npos);
  }
}

TEST(VehicleRequest, OfSeveralSitesTheEvseSaysWhichOrTheNameDoes) {
  twin::World world = small_world();
  world.sites.push_back(world.sites[0]);
  world.sites[0].name = "north";
  world.sites[1].name = "south";
  world.sites[1].evses[0].id = "B-1";
  const std::string times = "arrive=10:00,leave=12:00";
  EXPECT_THAT(request_refusal(car + times, world),
              HasSubstr("site is missing: the scenario has 2 sites: north, south"));
  EXPECT_EQ(read_vehicle(car + times + ",site=south", world).site, 1U);
  const VehicleRequest r = read_vehicle(car + times + ",evse=B-1", world);
  EXPECT_EQ(r.site, 1U);
  EXPECT_EQ(r.evse, 0);
  EXPECT_THAT(request_refusal(car + times + ",site=north,evse=B-1", world), HasSubstr("evse = 'B-1'"));
}

TEST(VehicleRequest, ACarWithoutDcDoesNotFitADcCharger) {
  twin::World world = small_world(1);
  physics::Evse dc;
  dc.id = "D-1";
  dc.phases = 0;
  dc.max_kw = 50;
  world.sites[0].evses.push_back(dc);
  EXPECT_THAT(request_refusal(car + "dc_kw=0,arrive=10:00,leave=12:00,evse=D-1", world), HasSubstr("no DC inlet"));
  world.sites[0].evses.erase(world.sites[0].evses.begin());
  EXPECT_THAT(request_refusal(car + "dc_kw=0,arrive=10:00,leave=12:00", world),
              HasSubstr("every EVSE of the site is DC"));
}

TEST(VehicleRequest, AnotherCarInTheWorldChangesNobodyElsesDraws) {
  twin::World world = small_world(4);
  demand::Poisson law;
  law.rate_per_h.assign(168, 0.5);
  law.energy_kwh = {demand::Distribution::Kind::lognormal, 8, 0.5, 1, 40, {}};
  law.stay_h = {demand::Distribution::Kind::lognormal, 2, 0.5, 0.5, 6, {}};
  law.vehicles = {0};
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  const auto energies = [](const twin::World& w) {
    std::map<std::string, double> wanted;
    for (const auto& s : evtwin::testing::run_world(w, evtwin::testing::full_power()).seen.sessions)
      wanted[s.id] = s.record.wanted_kwh;
    return wanted;
  };
  auto before = energies(world);
  ASSERT_GT(before.size(), 3U);
  const WorldWithCar with = with_car(world, read_vehicle(car + "arrive=10:00,leave=18:00", world));
  auto after = energies(with.world);
  EXPECT_EQ(after.erase(with.name), 1U);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace evtwin::advise
