#include "fleet/action.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::fleet {

namespace {

bool may_lend(const evtwin_view& view, std::uint32_t evse) {
  if (view.evse_car_max_discharge_kw[evse] <= 0.0) return false;
  return std::isnan(view.evse_soc[evse]) || view.evse_soc[evse] > view.evse_soc_floor[evse];
}

std::uint8_t mask_of(const evtwin_view& view, std::uint32_t evse) {
  const bool charges = view.evse_draws[evse] != 0 && view.evse_car_max_kw[evse] > 0.0;
  return static_cast<std::uint8_t>((charges ? EVTWIN_MASK_CHARGE : 0U) |
                                   (may_lend(view, evse) ? EVTWIN_MASK_DISCHARGE : 0U));
}

std::uint8_t storage_mask(const evtwin_view& view, std::uint32_t s) {
  const bool charges = view.storage_max_charge_kw[s] > 0.0 && view.storage_soc[s] < view.storage_soc_max[s];
  const bool discharges = view.storage_max_discharge_kw[s] > 0.0 && view.storage_soc[s] > view.storage_soc_min[s];
  return static_cast<std::uint8_t>((charges ? EVTWIN_MASK_CHARGE : 0U) | (discharges ? EVTWIN_MASK_DISCHARGE : 0U));
}

/// A cell within its bounds; counts those that were not.
double bounded(float cell, double low, double high, std::uint32_t& clipped) {
  const double share = cell;
  if (share >= low && share <= high) return share;
  ++clipped;
  if (std::isnan(share)) return 0.0;
  return share < low ? low : high;
}

}  // namespace

double storage_kw_of(const evtwin_view& view, std::uint32_t s, double share) {
  const std::uint8_t mask = storage_mask(view, s);
  if (share > 0.0 && (mask & EVTWIN_MASK_CHARGE) != 0) return share * view.storage_max_charge_kw[s];
  if (share < 0.0 && (mask & EVTWIN_MASK_DISCHARGE) != 0) return share * view.storage_max_discharge_kw[s];
  return 0.0;
}

std::vector<evtwin_fleet_column> action_columns(std::uint32_t act, std::uint32_t n_evses, std::uint32_t n_storages,
                                                bool lends) {
  std::vector<evtwin_fleet_column> columns;
  if (act == EVTWIN_ACT_SITE) {
    columns.push_back({"site.ev_share", "", "share of what all vehicles that draw can be given within the limits", 0, 1,
                       1, 0, 0.0, 1.0, 0.0, 1.0});
  } else {
    columns.push_back({"evse.share", "", "share of what EVSE and vehicle can take, below 0 of what it can give", 0,
                       n_evses, 1, 0, 0.0, 1.0, lends ? -1.0 : 0.0, 1.0});
  }
  if (n_storages > 0) {
    columns.push_back({"storage.share", "", "share of its charging power, below 0 of its discharging power",
                       act == EVTWIN_ACT_SITE ? 1 : n_evses, n_storages, 1, 0, 0.0, 1.0, -1.0, 1.0});
  }
  return columns;
}

std::uint32_t ActionReader::write_decision(const evtwin_view& view, const float* cells, evtwin_decision& decision) {
  std::uint32_t clipped = 0;
  const float* const storage_cells = cells + storage_cell();
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    const double share = bounded(storage_cells[s], -1.0, 1.0, clipped);
    storage_kw_[s] = storage_kw_of(view, s, share);
    decision.storage_kw[s] = storage_kw_[s];
  }

  // EVTWIN_ACT_SITE: one share of all that vehicles can be given within the limits. At 1 the powers of most_kw() stand.
  if (act_ == EVTWIN_ACT_SITE) {
    const double share = bounded(cells[0], 0.0, 1.0, clipped);
    const double most_kw = split_.most_kw(view, storage_kw_);
    if (share < 1.0) split_.hand_out(view, storage_kw_, share * most_kw);
    for (std::uint32_t c = 0; c < view.n_connected; ++c) {
      const std::uint32_t i = view.connected_evse[c];
      decision.evse_kw[i] = split_.kw()[i];
    }
    return clipped;
  }

  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const std::uint8_t mask = mask_of(view, i);
    const double low = (mask & EVTWIN_MASK_DISCHARGE) != 0 ? -1.0 : 0.0;
    const double share = bounded(cells[i], low, 1.0, clipped);

    if (share >= 0.0) {
      const bool charges = (mask & EVTWIN_MASK_CHARGE) != 0;
      decision.evse_kw[i] = charges ? nearest_offer_kw(view, i, share * view.evse_car_max_kw[i]) : 0.0;
      continue;
    }

    // Below half of the smallest discharge is none, from there on at least the smallest.
    const double kw = -share * view.evse_car_max_discharge_kw[i], least_kw = view.evse_car_min_kw[i];
    decision.evse_kw[i] = kw < 0.5 * least_kw ? 0.0 : -std::max(kw, least_kw);
  }
  return clipped;
}

void ActionReader::write_masks(const evtwin_view& view, std::uint8_t* masks, std::uint32_t size) const {
  std::fill(masks, masks + size, std::uint8_t{0});
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const std::uint8_t mask = mask_of(view, i);
    if (act_ == EVTWIN_ACT_SITE) {
      masks[0] = static_cast<std::uint8_t>(masks[0] | (mask & EVTWIN_MASK_CHARGE));
    } else {
      masks[i] = mask;
    }
  }
  for (std::uint32_t s = 0; s < view.n_storages; ++s) masks[storage_cell() + s] = storage_mask(view, s);
}

}  // namespace evtwin::fleet
