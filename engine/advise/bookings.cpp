#include "advise/bookings.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "kernel/parallel.hpp"

namespace evtwin::advise {

namespace {

constexpr TimeNs finest_step_ns = 15 * kernel::minute_ns;
constexpr TimeNs most_times = 24;  // per booking
constexpr int most_rounds = 3;

/// Figures of a world; `open` are sessions that the end of the run cuts.
struct Tried {
  SiteFigures figures;
  std::uint64_t open = 0;
};

class Search {
 public:
  Search(const twin::World& world, const Way& way, const RunChoices& choices)
      : world_(world), way_(way), choices_(choices), least_(least_saving(world.currency)) {}

  using Times = std::map<std::size_t, TimeNs>;  ///< beginnings by row of bookings_of; all others as they stand

  Tried run(const Times& times) const {
    twin::World world = world_;
    const std::vector<BookingRow> rows = bookings_of(world_);
    for (const auto& [row, from_ns] : times) world = moved_by_id(world, rows[row], from_ns);
    const std::unique_ptr<twin::Script> script = choices_.script ? choices_.script() : nullptr;
    twin::RunOptions options;
    options.script = script.get();
    options.stop = choices_.stop;
    options.strategy_name = way_.label;
    const twin::Result result = twin::simulate(world, way_.factory, options);
    Tried tried{figures_of(world, result, -1), 0};
    for (const twin::SiteResult& site : result.sites) tried.open += site.sessions_open;
    return tried;
  }

  /// Whether b is at least as good a service as a.
  static bool serves(const Tried& a, const Tried& b) {
    return b.figures.unmet_kwh <= a.figures.unmet_kwh + energy_tolerance_kwh &&
           b.figures.turned_away <= a.figures.turned_away && b.open <= a.open;
  }

  double least() const { return least_; }

 private:
  /// A move changes the order of a law's visits, so bookings are found by their id.
  static twin::World moved_by_id(const twin::World& world, const BookingRow& booking, TimeNs from_ns) {
    for (const BookingRow& row : bookings_of(world)) {
      if (row.site == booking.site && row.law == booking.law && row.id == booking.id)
        return with_moved(world, row, from_ns);
    }
    throw std::logic_error("a booking has gone");
  }

  const twin::World& world_;
  const Way& way_;
  const RunChoices& choices_;
  double least_;
};

/// Beginnings to try, the present one left out; all inside the window and the run, and after the booking was made.
std::vector<TimeNs> beginnings(const twin::World& world, const BookingRow& booking, TimeNs now_from_ns) {
  const TimeNs length_ns = booking.to_ns - booking.from_ns;
  const auto& law = std::get<demand::Recorded>(*world.sites[booking.site].arrivals[booking.law]);
  const TimeNs announced_ns = law.visits[booking.visit].announced_ns;
  TimeNs first_ns = std::max(booking.window.from_ns, world.start_ns);
  if (announced_ns != kernel::time_never) first_ns = std::max(first_ns, announced_ns + 1);
  const TimeNs last_ns = std::min(booking.window.to_ns, world.end_ns - 1) - length_ns;
  std::vector<TimeNs> out;
  if (last_ns < first_ns) return out;
  const TimeNs steps = (last_ns - booking.window.from_ns) / finest_step_ns;
  const TimeNs step_ns = finest_step_ns * std::max<TimeNs>(1, (steps + most_times - 1) / most_times);
  for (TimeNs t = booking.window.from_ns; t <= last_ns; t += step_ns) {
    if (t >= first_ns && t != now_from_ns) out.push_back(t);
  }
  if (booking.from_ns != now_from_ns) out.push_back(booking.from_ns);  // back again
  return out;
}

}  // namespace

std::vector<BookingRow> bookings_of(const twin::World& world) {
  std::vector<BookingRow> out;
  for (std::uint32_t s = 0; s < world.sites.size(); ++s) {
    const auto& laws = world.sites[s].arrivals;
    for (std::uint32_t l = 0; l < laws.size(); ++l) {
      const auto* recorded = std::get_if<demand::Recorded>(laws[l].get());
      if (recorded == nullptr || recorded->windows.empty()) continue;
      for (std::uint32_t v = 0; v < recorded->visits.size(); ++v) {
        const demand::Visit& visit = recorded->visits[v];
        const auto& window = recorded->windows[v];
        out.push_back({visit.id, s, l, v, visit.evse, visit.arrival_ns, visit.departure_ns, window.has_value(),
                       window.value_or(demand::MoveWindow{})});
      }
    }
  }
  return out;
}

twin::World with_moved(const twin::World& world, const BookingRow& booking, TimeNs from_ns) {
  const TimeNs by_ns = from_ns - booking.from_ns;
  if (!booking.may_move) throw std::logic_error("a fixed booking was to be moved");
  if (from_ns < booking.window.from_ns || booking.to_ns + by_ns > booking.window.to_ns)
    throw std::logic_error("a booking was to be moved out of its window");
  twin::World moved = world;
  auto& law = moved.sites[booking.site].arrivals[booking.law];
  const auto& before = std::get<demand::Recorded>(*law);
  std::vector<demand::Visit> visits = before.visits;
  demand::Visit& visit = visits[booking.visit];
  for (TimeNs* time : {&visit.arrival_ns, &visit.departure_ns, &visit.claimed_departure_ns, &visit.reserved_from_ns,
                       &visit.reserved_until_ns})
    *time += by_ns;
  // Ascending by arrival, each with its window.
  std::vector<std::size_t> order(visits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return visits[i].arrival_ns != visits[j].arrival_ns ? visits[i].arrival_ns < visits[j].arrival_ns : i < j;
  });
  demand::Recorded after;
  for (const std::size_t i : order) {
    after.visits.push_back(visits[i]);
    after.windows.push_back(before.windows[i]);
  }
  law = std::make_shared<const demand::ArrivalLaw>(std::move(after));
  return moved;
}

