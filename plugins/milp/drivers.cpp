#include "drivers.hpp"

#include <algorithm>
#include <cmath>

#include "blocks.hpp"

namespace evtwin::milp {
namespace {

/// Before anybody was seen: as if so many had been.
constexpr double prior_stays = 4.0;
/// They keep their word, until somebody did not: then this part of them leaves earlier than claimed, at any time of the
/// stay alike, until so many have been seen and how all of them left counts as much.
constexpr std::int64_t kept_within_ns = 10 * minute_ns;
constexpr double prior_early = 0.2;
constexpr double prior_seen = 8.0;
constexpr int early_bins = 10;
/// Half of those before anybody was seen take what they ask for; the others this share. Drivers of workplaces ask for
/// 1.8 to 1.9 times what they take (ACN-Data, Caltech and JPL 2019: scenarios/studies/acn_four_months.md).
constexpr double prior_taken = 0.4;
constexpr double like_stay = 0.5;      // standard deviation of ln(claimed stay) that still counts as alike
constexpr double like_hour = 3.0;      // and of the time of arrival, h
constexpr double own_weight = 8.0;     // a driver's own stay counts as so many
constexpr std::size_t most_days = 10;  // of the same kind, for a mean day
constexpr double long_stay_h = 3.0;
constexpr double shortest_claim_h = 1.0 / 60.0;
constexpr double least_request_kwh = 0.1;
constexpr double rounding = 1e-6;  // a share of 0.9999999 is 1

enum class DayKind : std::uint8_t { workday, saturday, sunday };

// 1970-01-01 was a Thursday.
DayKind kind_of(std::int64_t day) {
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 0: Monday
  return weekday < 5 ? DayKind::workday : weekday == 5 ? DayKind::saturday : DayKind::sunday;
}

std::size_t bin_of(double share) {
  constexpr auto last = static_cast<double>(ShareCurve::bins);
  return static_cast<std::size_t>(std::clamp((share + rounding) / ShareCurve::bin, 0.0, last));
}

/// Time of the day at which it came.
double clock_h(const PastStay& stay) {
  return hours(stay.arrived_ns + stay.utc_offset_ns - local_day(stay.arrived_ns, stay.utc_offset_ns) * day_ns);
}

double bell(double distance, double width) { return std::exp(-0.5 * distance * distance / (width * width)); }

double own(const PastStay& a, const PastStay& b) { return a.driver != 0 && a.driver == b.driver ? own_weight : 1.0; }

}  // namespace

double PastStay::claimed_h() const { return hours(claimed_ns - arrived_ns); }
double PastStay::stayed_h() const { return hours(left_ns - arrived_ns); }

void ShareCurve::add_share(double share, bool whole, double weight) {
  (whole ? whole_ : open_)[bin_of(share)] += weight;
}

void ShareCurve::build_curve() {
  double at_risk = 0.0;
  for (std::size_t b = 0; b <= bins; ++b) at_risk += whole_[b] + open_[b];
  double survival = 1.0;
  for (std::size_t b = 0; b <= bins; ++b) {
    survival_[b] = survival;  // that the share comes to the bin
    if (at_risk > 1e-9) survival *= std::max(0.0, 1.0 - whole_[b] / at_risk);
    at_risk -= whole_[b] + open_[b];
  }
}

double ShareCurve::chance_above(double share) const { return survival_[std::min(bin_of(share) + 1, bins)]; }

double ShareCurve::chance_beyond(double share, double seen) const {
  const double here = chance_above(seen);
  return here > 1e-6 ? std::min(1.0, chance_above(share) / here) : 0.0;
}

double ShareCurve::come_to(double chance, double seen) const {
  const double here = chance_above(seen);
  if (here <= 1e-6) return seen;
  std::size_t b = bin_of(seen) + 1;
  while (b < bins && survival_[b + 1] >= chance * here) ++b;
  return std::max(seen, static_cast<double>(std::min(b, bins)) * bin);
}

double ShareCurve::mean_beyond(double seen) const {
  const double here = chance_above(seen);
  if (here <= 1e-6) return 0.0;
  const std::size_t first = bin_of(seen) + 1;
  double sum = std::max(0.0, static_cast<double>(first) * bin - seen) * here;
  for (std::size_t b = first; b < bins; ++b) sum += bin * survival_[b + 1];
  return sum / here;
}

void Drivers::begin(std::int64_t now_ns) {
  if (first_ns_ != 0) return;
  first_ns_ = gap_from_ns_ = gap_to_ns_ = now_ns;
  for (std::size_t k = 0; k < stays_.size(); ++k) {
    const PastStay& stay = stays_[k];
    // A history has whole days.
    const std::int64_t midnight_ns = local_day(stay.arrived_ns, stay.utc_offset_ns) * day_ns - stay.utc_offset_ns;
    first_ns_ = std::min(first_ns_, midnight_ns);
    gap_from_ns_ = k == 0 ? stay.left_ns : std::max(gap_from_ns_, stay.left_ns);
  }
}

void Drivers::look_at_word(std::int64_t claimed_ns, std::int64_t there_until_ns, bool left) {
  const std::int64_t later_ns = there_until_ns - claimed_ns;
  if (later_ns > kept_within_ns || (left && later_ns < -kept_within_ns)) word_broken_ = 1;
}

void Drivers::add_stay(const PastStay& stay) {
  if (stay.claimed_h() > shortest_claim_h) look_at_word(stay.claimed_ns, stay.left_ns, true);
  if (stays_.size() < most_stays) stays_.push_back(stay);
  stays_[count_++ % most_stays] = stay;
}

template <typename Use>
void Drivers::for_learned(Use&& use) const {
  for (std::uint64_t k = count_ - std::min<std::uint64_t>(count_, most_learned); k < count_; ++k)
    use(stays_[k % most_stays]);
}

ShareCurve Drivers::stay_curve(const PastStay& like, EarlyLeaving before_seen) const {
  ShareCurve curve;
  double seen = 0.0;
  for_learned([&](const PastStay& stay) { seen += stay.claimed_h() > shortest_claim_h ? 1.0 : 0.0; });
  // Everybody, those unlike this one as well, has a part of the prior's weight.
  const double of_each = prior_stays / (prior_seen + seen);
  const double early = before_seen == EarlyLeaving::expected && word_broken_ != 0 ? prior_early : 0.0;
  curve.add_share(1.0, true, of_each * prior_seen * (1.0 - early));
  for (int k = 0; k < early_bins; ++k)
    curve.add_share((k + 0.5) / early_bins, true, of_each * prior_seen * early / early_bins);
  const double like_h = like.claimed_h(), like_clock_h = clock_h(like);
  if (like_h > shortest_claim_h) {
    for_learned([&](const PastStay& stay) {
      if (stay.claimed_h() <= shortest_claim_h) return;
      const double apart_h = std::abs(clock_h(stay) - like_clock_h);
      const double weight = bell(std::log(stay.claimed_h() / like_h), like_stay) *
                            bell(std::min(apart_h, 24.0 - apart_h), like_hour) * own(stay, like);
      curve.add_share(stay.stayed_h() / stay.claimed_h(), true, weight + of_each);
    });
  }
  curve.build_curve();
  return curve;
}

ShareCurve Drivers::taken_curve(const PastStay& like) const {
  ShareCurve curve;
  curve.add_share(1.0, true, prior_stays);
  curve.add_share(prior_taken, true, prior_stays);
  for_learned([&](const PastStay& stay) {
    if (stay.requested_kwh <= least_request_kwh) return;
    const double share = stay.got_kwh / stay.requested_kwh;
    curve.add_share(share, stay.finished != 0 || share > 1.0 - rounding, own(stay, like));
  });
  curve.build_curve();
  return curve;
}

std::vector<ExpectedGroup> Drivers::expected_groups(std::int64_t now_ns, std::int64_t utc_offset_ns,
                                                    std::int64_t until_ns) const {
  std::vector<ExpectedGroup> groups;
  const std::int64_t today = local_day(now_ns, utc_offset_ns);
  std::int64_t first_day = local_day(first_ns_, utc_offset_ns);
  if (first_ns_ + utc_offset_ns > first_day * day_ns + hour_ns) ++first_day;
  if (count_ > most_stays) {
    std::int64_t oldest = INT64_MAX;
    for (const PastStay& stay : stays_) oldest = std::min(oldest, local_day(stay.arrived_ns, stay.utc_offset_ns));
    first_day = std::max(first_day, oldest + 1);
  }
  // A day of the history's end is known, one that the history leaves out before the run is not.
  const std::int64_t gap_from = local_day(gap_from_ns_, utc_offset_ns), gap_to = local_day(gap_to_ns_, utc_offset_ns);
  for (std::int64_t day = today; day <= local_day(until_ns, utc_offset_ns); ++day) {
    std::vector<std::int64_t> like;
    for (std::int64_t d = today - 1; d >= first_day && like.size() < most_days; --d)
      if (kind_of(d) == kind_of(day) && !(d > gap_from && d < gap_to)) like.push_back(d);
    if (like.empty()) continue;

    struct Sum {
      double kwh = 0.0, kw = 0.0, from = 0.0, stayed_h = 0.0;  ///< the last two times kWh
    };
    std::array<std::array<Sum, 2>, 24> sums{};  // [hour of the clock][short, long stay]
    const double weight = 1.0 / static_cast<double>(like.size());
    for (const PastStay& stay : stays_) {
      const std::int64_t came = local_day(stay.arrived_ns, stay.utc_offset_ns);
      if (!(stay.got_kwh > 0.0) || std::find(like.begin(), like.end(), came) == like.end()) continue;
      // The same time of the clock, on the day that is asked for.
      const std::int64_t clock_ns = stay.arrived_ns + stay.utc_offset_ns - came * day_ns;
      const std::int64_t from_ns = day * day_ns + clock_ns - utc_offset_ns;
      if (from_ns <= now_ns || from_ns >= until_ns) continue;
      Sum& sum = sums[static_cast<std::size_t>(clock_ns / hour_ns)][stay.stayed_h() > long_stay_h ? 1 : 0];

      const double kwh = weight * stay.got_kwh;
      sum.kwh += kwh;
      sum.kw += weight * std::max(stay.max_kw, stay.got_kwh / std::max(shortest_claim_h, stay.stayed_h()));
      sum.from += kwh * static_cast<double>(from_ns - now_ns);
      sum.stayed_h += kwh * stay.stayed_h();
    }

    for (std::size_t hour = 0; hour < sums.size(); ++hour) {
      for (std::size_t how_long = 0; how_long < 2; ++how_long) {
        const Sum& sum = sums[hour][how_long];
        if (sum.kwh <= 1e-6) continue;
        const std::int64_t from_ns = now_ns + static_cast<std::int64_t>(sum.from / sum.kwh);
        groups.push_back({static_cast<std::uint64_t>(day) * 64 + hour * 2 + how_long, from_ns,
                          from_ns + static_cast<std::int64_t>(sum.stayed_h / sum.kwh * 3.6e12), sum.kwh, sum.kw});
      }
    }
  }
  return groups;
}

void Drivers::save(sdk::StateWriter& writer) const {
  writer.put(first_ns_);
  writer.put(gap_from_ns_);
  writer.put(gap_to_ns_);
  writer.put(word_broken_);
  writer.put(count_);
  writer.put(static_cast<std::uint64_t>(stays_.size()));
  for (const PastStay& stay : stays_) {
    writer.put(stay.arrived_ns);
    writer.put(stay.claimed_ns);
    writer.put(stay.left_ns);
    writer.put(stay.utc_offset_ns);
    writer.put(stay.driver);
    writer.put(stay.requested_kwh);
    writer.put(stay.got_kwh);
    writer.put(stay.max_kw);
    writer.put(stay.finished);
  }
}

void Drivers::load(sdk::StateReader& reader) {
  reader.get(first_ns_);
  reader.get(gap_from_ns_);
  reader.get(gap_to_ns_);
  reader.get(word_broken_);
  reader.get(count_);
  std::uint64_t size = 0;
  reader.get(size);
  if (size != std::min<std::uint64_t>(count_, most_stays))
    throw sdk::BadState("the state knows another number of stays");
  stays_.assign(size, {});
  for (PastStay& stay : stays_) {
    reader.get(stay.arrived_ns);
    reader.get(stay.claimed_ns);
    reader.get(stay.left_ns);
    reader.get(stay.utc_offset_ns);
    reader.get(stay.driver);
    reader.get(stay.requested_kwh);
    reader.get(stay.got_kwh);
    reader.get(stay.max_kw);
    reader.get(stay.finished);
  }
}

}  // namespace evtwin::milp
