#include "control/view.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "control/correction.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/time.hpp"

namespace evtwin::control {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Reasons in a view are those of the corrections in a run file.
static_assert(EVTWIN_REASON_NONE == static_cast<unsigned>(Correction::none));
static_assert(EVTWIN_REASON_EVSE_RATING == static_cast<unsigned>(Correction::evse_rating));
static_assert(EVTWIN_REASON_MIN_CURRENT == static_cast<unsigned>(Correction::min_current));
static_assert(EVTWIN_REASON_FINITE_RATE == static_cast<unsigned>(Correction::finite_rate));
static_assert(EVTWIN_REASON_LIMIT == static_cast<unsigned>(Correction::limit));
static_assert(EVTWIN_REASON_NOT_PLUGGED_IN == static_cast<unsigned>(Correction::not_plugged_in));
static_assert(EVTWIN_REASON_NO_V2G == static_cast<unsigned>(Correction::no_v2g));
static_assert(EVTWIN_REASON_SOC_WINDOW == static_cast<unsigned>(Correction::soc_window));
static_assert(EVTWIN_REASON_STORAGE_RATING == static_cast<unsigned>(Correction::storage_rating));
static_assert(EVTWIN_REASON_OUTAGE == static_cast<unsigned>(Correction::outage));
static_assert(EVTWIN_REASON_NOT_FINITE == static_cast<unsigned>(Correction::not_finite));
static_assert(EVTWIN_REASON_UNAVOIDABLE == static_cast<unsigned>(Correction::unavoidable));
static_assert(EVTWIN_REASON_UNAVOIDABLE + 1 == correction_count);

// A view tells the kind of a limit by its number.
static_assert(EVTWIN_LIMIT_POWER_KW == static_cast<unsigned>(physics::LimitKind::power_kw));
static_assert(EVTWIN_LIMIT_CURRENT_A == static_cast<unsigned>(physics::LimitKind::current_a));
static_assert(EVTWIN_LIMIT_MAGNITUDE_A == static_cast<unsigned>(physics::LimitKind::magnitude_a));
static_assert(kernel::is_last_enumerator<physics::LimitKind::magnitude_a>(), "a new kind needs a number in strategy.h");

/// Room for every column of a site: by EVSE, storage, limit row and member, generously rounded up.
std::size_t arena_bytes(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages,
                        const Guard& guard, std::size_t curve_points) {
  constexpr std::size_t columns = 100, cell = sizeof(double);
  std::size_t cells =
      evses.size() * (48 + 2 * curve_points + session_id_bytes / cell) + storages.size() * 16 + guard.rows().size() * 8;
  std::size_t text = 0;
  for (const physics::Evse& evse : evses) {
    cells += evse.rates_a.size();
    text += evse.id.size() + 1;
  }
  for (const GuardRow& row : guard.rows()) {
    cells += 3 * row.members.size();
    text += row.name.size() + 1;
  }
  const std::size_t names = evses.size() + guard.rows().size();
  // A column that begins on a cache line is at least four lines long: a quarter more is room for that.
  return Arena::bytes_for<evtwin_view>(1) + 2 * Arena::bytes_for<evtwin_ledger>(1) + cells * cell * 5 / 4 +
         columns * Arena::bytes_for<double>(0) + text + names * Arena::bytes_for<char>(0);
}

}  // namespace

std::size_t most_curve_points(std::span<const physics::Vehicle> vehicles) {
  std::size_t most = 0;
  for (const physics::Vehicle& vehicle : vehicles) most = std::max(most, vehicle.battery.charge.knots.size());
  return most;
}