double least_saving(const std::string& currency) { return currency == "KRW" || currency == "JPY" ? 1.0 : 0.01; }

namespace {

/// Coordinate descent: one booking at a time over its beginnings, the others held.
class Descent {
 public:
  Descent(const twin::World& world, const std::vector<BookingRow>& rows, const RunChoices& choices,
          const Search& search)
      : world_(world), rows_(rows), choices_(choices), search_(search), start_(search.run({})), best_(start_) {}

  /// Moves a booking where that saves. @returns whether it was moved
  bool improve(std::size_t row);
  /// A move that saves nothing by itself in the end is taken back.
  void take_back_idle_moves();
  void tell(BookingAdvice& advice) const;

 private:
  std::optional<std::size_t> best_of(const BookingRow& booking, const std::vector<TimeNs>& candidates,
                                     const std::vector<Tried>& tried) const;

  const twin::World& world_;
  const std::vector<BookingRow>& rows_;
  const RunChoices& choices_;
  const Search& search_;
  Search::Times times_;
  const Tried start_;
  Tried best_;
  std::uint64_t runs_ = 1;
};

/// The lowest objective of those that serve as the start does and save; of those that read the same, the shortest
/// move.
std::optional<std::size_t> Descent::best_of(const BookingRow& booking, const std::vector<TimeNs>& candidates,
                                            const std::vector<Tried>& tried) const {
  const auto shift = [&](TimeNs from_ns) { return std::abs(from_ns - booking.from_ns); };
  std::optional<std::size_t> chosen;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    if (!Search::serves(start_, tried[c])) continue;
    const double saves = best_.figures.objective - tried[c].figures.objective;
    if (saves < search_.least()) continue;
    const double better = chosen ? tried[*chosen].figures.objective - tried[c].figures.objective : saves;
    if (!chosen || better >= search_.least() ||
        (std::abs(better) < search_.least() && shift(candidates[c]) < shift(candidates[*chosen])))
      chosen = c;
  }
  return chosen;
}

bool Descent::improve(std::size_t row) {
  const auto moved = times_.find(row);
  const std::vector<TimeNs> candidates =
      beginnings(world_, rows_[row], moved == times_.end() ? rows_[row].from_ns : moved->second);
  std::vector<Tried> tried(candidates.size());
  kernel::parallel_for(candidates.size(), choices_.threads, [&](std::size_t c) {
    Search::Times other = times_;
    other[row] = candidates[c];
    tried[c] = search_.run(other);
  });

  runs_ += candidates.size();
  const std::optional<std::size_t> chosen = best_of(rows_[row], candidates, tried);
  if (!chosen) return false;
  best_ = tried[*chosen];
  times_[row] = candidates[*chosen];
  return true;
}

void Descent::take_back_idle_moves() {
  for (auto it = times_.begin(); it != times_.end();) {
    Search::Times without = times_;
    without.erase(it->first);
    const Tried back = search_.run(without);
    ++runs_;
    if (Search::serves(start_, back) && back.figures.objective - best_.figures.objective < search_.least()) {
      best_ = back;
      it = times_.erase(it);
    } else {
      ++it;
    }
  }
}

void Descent::tell(BookingAdvice& advice) const {
  for (const auto& [row, from_ns] : times_) {
    if (from_ns != rows_[row].from_ns)
      advice.moves.push_back({rows_[row], from_ns, from_ns + rows_[row].to_ns - rows_[row].from_ns});
  }
  advice.before = start_.figures;
  advice.after = advice.moves.empty() ? start_.figures : best_.figures;
  advice.runs = runs_;
}

}  // namespace

BookingAdvice advise_bookings(const twin::World& world, const Way& way, const RunChoices& choices) {
  const std::vector<BookingRow> rows = bookings_of(world);
  const auto flexible = std::count_if(rows.begin(), rows.end(), [](const BookingRow& row) { return row.may_move; });
  if (rows.empty())
    throw AdviseError("--bookings: the scenario has none; arrivals = bookings { { arrive = ..., leave = ... }, ... }");
  if (flexible == 0)
    throw AdviseError("--bookings: all of them are fixed; one with window = { from, to } may be moved within it");

  const Search search(world, way, choices);
  BookingAdvice advice;
  advice.strategy = way.label;
  advice.flexible = static_cast<std::size_t>(flexible);
  advice.fixed = rows.size() - advice.flexible;

  // Until a round improves nothing.
  Descent descent(world, rows, choices, search);
  double steps_done = 0.0;
  for (int round = 0; round < most_rounds; ++round) {
    bool improved = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].may_move) continue;
      improved |= descent.improve(i);
      steps_done += 1.0;
      if (choices.progress)
        choices.progress(steps_done / (static_cast<double>(most_rounds) * static_cast<double>(flexible)));
    }
    if (!improved) break;
  }

  descent.take_back_idle_moves();
  descent.tell(advice);
  return advice;
}

}  // namespace evtwin::advise
