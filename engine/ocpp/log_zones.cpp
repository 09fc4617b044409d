#include "ocpp/log_zones.hpp"

#include <algorithm>

namespace evtwin::ocpp {
namespace {

constexpr std::size_t most_kept = 65'536;
constexpr TimeNs quarter_ns = 15 * kernel::minute_ns;
constexpr TimeNs most_offset_ns = 14 * kernel::hour_ns;
static_assert(most_offset_ns % quarter_ns == 0, "zones are whole quarters of an hour from UTC");
constexpr TimeNs most_early_ns = kernel::minute_ns, most_late_ns = 2 * kernel::minute_ns;
constexpr TimeNs most_prompt_ns = 10 * kernel::second_ns;
constexpr TimeNs least_step_back_ns = 30 * kernel::minute_ns;  // of Lord Howe Island, the least of all zones
constexpr std::uint64_t votes_to_change = 3;
constexpr TimeNs least_change_ns = kernel::minute_ns;
constexpr std::size_t most_runs = 1000, most_agreeing = 100'000;
// Of late messages of a wrong clock one or two may seem to agree.
constexpr int trusted_agreement = 3, most_agreement = 10;
static_assert(trusted_agreement < most_agreement && most_prompt_ns < least_change_ns);

}  // namespace

void OffsetStatistics::add_offset(double offset_s) {
  min_ = n_ == 0 ? offset_s : std::min(min_, offset_s);
  max_ = n_ == 0 ? offset_s : std::max(max_, offset_s);
  if (n_++ % every_ != 0) return;
  kept_.push_back(offset_s);
  if (kept_.size() < most_kept) return;
  for (std::size_t i = 0; 2 * i < kept_.size(); ++i) kept_[i] = kept_[2 * i];
  kept_.resize(kept_.size() / 2);
  every_ *= 2;
}

ClockOffset OffsetStatistics::clock_offset() const {
  ClockOffset result{n_, 0.0, min_, max_};
  if (kept_.empty()) return result;
  std::vector<double> sorted = kept_;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  result.median = sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return result;
}

void ZoneFinder::Voters::add_station(std::string_view station) {
  if (!any) {
    first = station;
    any = true;
  } else if (!several && station != first) {
    second = station;
    several = true;
  }
}

bool ZoneFinder::Voters::has_station(std::string_view station) const {
  return any && (station == first || (several && station == second));
}

int ZoneFinder::Side::count_agreement(std::string_view station, bool agrees) {
  auto found = agreement.find(station);
  if (found == agreement.end()) {
    if (!agrees || agreement.size() >= most_agreeing) return 0;
    found = agreement.emplace(station, 0).first;
  }
  const int before = found->second;
  found->second = std::clamp(before + (agrees ? 1 : -1), 0, most_agreement);
  return before;
}

void ZoneFinder::see_time(TimeNs log_ns, std::uint64_t number) {
  if (times_++ > 0 && log_ns <= last_ns_ - least_step_back_ns) step_back_ = {times_, number, log_ns};
  last_ns_ = log_ns;
  frame_ = number;
}

void ZoneFinder::cast_vote(Side& side, std::string_view station, TimeNs log_ns, TimeNs utc_ns) {
  const TimeNs offset = log_ns - utc_ns;
  if (offset > most_offset_ns + most_late_ns || offset < -most_offset_ns - most_early_ns) return;
  // The quarter of an hour that leaves a delay from a minute early to two minutes late.
  const TimeNs shifted = offset + most_early_ns;
  const TimeNs zone = (shifted >= 0 ? shifted : shifted - quarter_ns + 1) / quarter_ns * quarter_ns;
  if (offset - zone > most_late_ns) return;
  side.voters.add_station(station);
  if (!side.runs.empty() && side.runs.back().offset_ns == zone) {
    Run& run = side.runs.back();
    side.count_agreement(station, true);
    side.last_agreed_time = times_;
    ++run.votes;
    run.voters.add_station(station);
    // Others who contradict it go on collecting votes where this run is one station's word alone.
    if (run.voters.several || !side.next.voters.any || side.next.voters.has_station(station)) side.next = {};
    return;
  }
  if (side.next.votes == 0 || side.next.offset_ns != zone) {
    // Set back, it shows the new offset from the step on, of which the first vote may come later.
    const bool stepped = !side.runs.empty() && zone < side.runs.back().offset_ns &&
                         step_back_.time > side.last_agreed_time && step_back_.log_ns <= log_ns;
    side.next = {log_ns, zone, 0, {}, false, stepped ? step_back_.log_ns : log_ns, stepped ? step_back_.frame : frame_};
  }
  ++side.next.votes;
  // Several clocks that were always wrong by the same are no change of the log's.
  const bool had_agreed = side.count_agreement(station, false) >= trusted_agreement;
  if (had_agreed || side.runs.empty() || !side.runs.back().voters.several) side.next.voters.add_station(station);
  side.next.prompt = offset - zone < most_prompt_ns && offset - zone > -most_prompt_ns;
  // The first run needs no more than one vote; a better one may still take its place.
  const std::uint64_t needed = side.runs.empty() ? 1 : votes_to_change;
  const bool alone = !side.runs.empty() && side.voters.several && !side.next.voters.several;
  // Of several stations two may tell of what they queued at one instant; a changed clock goes on.
  const bool brief = !side.runs.empty() && side.voters.several &&
                     std::max(log_ns, side.next.from_ns) - std::min(log_ns, side.next.from_ns) < least_change_ns;
  if (side.next.votes < needed || alone || brief || side.runs.size() >= most_runs) return;
  if (side.runs.size() == 1) {
    const Run& first = side.runs.front();
    const bool few = first.votes < votes_to_change && side.next.votes > first.votes;
    const bool outvoted =
        !first.voters.several && side.next.voters.several && !side.next.voters.has_station(first.voters.first);
    if (few || outvoted) side.runs.clear();
  }
  side.runs.push_back(side.next);
  side.next = {};
}

const ZoneFinder::Side& ZoneFinder::trusted_side() const {
  std::uint64_t agreed = station_.next.votes;
  for (const Run& run : station_.runs) agreed += run.votes;
  return !csms_.runs.empty() && (2 * agreed < told_ || told_zoned_ == 0) ? csms_ : station_;
}

std::vector<ZoneFrom> ZoneFinder::find_zones(std::uint32_t file) const {
  const Side& side = station_.runs.empty() ? csms_ : trusted_side();
  const std::vector<Run>& runs = side.runs;
  const Run& last = side.next;
  const bool alone = side.voters.several && !last.voters.several;
  std::vector<ZoneFrom> zones;
  for (const Run& run : runs)
    zones.push_back({file, zones.empty() ? std::numeric_limits<TimeNs>::min() : run.begin_ns, run.offset_ns, true,
                     run.begin_frame});
  // A log that ends soon after the clocks were changed.
  if (last.votes > 0 && last.prompt && !alone && !runs.empty() &&
      (last.offset_ns - runs.back().offset_ns == kernel::hour_ns ||
       runs.back().offset_ns - last.offset_ns == kernel::hour_ns))
    zones.push_back({file, last.begin_ns, last.offset_ns, true, last.begin_frame});
  const bool told_by_none = &side == &station_ && told_zoned_ == 0;
  for (ZoneFrom& zone : zones) zone.told_by_none = told_by_none;
  if (zones.empty()) zones.push_back({file, std::numeric_limits<TimeNs>::min(), 0, false, 0});
  return zones;
}

}  // namespace evtwin::ocpp
