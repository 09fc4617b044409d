// Kinds of sockets, and packs that take less when they are cold.
#include "physics/sockets.hpp"

#include <gtest/gtest.h>

#include <array>

#include "physics/equipment.hpp"

namespace evtwin::physics {
namespace {

SocketSet set_of(std::initializer_list<std::string_view> names) {
  SocketSet set = 0;
  for (const std::string_view name : names) set = static_cast<SocketSet>(set | find_socket(name).value());
  return set;
}

Evse post(bool dc, SocketSet sockets) {
  Evse evse;
  evse.phases = dc ? 0 : 3;
  evse.max_a = dc ? 0.0 : 16.0;
  evse.max_kw = dc ? 50.0 : 0.0;
  evse.sockets = sockets;
  return evse;
}

Vehicle car_with(SocketSet inlets) {
  Vehicle car;
  car.sockets = plugs_for_inlets(inlets);
  return car;
}

TEST(Sockets, AreNamedAndFound) {
  EXPECT_EQ(socket_names(set_of({"CHAdeMO", "CCS1"})), "CCS1+CHAdeMO");
  EXPECT_FALSE(find_socket("CCS3").has_value());
  EXPECT_EQ(socket_names(any_socket), "AC1+AC3+CCS1+CCS2+CHAdeMO+NACS");
  EXPECT_EQ(socket_names(ac_sockets()), "AC1+AC3+NACS");
  EXPECT_EQ(socket_names(dc_sockets()), "CCS1+CCS2+CHAdeMO+NACS");
}

TEST(Sockets, ACombinedInletTakesThePlugOfItsUpperHalf) {
  EXPECT_EQ(socket_names(plugs_for_inlets(set_of({"CCS1"}))), "AC1+CCS1");
  EXPECT_EQ(socket_names(plugs_for_inlets(set_of({"CCS2"}))), "AC3+CCS2");
  EXPECT_EQ(socket_names(plugs_for_inlets(set_of({"CHAdeMO", "AC1"}))), "AC1+CHAdeMO");
}

// Who fits where, by hand: rows are cars, columns AC1, AC3, CCS1 + CHAdeMO, CCS2, NACS on AC, NACS on DC.
TEST(Sockets, ACarFitsWhereAKindIsCommonAndCarriesThatCurrent) {
  const std::array posts{
      post(false, set_of({"AC1"})), post(false, set_of({"AC3"})),  post(true, set_of({"CCS1", "CHAdeMO"})),
      post(true, set_of({"CCS2"})), post(false, set_of({"NACS"})), post(true, set_of({"NACS"}))};
  const std::vector<std::pair<Vehicle, std::string>> cars{
      {car_with(set_of({"CCS1"})), "x.x..."},    {car_with(set_of({"CCS2"})), ".x.x.."},
      {car_with(set_of({"CHAdeMO"})), "..x..."}, {car_with(set_of({"NACS"})), "....xx"},
      {car_with(set_of({"AC1"})), "x....."},     {Vehicle{}, "xxxxxx"}};
  for (const auto& [car, fits] : cars) {
    for (std::size_t i = 0; i < posts.size(); ++i) {
      EXPECT_EQ(fits_inlet(posts[i], car), fits[i] == 'x') << socket_names(car.sockets) << " at post " << i;
      EXPECT_EQ(couple_vehicle(posts[i], car, false).max_kw > 0.0, fits[i] == 'x');
    }
  }
}

TEST(ColdPacks, TakeTheShareBetweenTheKnots) {
  Vehicle car;
  EXPECT_EQ(charge_share(car, -40.0), 1.0);
  car.power_by_temperature = {{-20.0, 0.2}, {0.0, 0.5}, {20.0, 1.0}, {45.0, 0.6}};
  EXPECT_DOUBLE_EQ(charge_share(car, -35.0), 0.2);
  EXPECT_DOUBLE_EQ(charge_share(car, -10.0), 0.35);
  EXPECT_DOUBLE_EQ(charge_share(car, 0.0), 0.5);
  EXPECT_DOUBLE_EQ(charge_share(car, 10.0), 0.75);
  EXPECT_DOUBLE_EQ(charge_share(car, 60.0), 0.6);
}

// 60 kWh, 50 kW until 0.5, then linear to 10 at 1. At -10 C 0.35 of it: 17.5 kW, and 10.5 where the warm pack takes 30.
TEST(ColdPacks, ChargeSlowerAtEveryStateOfCharge) {
  Vehicle car;
  car.battery.capacity_kwh = 60.0;
  car.battery.charge = {{{0.0, 50.0}, {0.5, 50.0}, {1.0, 10.0}}};
  car.power_by_temperature = {{-20.0, 0.2}, {0.0, 0.5}, {20.0, 1.0}};
  const BatterySpec cold = battery_at(car, -10.0);
  EXPECT_DOUBLE_EQ(cold.charge.kw_at(0.2), 17.5);
  EXPECT_DOUBLE_EQ(cold.charge.kw_at(0.75), 10.5);
  // 15 kWh from 0.1 to 0.35 at a constant power: 0.3 h warm, 15 / 17.5 h cold.
  EXPECT_NEAR(hours_to_soc(battery_at(car, 25.0), 6.0, 100.0, 0.35), 0.3, 1e-12);
  EXPECT_NEAR(hours_to_soc(cold, 6.0, 100.0, 0.35), 15.0 / 17.5, 1e-12);
}

}  // namespace
}  // namespace evtwin::physics