ViewColumns::ViewColumns(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages,
                         const Guard& guard, std::size_t most_curve_points)
    : evse_count_(evses.size()),
      storage_count_(storages.size()),
      curve_points_(most_curve_points),
      arena_(arena_bytes(evses, storages, guard, most_curve_points)),
      view(arena_.take_column<evtwin_view>(1)[0]),
      shown(view),
      since_last(arena_.take_column<evtwin_ledger>(1)[0]),
      so_far(arena_.take_column<evtwin_ledger>(1)[0]),
      evse_cells_(evses.size(), nan),
      storage_cells_(storages.size(), nan) {
  view.struct_size = sizeof(evtwin_view);
  view.power_setpoint_kw = nan;
  view.end_ns = std::numeric_limits<std::int64_t>::max();
  view.metering_window_ns = 15 * kernel::minute_ns;
  view.changed = EVTWIN_CHANGED_ROWS | EVTWIN_CHANGED_SESSIONS | EVTWIN_CHANGED_PRICES | EVTWIN_CHANGED_HORIZON;
  since_last.struct_size = so_far.struct_size = sizeof(evtwin_ledger);
  view.since_last = &since_last;
  view.so_far = &so_far;
  lay_out_evses(evses);
  lay_out_storages(storages);
  lay_out_limits(guard);
  make_room_for_departures(std::max<std::size_t>(evse_count_, 8));
  asked_.reserve(evse_count_);
  blank_.assign(evse_count_, nan);
}

const char* ViewColumns::keep_text(const std::string& words) {
  Column<char> cells = arena_.take_column<char>(words.size() + 1);
  std::copy(words.begin(), words.end(), cells.begin());
  return cells.data();
}

/// Takes a column of so many cells and shows it in the view.
template <class T>
void ViewColumns::make_column(const T* evtwin_view::*field, Column<T>& column, std::size_t count) {
  column = arena_.take_column<T>(count);
  view.*field = column.data();
}

void ViewColumns::lay_out_evses(std::span<const physics::Evse> evses) {
  view.n_evses = static_cast<std::uint32_t>(evses.size());
  lay_out_evse_constants(evses);
  lay_out_stays();
  lay_out_cars();
  lay_out_rates(evses);

  // Rows as they are while nobody is there.
  for (std::size_t i = 0; i < evses.size(); ++i) {
    const physics::Evse& evse = evses[i];
    max_kw[i] = physics::rated_kw(evse);
    const double discharge_kw =
        evse.phases == 0 ? evse.max_discharge_kw : evse.phases * evse.voltage_v * evse.max_discharge_a / 1000.0;
    max_discharge_kw[i] = evse.bidirectional ? discharge_kw : 0.0;
    curve_start[i] = static_cast<std::uint32_t>(i * curve_points_);
    plug_out(static_cast<std::uint32_t>(i));
  }
}

/// Constants of the site are written here and never again.
void ViewColumns::lay_out_evse_constants(std::span<const physics::Evse> evses) {
  const auto constant = [&]<class T, class F>(const T* evtwin_view::*field, F&& value_of) {
    Column<T> column;
    make_column(field, column, evses.size());
    for (std::size_t i = 0; i < evses.size(); ++i) column[i] = value_of(evses[i]);
  };
  using physics::Evse;
  constant(&evtwin_view::evse_id, [&](const Evse& e) { return keep_text(e.id); });
  constant(&evtwin_view::evse_phases, [](const Evse& e) { return e.phases; });
  constant(&evtwin_view::evse_voltage_v, [](const Evse& e) { return e.phases == 0 ? 0.0 : e.voltage_v; });
  constant(&evtwin_view::evse_phase_angle_deg, [](const Evse& e) { return e.phase_angle_deg; });
  constant(&evtwin_view::evse_efficiency, [](const Evse& e) { return e.efficiency; });
}

