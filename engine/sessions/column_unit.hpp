#pragma once
// The unit that a column's name gives: load_w, "Price (EUR/MWh)", "gCO2eq/kWh".

#include <cstdint>
#include <string>
#include <string_view>

namespace evtwin::sessions {

/// Quantity that a column is read as. `any`: its name is not looked at.
enum class Quantity : std::uint8_t {
  any,
  power,   ///< kW
  price,   ///< currency/kWh
  carbon,  ///< kg/kWh
};

/// value * times / per is in the unit of the quantity. Two factors, so that 7,400 W are 7.4 kW to the last bit.
struct ColumnUnit {
  double times = 1.0, per = 1.0;
  bool per_kwp = false;  ///< power per kW of installed PV: kW/kWp
  std::string says;      ///< the unit named, "W" or "EUR/MWh"; empty: none
  std::string trouble;   ///< why it cannot be the quantity, as words to follow the column's name; empty: it can
};

/// Reads the unit in a column's name, in any case, between any signs: W, kW, MW, GW; kWh/h is kW; a price per Wh, kWh,
/// MWh or GWh with an ISO 4217 code, a sign or a name of its currency, or cents of it; g, kg, t or lb per Wh, kWh, MWh.
/// Trouble: energy, apparent power and power per something where power is due; a price per kW; another currency than
/// `currency` (empty: any); two units in one name; a unit of which only a part is understood, that is words in
/// brackets, beside '/' or "per" or at the end that look like one: kEUR/MWh, (10^3 W), hp.
ColumnUnit column_unit(std::string_view name, Quantity quantity, std::string_view currency = {});

/// "kW", "KRW/kWh" or "kg/kWh".
std::string unit_of(Quantity quantity, std::string_view currency);

}  // namespace evtwin::sessions
