#include "strategies.hpp"

#include <algorithm>

namespace evtwin::milp {
namespace {

constexpr std::uint32_t state_version = 5;

std::variant<Receding, DayAhead> way_of(const Settings& settings, const evtwin_host& host) {
  if (settings.day_ahead) return DayAhead(settings, host);
  return Receding(settings, host);
}

}  // namespace

PlanningStrategy::PlanningStrategy(sdk::Setup& setup)
    : settings_(setup),
      evses_(setup.first().raw.n_evses),
      storages_(setup.first().raw.n_storages),
      way_(way_of(settings_, setup.host())) {}

void PlanningStrategy::decide(const sdk::View& view, sdk::Decision& decision) {
  memory_.learn_from(view.raw);
  std::visit([&](auto& way) { way.decide(view.raw, settings_, memory_, decision); }, way_);
}

void PlanningStrategy::save(sdk::StateWriter& writer) const {
  writer.put(state_version);
  writer.put(static_cast<std::uint64_t>(memory_.cars.size()));
  for (const CarMemory& car : memory_.cars) {
    writer.put(car.session);
    writer.put(car.claimed_ns);
    writer.put(car.takes_kw);
    writer.put(car.car_max_kw);
    writer.put(car.first_soc);
    writer.put(car.first_got_kwh);
    writer.put(car.starts);
    writer.put(car.charging);
    writer.put(car.draws);
    writer.put(car.arrived_ns);
    writer.put(car.driver);
  }
  writer.put(memory_.rated_kw);
  writer.put(memory_.early_h);
  writer.put(memory_.departures);
  memory_.run.save(writer);
  memory_.drivers.save(writer);
  memory_.peak_target.save(writer);
  std::visit([&](const auto& way) { way.save(writer); }, way_);
}

void PlanningStrategy::load(sdk::StateReader& reader) {
  std::uint32_t version = 0;
  reader.get(version);
  if (version != state_version) throw sdk::BadState("the state is of another version");

  std::uint64_t count = 0;
  reader.get(count);
  if (count != 0 && count != evses_) throw sdk::BadState("the state is of a site of another size");
  memory_.cars.assign(count, {});
  for (CarMemory& car : memory_.cars) {
    reader.get(car.session);
    reader.get(car.claimed_ns);
    reader.get(car.takes_kw);
    reader.get(car.car_max_kw);
    reader.get(car.first_soc);
    reader.get(car.first_got_kwh);
    reader.get(car.starts);
    reader.get(car.charging);
    reader.get(car.draws);
    reader.get(car.arrived_ns);
    reader.get(car.driver);
  }

  reader.get(memory_.rated_kw);
  reader.get(memory_.early_h);
  reader.get(memory_.departures);
  memory_.run.load(reader, storages_);
  memory_.drivers.load(reader);
  memory_.peak_target.load(reader);

  // Tables that are read without a look at their size must have it.
  if (memory_.early_h.size() != std::min<std::uint64_t>(memory_.departures, SiteMemory::most_departures))
    throw sdk::BadState("the state knows another number of departures");
  if (memory_.rated_kw.size() != count) throw sdk::BadState("the state is of a site of another size");
  std::visit([&](auto& way) { way.load(reader, evses_, storages_); }, way_);
}

}  // namespace evtwin::milp