/// The vehicle that is there: its session, its powers, times and energies of its stay.
void ViewColumns::lay_out_stays() {
  const std::size_t n = evse_count_;
  make_column(&evtwin_view::connected_evse, connected_evse, n);
  make_column(&evtwin_view::evse_max_kw, max_kw, n);
  make_column(&evtwin_view::evse_max_discharge_kw, max_discharge_kw, n);
  make_column(&evtwin_view::evse_session, session, n);
  make_column(&evtwin_view::evse_session_id, session_ids_, n);
  session_id_ = arena_.take_column<char>(n * session_id_bytes);
  for (std::size_t i = 0; i < n; ++i) session_ids_[i] = session_id_.data() + i * session_id_bytes;

  // Who it is, and its powers.
  make_column(&evtwin_view::evse_driver, driver, n);
  make_column(&evtwin_view::evse_vehicle, vehicle, n);
  make_column(&evtwin_view::evse_draws, draws, n);
  make_column(&evtwin_view::evse_setpoint_kw, setpoint_kw, n);
  make_column(&evtwin_view::evse_asked_kw, asked_kw, n);
  make_column(&evtwin_view::evse_reason, reason, n);
  make_column(&evtwin_view::evse_limit_row, limit_row, n);
  make_column(&evtwin_view::evse_power_kw, power_kw, n);

  // Times and energies.
  make_column(&evtwin_view::evse_arrived_ns, arrived_ns, n);
  make_column(&evtwin_view::evse_claimed_departs_ns, claimed_departs_ns, n);
  make_column(&evtwin_view::evse_departs_ns, departs_ns, n);
  make_column(&evtwin_view::evse_requested_kwh, requested_kwh, n);
  make_column(&evtwin_view::evse_got_kwh, got_kwh, n);
  make_column(&evtwin_view::evse_remaining_kwh, remaining_kwh, n);
}

/// The car's own figures, and what its driver agreed on beforehand.
void ViewColumns::lay_out_cars() {
  const std::size_t n = evse_count_;
  make_column(&evtwin_view::evse_car_min_kw, car_min_kw, n);
  make_column(&evtwin_view::evse_car_max_kw, car_max_kw, n);
  make_column(&evtwin_view::evse_car_max_discharge_kw, car_max_discharge_kw, n);
  make_column(&evtwin_view::evse_kw_per_a, kw_per_a, n);
  make_column(&evtwin_view::evse_priority, priority, n);

  // Its battery, where the charger can know it; acceptance curves have room for the longest.
  make_column(&evtwin_view::evse_soc, soc, n);
  make_column(&evtwin_view::evse_battery_kwh, battery_kwh, n);
  make_column(&evtwin_view::evse_soc_floor, soc_floor, n);
  make_column(&evtwin_view::evse_car_charge_efficiency, car_charge_efficiency, n);
  make_column(&evtwin_view::evse_car_discharge_efficiency, car_discharge_efficiency, n);
  make_column(&evtwin_view::evse_curve_start, curve_start, n);
  make_column(&evtwin_view::evse_curve_points, curve_points, n);
  make_column(&evtwin_view::curve_soc, curve_soc, n * curve_points_);
  make_column(&evtwin_view::curve_kw, curve_kw, n * curve_points_);

  // Reservations, and the price of energy that is given back.
  make_column(&evtwin_view::evse_reserved_from_ns, reserved_from_ns, n);
  make_column(&evtwin_view::evse_reserved_until_ns, reserved_until_ns, n);
  make_column(&evtwin_view::evse_reserved_kwh, reserved_kwh, n);
  make_column(&evtwin_view::evse_v2g_price_per_kwh, v2g_price_per_kwh, n);
}

/// Rates of all EVSEs in one column; a car's own are written over them while it is plugged in.
void ViewColumns::lay_out_rates(std::span<const physics::Evse> evses) {
  std::size_t rates = 0;
  for (const physics::Evse& evse : evses) rates += evse.rates_a.size();
  make_column(&evtwin_view::evse_rate_start, rate_start, evses.size() + 1);
  make_column(&evtwin_view::rate_kw, rate_kw, rates);
  rates = 0;
  for (std::size_t i = 0; i < evses.size(); ++i) {
    const physics::Evse& evse = evses[i];
    for (const double a : evse.rates_a) {
      own_rate_kw_.push_back(a * evse.phases * evse.voltage_v / 1000.0);
      rate_kw[rates++] = own_rate_kw_.back();
    }
    rate_start[i + 1] = static_cast<std::uint32_t>(rates);
  }
}

