// Storages: charge, discharge and level in every step.
#include <algorithm>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

// level = level before + efficiency x charged - discharged / efficiency. A start outside of the window widens it to the
// start; that the level then only moves inwards is the planner's to see to (ModelContents::storage_upper).
void ModelBuilder::add_storage_steps(std::uint32_t s) {
  const PlanStorage& storage = problem_.storages[s];
  StorageColumns& columns = block_.storages[s];
  columns.level_row = static_cast<std::uint32_t>(linear_.rows());
  columns.charge = static_cast<std::uint32_t>(linear_.columns());
  const auto in_time = [&](std::uint32_t t, double amount) { return t < storage.end_step ? amount : 0.0; };
  for (std::uint32_t t = 0; t < steps(); ++t) at_grid(add_column(0.0, in_time(t, storage.max_charge_kw), 0.0), t, 1.0);
  columns.discharge = static_cast<std::uint32_t>(linear_.columns());
  for (std::uint32_t t = 0; t < steps(); ++t)
    at_grid(add_column(0.0, in_time(t, storage.max_discharge_kw), storage.discharge_price_per_kwh * problem_.hours[t]),
            t, -1.0);

  columns.level = static_cast<std::uint32_t>(linear_.columns());
  for (std::uint32_t t = 0; t < steps(); ++t) {
    const double least =
        contents_.storage_lower.empty() ? std::min(storage.min_kwh, storage.stored_kwh) : contents_.storage_lower[s][t];
    const double most =
        contents_.storage_upper.empty() ? std::max(storage.max_kwh, storage.stored_kwh) : contents_.storage_upper[s][t];
    const std::uint32_t level = add_column(least, most,
                                           -in_time(t, storage.hold_value_per_kwh_h) * problem_.hours[t] -
                                               (t + 1 == steps() ? storage.end_value_per_kwh : 0.0));

    // The first step begins at what is stored, each later one at the level before it.
    const double start = t == 0 ? storage.stored_kwh : 0.0;
    const std::uint32_t step = add_row(start, start);
    linear_.add_entry(step, level, 1.0);
    if (t > 0) linear_.add_entry(step, level - 1, -1.0);
    linear_.add_entry(step, columns.charge + t, -storage.charge_efficiency * problem_.hours[t]);
    linear_.add_entry(step, columns.discharge + t, problem_.hours[t] / storage.discharge_efficiency);
  }

  name_range(Part::storage_charge, false, storage.key, 0, columns.charge, steps());
  name_range(Part::storage_discharge, false, storage.key, 0, columns.discharge, steps());
  name_range(Part::storage_level, false, storage.key, 0, columns.level, steps());
  name_range(Part::storage_level, true, storage.key, 0, columns.level_row, steps());
}

// Prices of the level at the end beside its value: what is beyond the reference, what lacks of it, what lacks of the
// energy that must be left.
void ModelBuilder::price_storage_end(const PlanStorage& storage, std::uint32_t last) {
  const double reference_kwh = end_reference_kwh(storage);
  if (storage.end_excess_price_per_kwh > 0.0) {
    const std::uint32_t excess = add_column(0.0, infinite, storage.end_excess_price_per_kwh);
    const std::uint32_t beyond = add_row(-infinite, reference_kwh);
    linear_.add_entry(beyond, last, 1.0);
    linear_.add_entry(beyond, excess, -1.0);
    name_range(Part::storage_excess, false, storage.key, 0, excess, 1);
    name_range(Part::storage_excess, true, storage.key, 0, beyond, 1);
  }

  const bool lacks = std::any_of(storage.end_lacks.begin(), storage.end_lacks.end(),
                                 [](const PlanStorage::Lack& lack) { return lack.price_per_kwh > 0.0; });
  if (lacks && reference_kwh > linear_.column_lower[last]) {
    // end + what lacks of the reference, the cheapest first, >= reference.
    const std::uint32_t reference = add_row(reference_kwh, infinite);
    const auto first = static_cast<std::uint32_t>(linear_.columns());
    linear_.add_entry(reference, last, 1.0);
    for (const PlanStorage::Lack& lack : storage.end_lacks)
      linear_.add_entry(reference, add_column(0.0, lack.kwh, lack.price_per_kwh), 1.0);
    name_range(Part::storage_refill, false, storage.key, 0, first,
               static_cast<std::uint32_t>(storage.end_lacks.size()));
    name_range(Part::storage_refill, true, storage.key, 0, reference, 1);
  }

  // Energy that must be left is a soft bound, so that every model has an answer.
  if (storage.end_at_least_kwh <= linear_.column_lower[last]) return;
  const std::uint32_t lack = add_column(0.0, infinite, problem_.over_limit_price_per_kwh);
  const std::uint32_t end = add_row(storage.end_at_least_kwh, infinite);
  linear_.add_entry(end, last, 1.0);
  linear_.add_entry(end, lack, 1.0);
  name_range(Part::storage_lack, false, storage.key, 0, lack, 1);
  name_range(Part::storage_lack, true, storage.key, 0, end, 1);
}

void ModelBuilder::add_storages() {
  block_.storages.resize(problem_.storages.size());
  if (steps() == 0) return;
  for (std::uint32_t s = 0; s < problem_.storages.size(); ++s) {
    add_storage_steps(s);
    price_storage_end(problem_.storages[s], block_.storages[s].level + steps() - 1);
  }
}

}  // namespace evtwin::optimise
