#include "ocpp/meter_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "kernel/static_checks.hpp"
#include "ocpp/flag_list.hpp"
#include "ocpp/json_fields.hpp"
#include "ocpp/payload_time.hpp"

namespace evtwin::ocpp {
namespace {

enum class Quantity : std::uint8_t {
  register_import,
  register_export,
  power_import,
  power_export,
  power_offered,
  current_import,
  current_offered,
  voltage,
  soc,
  interval_import,
  temperature
};
constexpr std::size_t quantities = 11;
static_assert(quantities == kernel::enum_count<Quantity>());

enum class Dimension : std::uint8_t { energy, power, current, voltage, share, temperature };

struct MeasurandRow {
  std::string_view name;
  Quantity quantity;
  Dimension dimension;
};
// OCPP 1.6 chapter 7.31 Measurand, 2.0.1 part 2 MeasurandEnumType; what is not here is not used.
constexpr MeasurandRow measurands[] = {
    {"Energy.Active.Import.Register", Quantity::register_import, Dimension::energy},
    {"Energy.Active.Import.Interval", Quantity::interval_import, Dimension::energy},
    {"Energy.Active.Export.Register", Quantity::register_export, Dimension::energy},
    {"Power.Active.Import", Quantity::power_import, Dimension::power},
    {"Power.Active.Export", Quantity::power_export, Dimension::power},
    {"Power.Offered", Quantity::power_offered, Dimension::power},
    {"Current.Import", Quantity::current_import, Dimension::current},
    {"Current.Offered", Quantity::current_offered, Dimension::current},
    {"Voltage", Quantity::voltage, Dimension::voltage},
    {"SoC", Quantity::soc, Dimension::share},
    {"Temperature", Quantity::temperature, Dimension::temperature},
};
static_assert(kernel::has_unique_keys(measurands, &MeasurandRow::name));
static_assert(kernel::has_unique_keys(measurands, &MeasurandRow::quantity) && std::size(measurands) == quantities,
              "each quantity has its measurand");

struct UnitRow {
  std::string_view name;
  Dimension dimension;
  double factor;        // to kWh, kW, A, V, share, degrees Celsius
  double offset = 0.0;  // added afterwards
};
// OCPP 1.6 chapter 7.45 UnitOfMeasure, 2.0.1 appendix 2; M and m of the kind that meters send.
constexpr UnitRow unit_rows[] = {
    {"Wh", Dimension::energy, 1e-3},
    {"kWh", Dimension::energy, 1.0},
    {"MWh", Dimension::energy, 1e3},
    {"W", Dimension::power, 1e-3},
    {"kW", Dimension::power, 1.0},
    {"MW", Dimension::power, 1e3},
    {"A", Dimension::current, 1.0},
    {"mA", Dimension::current, 1e-3},
    {"V", Dimension::voltage, 1.0},
    {"kV", Dimension::voltage, 1e3},
    {"Percent", Dimension::share, 0.01},
    {"%", Dimension::share, 0.01},
    {"Celsius", Dimension::temperature, 1.0},
    {"C", Dimension::temperature, 1.0},
    {"\u00b0C", Dimension::temperature, 1.0},
    {"Celcius", Dimension::temperature, 1.0},  // as the first edition of OCPP 1.6 spells it
    {"Fahrenheit", Dimension::temperature, 1.0 / 1.8, -32.0 / 1.8},
    {"K", Dimension::temperature, 1.0, -273.15},
};
static_assert(kernel::has_unique_keys(unit_rows, &UnitRow::name));
constexpr double default_factor[] = {1e-3, 1e-3, 1.0, 1.0, 0.01, 1.0};  // by dimension
static_assert(std::size(default_factor) == kernel::enum_count<Dimension>());
// No meter of a charger shows more: 1 TWh, 1 GW, 1 MA, 1 MV, a battery fuller than full, 300 degrees. By dimension; in
// kWh, kW, A, V.
constexpr double most_plausible[] = {1e9, 1e6, 1e6, 1e6, 1.0 + 1e-9, 300.0};
static_assert(std::size(most_plausible) == kernel::enum_count<Dimension>());
constexpr std::int64_t most_multiplier = 9;

// 0: the total; 1..3: L1..L3 (with or without N); 4: between two phases; 5: neutral, not used.
int phase_of(std::string_view phase) {
  if (phase.empty()) return 0;
  if (phase.size() == 5 && phase[0] == 'L' && phase[2] == '-' && phase[3] == 'L') return 4;
  if (phase.size() >= 2 && phase[0] == 'L' && phase[1] >= '1' && phase[1] <= '3') return phase[1] - '0';
  return 5;
}

MeterLocation location_of(std::string_view name) {
  if (name == "EV") return MeterLocation::ev;
  if (name == "Cable") return MeterLocation::cable;
  if (name == "Inlet") return MeterLocation::inlet;
  return MeterLocation::outlet;
}

// A reading without a context is Sample.Periodic, the one that is taken at intervals (2.0.1 J02.FR.11).
Sample::Context context_of(std::string_view name) {
  if (name.empty() || name == "Sample.Periodic") return Sample::Context::periodic;
  if (name == "Transaction.Begin") return Sample::Context::begin;
  if (name == "Transaction.End") return Sample::Context::end;
  if (name == "Sample.Clock") return Sample::Context::clock;
  if (name == "Trigger") return Sample::Context::trigger;
  if (name.starts_with("Interruption")) return Sample::Context::interruption;
  return Sample::Context::other;
}

// All that was sampled of one quantity at one instant and the best location.
struct Gathered {
  MeterLocation location = MeterLocation::inlet;
  std::array<double, 5> by_phase{kernel::unknown, kernel::unknown, kernel::unknown, kernel::unknown, kernel::unknown};
  bool any = false;