void ViewColumns::lay_out_storages(std::span<const physics::Storage> storages) {
  view.n_storages = static_cast<std::uint32_t>(storages.size());
  const auto column = [&]<class T>(const T* evtwin_view::*field, auto&& value_of) {
    Column<T> cells = arena_.take_column<T>(storages.size());
    for (std::size_t s = 0; s < storages.size(); ++s) cells[s] = value_of(storages[s]);
    view.*field = cells.data();
    return cells;
  };
  using physics::Storage;
  column(&evtwin_view::storage_kwh, [](const Storage& s) { return s.capacity_kwh; });
  column(&evtwin_view::storage_soc_min, [](const Storage& s) { return s.soc_min; });
  column(&evtwin_view::storage_soc_max, [](const Storage& s) { return s.soc_max; });
  column(&evtwin_view::storage_max_charge_kw, [](const Storage& s) { return s.max_charge_kw; });
  column(&evtwin_view::storage_max_discharge_kw, [](const Storage& s) { return s.max_discharge_kw; });
  column(&evtwin_view::storage_charge_efficiency, [](const Storage& s) { return s.charge_efficiency; });
  column(&evtwin_view::storage_discharge_efficiency, [](const Storage& s) { return s.discharge_efficiency; });
  storage_soc = column(&evtwin_view::storage_soc, [](const Storage& s) { return s.soc_start; });
  const auto nothing = [](const Storage&) { return 0.0; };
  storage_power_kw = column(&evtwin_view::storage_power_kw, nothing);
  storage_setpoint_kw = column(&evtwin_view::storage_setpoint_kw, nothing);
  storage_asked_kw = column(&evtwin_view::storage_asked_kw, nothing);
  storage_reason = column(&evtwin_view::storage_reason, [](const Storage&) { return EVTWIN_REASON_NONE; });
  storage_limit_row = column(&evtwin_view::storage_limit_row, [](const Storage&) { return -1; });
}

void ViewColumns::lay_out_limits(const Guard& guard) {
  const std::size_t rows = guard.rows().size();
  std::size_t members = 0;
  for (const GuardRow& row : guard.rows()) members += row.members.size();
  view.n_limits = static_cast<std::uint32_t>(rows);
  const auto make = [&]<class T>(const T* evtwin_view::*field, std::size_t count) {
    Column<T> column = arena_.take_column<T>(count);
    view.*field = column.data();
    return column;
  };

  auto names = make(&evtwin_view::limit_name, rows);
  auto kinds = make(&evtwin_view::limit_kind, rows);
  limit_lower_ = make(&evtwin_view::limit_lower, rows);
  limit_upper_ = make(&evtwin_view::limit_upper, rows);
  limit_base_ = make(&evtwin_view::limit_base, rows);
  auto start = make(&evtwin_view::limit_start, rows + 1);
  auto member = make(&evtwin_view::limit_member, members);
  auto coefficient = make(&evtwin_view::limit_coefficient, members);
  auto angle_deg = make(&evtwin_view::limit_angle_deg, members);

  // Members of all rows lie in one column, row behind row.
  std::uint32_t at = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const GuardRow& row = guard.rows()[r];
    names[r] = keep_text(row.name);
    kinds[r] = static_cast<std::uint32_t>(row.kind);
    for (std::size_t m = 0; m < row.members.size(); ++m, ++at) {
      member[at] = row.members[m];
      coefficient[at] = row.coefficients[m];
      angle_deg[at] = row.angles_deg[m];
    }
    start[r + 1] = at;
  }
  show_limits(guard);
}

void ViewColumns::plug_in(std::uint32_t evse, const physics::Coupling& coupling) {
  car_min_kw[evse] = coupling.min_kw;
  car_max_kw[evse] = coupling.max_kw;
  car_max_discharge_kw[evse] = coupling.max_discharge_kw;
  kw_per_a[evse] = coupling.kw_per_a;
  std::copy(coupling.rates_kw.begin(), coupling.rates_kw.end(), rate_kw.begin() + rate_start[evse]);
}

void ViewColumns::know_battery(std::uint32_t evse, const physics::Vehicle& car) {
  battery_kwh[evse] = car.battery.capacity_kwh;
  soc_floor[evse] = car.soc_floor;
  car_charge_efficiency[evse] = car.battery.charge_efficiency;
  car_discharge_efficiency[evse] = car.battery.discharge_efficiency;
  const auto& knots = car.battery.charge.knots;
  for (std::size_t k = 0; k < knots.size(); ++k) {
    curve_soc[curve_start[evse] + k] = knots[k].soc;
    curve_kw[curve_start[evse] + k] = knots[k].kw;
  }
  curve_points[evse] = static_cast<std::uint32_t>(knots.size());
}

void ViewColumns::plug_out(std::uint32_t evse) {
  session[evse] = 0;
  name_session(evse, {});
  driver[evse] = 0;
  vehicle[evse] = std::numeric_limits<std::uint32_t>::max();
  draws[evse] = 0;
  reason[evse] = EVTWIN_REASON_NONE;
  limit_row[evse] = -1;
  curve_points[evse] = 0;
  arrived_ns[evse] = departs_ns[evse] = claimed_departs_ns[evse] = 0;
  for (auto* column : {&setpoint_kw, &asked_kw, &power_kw, &requested_kwh, &got_kwh, &remaining_kwh, &car_min_kw,
                       &car_max_kw, &car_max_discharge_kw, &kw_per_a, &priority, &v2g_price_per_kwh}) {
    (*column)[evse] = 0.0;
  }
  for (auto* column : {&soc, &battery_kwh, &soc_floor, &car_charge_efficiency, &car_discharge_efficiency})
    (*column)[evse] = nan;
}

void ViewColumns::clear_session(std::uint32_t evse) {
  plug_out(evse);
  reserved_from_ns[evse] = reserved_until_ns[evse] = 0;
  reserved_kwh[evse] = 0.0;
  for (std::uint32_t p = rate_start[evse]; p < rate_start[evse + 1]; ++p) rate_kw[p] = own_rate_kw_[p];
}

void ViewColumns::show_limits(const Guard& guard) {
  for (std::size_t r = 0; r < guard.rows().size(); ++r) {
    limit_lower_[r] = guard.rows()[r].lower;
    limit_upper_[r] = guard.rows()[r].upper;
    limit_base_[r] = guard.rows()[r].base;
  }
}

void ViewColumns::name_session(std::uint32_t evse, std::string_view id) {
  std::size_t bytes = std::min(id.size(), session_id_bytes - 1);
  // Never in the middle of a UTF-8 character: its further bytes are 10xxxxxx.
  while (bytes > 0 && bytes < id.size() && (static_cast<unsigned char>(id[bytes]) & 0xC0U) == 0x80U) --bytes;
  char* const cells = session_id_.data() + evse * session_id_bytes;
  std::copy_n(id.begin(), bytes, cells);
  cells[bytes] = '\0';
}

void ViewColumns::make_room_for_departures(std::size_t count) {
  const std::size_t cells = std::max(count, 2 * departed_room_);
  auto grown = std::make_unique<Arena>(10 * Arena::bytes_for<double>(cells));
  const auto grow = [&]<class T>(const T* evtwin_view::*field, Column<T>& column) {
    Column<T> roomier = grown->take_column<T>(cells);
    std::copy_n(column.begin(), view.n_departed, roomier.begin());
    column = roomier;
    view.*field = column.data();
  };
  grow(&evtwin_view::departed_evse, departed_evse_);
  grow(&evtwin_view::departed_session, departed_session_);
  grow(&evtwin_view::departed_ns, departed_ns_);
  grow(&evtwin_view::departed_got_kwh, departed_got_kwh_);
  grow(&evtwin_view::departed_requested_kwh, departed_requested_kwh_);
  grow(&evtwin_view::departed_arrived_ns, departed_arrived_ns_);
  grow(&evtwin_view::departed_claimed_ns, departed_claimed_ns_);
  grow(&evtwin_view::departed_driver, departed_driver_);
  grow(&evtwin_view::departed_max_kw, departed_max_kw_);
  grow(&evtwin_view::departed_draws, departed_draws_);
  departed_arena_ = std::move(grown);
  departed_room_ = cells;
}