  void take(int phase, double value, MeterLocation at) {
    if (any && at > location) return;
    if (any && at < location) by_phase.fill(kernel::unknown);
    any = true;
    location = at;
    if (phase < 5) by_phase[static_cast<std::size_t>(phase)] = value;
  }
  bool told(std::size_t phase) const { return !std::isnan(by_phase[phase]); }
  double total() const {
    if (told(0)) return by_phase[0];
    double sum = kernel::unknown;
    for (std::size_t p = 1; p <= 3; ++p)
      if (told(p)) sum = std::isnan(sum) ? by_phase[p] : sum + by_phase[p];
    return sum;
  }
  double largest() const {
    double most = by_phase[0];
    for (std::size_t p = 1; p <= 3; ++p)
      if (told(p) && !(most >= by_phase[p])) most = by_phase[p];
    return most;
  }
  double mean() const {
    double sum = 0.0;
    int n = 0;
    for (std::size_t p = 1; p <= 3; ++p) {
      if (!told(p)) continue;
      sum += by_phase[p];
      ++n;
    }
    if (n > 0) return sum / n;
    if (told(0)) return by_phase[0];
    return by_phase[4] / std::sqrt(3.0);  // between two phases
  }
};

struct MeterInstant {
  TimeNs time_ns = kernel::time_never;
  std::optional<Sample::Context> context;
  std::array<Gathered, quantities> values;
  const Gathered& of(Quantity quantity) const { return values[static_cast<std::size_t>(quantity)]; }
};

// Begin and end of a transaction say more than that a sample was due.
int weight_of(Sample::Context context) {
  switch (context) {
    case Sample::Context::begin:
    case Sample::Context::end:
      return 2;
    case Sample::Context::periodic:
      return 0;
    default:
      return 1;
  }
}

// The members of a sampledValue, found in one pass. Of a key that stands twice the first counts.
struct SampledValue {
  std::optional<Json> value, unit, measure, signed_value;
  std::string_view measurand, phase, location, context, format;
};

SampledValue sampled_value(const Json& sampled) {
  SampledValue found;
  simdjson::dom::object members;
  if (sampled.get_object().get(members) != simdjson::SUCCESS) return found;
  const auto take = [](std::optional<Json>& into, const Json& value) {
    if (!into) into = value;
  };
  const auto take_text = [](std::string_view& into, const Json& value) {
    std::string_view text;
    if (into.empty() && value.get(text) == simdjson::SUCCESS) into = text;
  };
  for (const auto& [key, value] : members) {
    if (key == "value") {
      take(found.value, value);
    } else if (key == "measurand") {
      take_text(found.measurand, value);
    } else if (key == "unit") {
      take(found.unit, value);
    } else if (key == "context") {
      take_text(found.context, value);
    } else if (key == "phase") {
      take_text(found.phase, value);
    } else if (key == "location") {
      take_text(found.location, value);
    } else if (key == "format") {
      take_text(found.format, value);
    } else if (key == "unitOfMeasure") {
      take(found.measure, value);
    } else if (key == "signedMeterValue") {
      take(found.signed_value, value);
    }
  }
  // A null tells nothing.
  for (std::optional<Json>* member : {&found.value, &found.unit, &found.measure, &found.signed_value})
    if (*member && (*member)->is_null()) member->reset();
  return found;
}

void take_value(const Json& sampled, MeterInstant& instant, const Complaint& complain) {
  const SampledValue members = sampled_value(sampled);
  const std::string_view name = members.measurand;
  const MeasurandRow* row = &measurands[0];
  if (!name.empty()) {
    row = std::find_if(std::begin(measurands), std::end(measurands), [&](const auto& m) { return m.name == name; });
    if (row == std::end(measurands)) return;
  }
  if (members.format == "SignedData") return;

  const auto& value_json = members.value;
  const auto value = value_json ? number_of(*value_json) : std::nullopt;
  if (!value) {
    if (!value_json && members.signed_value) return;
    complain("value_not_a_number", fmt::format("{} is {}: a number was due; the reading is left out", row->name,
                                               value_json ? show_value(*value_json) : std::string("missing")));
    return;
  }

  double factor = default_factor[static_cast<std::size_t>(row->dimension)];
  std::optional<Json> given_unit = members.unit;
  if (const auto& of_measure = members.measure) {
    given_unit = find_member(*of_measure, "unit");
    if (const auto power = integer_of(*of_measure, "multiplier")) {
      if (*power > most_multiplier || *power < -most_multiplier) {
        complain("value_implausible", fmt::format("{} with multiplier {}: the reading is left out", row->name, *power));
        return;
      }
      factor *= std::pow(10.0, static_cast<double>(*power));
    }
  }
  // No unit, or null: the protocol's default. One that is given and empty is none of the protocol's.
  std::string_view unit;
  double offset = 0.0;
  if (given_unit && !given_unit->is_null()) {
    const bool is_text = given_unit->get(unit) == simdjson::SUCCESS;
    const auto* known = std::find_if(std::begin(unit_rows), std::end(unit_rows),
                                     [&](const auto& u) { return u.dimension == row->dimension && u.name == unit; });
    if (!is_text || known == std::end(unit_rows)) {
      complain("unit_unknown", fmt::format("{} in {}: not a unit of it; the reading is left out", row->name,
                                           is_text ? quoted_text(unit) : show_value(*given_unit)));
      return;
    }
    factor *= known->factor / default_factor[static_cast<std::size_t>(row->dimension)];
    offset = known->offset;
  }

  const double figure = *value * factor + offset;
  const bool share_below_0 = row->dimension == Dimension::share && figure < 0.0;
  if (!(std::abs(figure) <= most_plausible[static_cast<std::size_t>(row->dimension)]) || share_below_0) {
    complain("value_implausible", fmt::format("{} is {}{}{}: no charger shows that; the reading is left out", row->name,
                                              show_value(*value_json), unit.empty() ? "" : " ",
                                              unit.empty() ? std::string() : quoted_text(unit)));
    return;
  }

  instant.values[static_cast<std::size_t>(row->quantity)].take(phase_of(members.phase), figure,
                                                               location_of(members.location));
  const Sample::Context context = context_of(members.context);
  if (!instant.context || weight_of(context) > weight_of(*instant.context)) instant.context = context;
}

Reading reading_of(const MeterInstant& instant) {
  Reading reading;
  Sample& sample = reading.sample;
  sample.time_ns = instant.time_ns;
  sample.context = instant.context.value_or(Sample::Context::periodic);
  sample.register_kwh = instant.of(Quantity::register_import).total();
  reading.register_location = instant.of(Quantity::register_import).location;
  sample.interval_kwh = instant.of(Quantity::interval_import).total();
  sample.export_register_kwh = instant.of(Quantity::register_export).total();
  const double in = instant.of(Quantity::power_import).total();
  const double out = instant.of(Quantity::power_export).total();
  if (!std::isnan(in) || !std::isnan(out))
    sample.power_kw = (std::isnan(in) ? 0.0 : in) - (std::isnan(out) ? 0.0 : out);
  sample.offered_kw = instant.of(Quantity::power_offered).total();
  sample.offered_a = instant.of(Quantity::current_offered).largest();
  sample.voltage_v = instant.of(Quantity::voltage).mean();
  const Gathered& current = instant.of(Quantity::current_import);
  for (std::size_t p = 0; p < 3; ++p) sample.current_a[p] = current.by_phase[p + 1];
  if (!current.told(1) && !current.told(2) && !current.told(3))
    sample.unphased_a = sample.current_a[0] = current.by_phase[0];
  sample.soc = instant.of(Quantity::soc).total();
  const Gathered& temperature = instant.of(Quantity::temperature);
  reading.temperature_c = temperature.largest();
  const auto told =
      std::count_if(instant.values.begin(), instant.values.end(), [](const Gathered& g) { return g.any; });
  reading.nothing_but_temperature = temperature.any && told == 1;
  return reading;
}

}  // namespace

std::vector<Reading> read_meter_values(const Json& list, const Complaint& complain) {
  std::vector<Reading> readings;
  MeterInstant instant;
  bool any = false;
  const auto finish = [&] {
    if (any && instant.context) readings.push_back(reading_of(instant));
    instant = MeterInstant{};
    any = false;
  };

  if (!list.is_array())
    complain("value_not_a_number", fmt::format("meterValue is {}: a list was due", show_value(list)));
  for (const Json entry : elements_of(list)) {
    TimeNs time_ns = kernel::time_never;
    if (const auto stamp = find_member(entry, "timestamp")) {
      time_ns = stamp->is_string() ? payload_time(stamp->get_string().value()) : kernel::time_never;
      if (time_ns == kernel::time_never) {
        complain("bad_date",
                 fmt::format("a reading's timestamp is {}: no date between 1970 and 2200; the message's is used",
                             show_value(*stamp)));
      }
    }
    // Some chargers send one entry per value, all of one instant.
    if (any && time_ns != instant.time_ns) finish();
    instant.time_ns = time_ns;
    any = true;
    if (const auto values = find_member(entry, "sampledValue"))
      for (const Json sampled : elements_of(*values)) take_value(sampled, instant, complain);
  }
  finish();
  return readings;
}

}  // namespace evtwin::ocpp