void ViewColumns::add_departure(const Departure& departure) {
  const std::size_t at = view.n_departed;
  if (at == departed_room_) make_room_for_departures(at + 1);
  departed_evse_[at] = departure.evse;
  departed_session_[at] = departure.session;
  departed_ns_[at] = departure.at_ns;
  departed_got_kwh_[at] = departure.got_kwh;
  departed_requested_kwh_[at] = departure.requested_kwh;
  departed_arrived_ns_[at] = departure.arrived_ns;
  departed_claimed_ns_[at] = departure.claimed_ns;
  departed_driver_[at] = departure.driver;
  departed_max_kw_[at] = departure.max_kw;
  departed_draws_[at] = departure.draws;
  view.n_departed += 1;
}

void ViewColumns::make_room_for_horizon() {
  const std::size_t steps = horizon.pv_kw.size(), levels = horizon.level.size();
  const std::size_t level_steps = levels == 0 ? 0 : level_columns_.size() * Arena::bytes_for<double>(levels * steps);

  // One block of memory, taken at the first horizon: no later one is longer.
  horizon_arena_ = std::make_unique<Arena>(Arena::bytes_for<std::int64_t>(steps + 1) +
                                           Arena::bytes_for<std::int64_t>(steps) + Arena::bytes_for<double>(levels) +
                                           horizon_columns_.size() * Arena::bytes_for<double>(steps) + level_steps);
  const auto make = [&]<class T>(const T* evtwin_view::*field, std::size_t count) {
    Column<T> column = horizon_arena_->take_column<T>(count);
    view.*field = column.data();
    return column;
  };

  horizon_start_ns_ = make(&evtwin_view::horizon_start_ns, steps + 1);
  horizon_window_end_ns_ = make(&evtwin_view::horizon_window_end_ns, steps);
  std::size_t next = 0;
  for (auto field :
       {&evtwin_view::horizon_pv_kw, &evtwin_view::horizon_load_kw, &evtwin_view::horizon_buy_per_kwh,
        &evtwin_view::horizon_sell_per_kwh, &evtwin_view::horizon_co2_kg_per_kwh, &evtwin_view::horizon_contract_kw,
        &evtwin_view::horizon_power_setpoint_kw, &evtwin_view::horizon_arrivals, &evtwin_view::horizon_arrivals_kwh}) {
    horizon_columns_[next++] = make(field, steps);
  }

  if (levels == 0) return;
  level_ = make(&evtwin_view::level, levels);
  next = 0;
  for (auto field : {&evtwin_view::level_pv_kw, &evtwin_view::level_load_kw, &evtwin_view::level_buy_per_kwh,
                     &evtwin_view::level_arrivals, &evtwin_view::level_arrivals_kwh}) {
    level_columns_[next++] = make(field, levels * steps);
  }
}

void ViewColumns::make_room_for_limits_ahead() {
  const std::size_t cells = horizon.limit_upper.size();
  limits_ahead_arena_ = std::make_unique<Arena>(limit_columns_.size() * Arena::bytes_for<double>(cells));
  for (Column<double>& column : limit_columns_) column = limits_ahead_arena_->take_column<double>(cells);
}

namespace {

bool same_figure(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

bool ViewColumns::show_horizon() {
  const std::size_t steps = horizon.pv_kw.size(), levels = horizon.level.size(), steps_before = view.horizon_steps;
  const std::array<const std::vector<double>*, 9> values{
      &horizon.pv_kw,          &horizon.load_kw,     &horizon.buy_per_kwh,       &horizon.sell_per_kwh,
      &horizon.co2_kg_per_kwh, &horizon.contract_kw, &horizon.power_setpoint_kw, &horizon.arrivals,
      &horizon.arrivals_kwh};
  const std::array<const std::vector<double>*, 5> values_by_level{&horizon.level_pv_kw, &horizon.level_load_kw,
                                                                  &horizon.level_buy_per_kwh, &horizon.level_arrivals,
                                                                  &horizon.level_arrivals_kwh};
  const std::array<const std::vector<double>*, 2> values_by_limit{&horizon.limit_lower, &horizon.limit_upper};
  const std::size_t limits = horizon.limit_upper.empty() ? 0 : view.n_limits;
  bool changed = horizon_arena_ == nullptr || limits != view.n_limits_ahead;
  if (horizon_arena_ == nullptr) make_room_for_horizon();

  // Steps are compared by the time they cover; step 0 is never wholly ahead.
  for (std::size_t k = 1, before = 1; !changed && k < steps; ++k) {
    while (before < steps_before && horizon_start_ns_[before] < horizon.start_ns[k]) ++before;
    if (before >= steps_before) break;
    if (horizon_start_ns_[before] != horizon.start_ns[k] || horizon_start_ns_[before + 1] != horizon.start_ns[k + 1])
      continue;

    // A column that is not wanted is NaN before and after: that is no change.
    for (std::size_t c = 0; c < values.size(); ++c)
      changed = changed || !same_figure((*values[c])[k], horizon_columns_[c][before]);
    for (std::size_t c = 0; c < values_by_level.size(); ++c) {
      for (std::size_t l = 0; l < levels; ++l)
        changed =
            changed || !same_figure((*values_by_level[c])[l * steps + k], level_columns_[c][l * steps_before + before]);
    }
    for (std::size_t c = 0; c < values_by_limit.size(); ++c) {
      for (std::size_t r = 0; r < limits; ++r)
        changed =
            changed || !same_figure((*values_by_limit[c])[r * steps + k], limit_columns_[c][r * steps_before + before]);
    }
  }

  view.horizon_steps = static_cast<std::uint32_t>(steps);
  view.n_levels = static_cast<std::uint32_t>(levels);
  view.horizon_issued_ns = horizon.issued_ns;
  std::copy(horizon.start_ns.begin(), horizon.start_ns.end(), horizon_start_ns_.begin());
  std::copy(horizon.window_end_ns.begin(), horizon.window_end_ns.end(), horizon_window_end_ns_.begin());
  for (std::size_t c = 0; c < values.size(); ++c)
    std::copy(values[c]->begin(), values[c]->end(), horizon_columns_[c].begin());
  std::copy(horizon.level.begin(), horizon.level.end(), level_.begin());
  for (std::size_t c = 0; levels > 0 && c < values_by_level.size(); ++c)
    std::copy(values_by_level[c]->begin(), values_by_level[c]->end(), level_columns_[c].begin());

  if (limits > 0 && limits_ahead_arena_ == nullptr) make_room_for_limits_ahead();
  view.n_limits_ahead = static_cast<std::uint32_t>(limits);
  view.horizon_limit_lower = limits > 0 ? limit_columns_[0].data() : nullptr;
  view.horizon_limit_upper = limits > 0 ? limit_columns_[1].data() : nullptr;
  for (std::size_t c = 0; limits > 0 && c < values_by_limit.size(); ++c)
    std::copy(values_by_limit[c]->begin(), values_by_limit[c]->end(), limit_columns_[c].begin());
  return changed;
}

evtwin_decision& ViewColumns::blank_decision() {
  if (!wiped_) std::fill(evse_cells_.begin(), evse_cells_.end(), nan);
  wiped_ = false;
  std::fill(storage_cells_.begin(), storage_cells_.end(), nan);
  std::fill(plan_cells_.begin(), plan_cells_.end(), nan);
  asked_.assign(view.connected_evse, view.connected_evse + view.n_connected);
  decision_ = {sizeof(evtwin_decision),
               0,
               evse_cells_.data(),
               storage_cells_.data(),
               0,
               0,
               nan,
               plan_cells_.empty() ? nullptr : plan_cells_.data(),
               plan_steps_,
               0};
  return decision_;
}

void ViewColumns::make_plan(std::uint32_t steps) {
  plan_steps_ = steps;
  plan_cells_.assign((evse_count_ + storage_count_) * steps, nan);
}

bool ViewColumns::strayed() {
  for (const std::uint32_t i : asked_) evse_cells_[i] = nan;
  // A site may have storage and no EVSE; memcmp wants to point somewhere even for nothing.
  wiped_ = evse_cells_.empty() || std::memcmp(evse_cells_.data(), blank_.data(), evse_count_ * sizeof(double)) == 0;
  return !wiped_;
}

}  // namespace evtwin::control
