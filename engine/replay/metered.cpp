#include "replay/metered.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::replay {
namespace {

constexpr std::size_t least_readings = 10;
constexpr TimeNs usual_gaps = 3;
constexpr double most_disagreement = 0.1;
constexpr double steps_of_piece = 20.0;  ///< of the register: below that its rounding is what one sees

constexpr double whole_wh_kwh = 0.001;  ///< OCPP's registers at start and stop are integers

struct Knot {
  TimeNs time_ns = 0;
  double register_kwh = kernel::unknown;
  double power_kw = kernel::unknown;
  bool power_read = false;  ///< else it is taken to be that of the reading beside, or not known
};

bool has_register(const Knot& knot) { return std::isfinite(knot.register_kwh); }

/// Readings in order of time, one per instant; the last says what others of its instant leave open.
std::vector<Knot> knots_of(const ocpp::Transaction& transaction) {
  const bool gives_back = transaction.exported_kwh > 0.0;
  double exported_before = transaction.export_start_kwh;  // else the export register's first reading
  std::vector<Knot> all{{transaction.start_ns, transaction.meter_start_kwh, kernel::unknown, false}};

  for (const ocpp::Sample& sample : transaction.samples) {
    if (sample.time_ns < transaction.start_ns || sample.time_ns > transaction.stop_ns) continue;
    double power = gives_back ? sample.power_kw : std::max(sample.power_kw, 0.0);  // NaN stays first
    if (is_after_the_end(sample, transaction)) power = kernel::unknown;
    double counted = sample.register_kwh;
    if (gives_back) {
      if (std::isnan(exported_before)) exported_before = sample.export_register_kwh;
      counted -= sample.export_register_kwh - exported_before;
    }
    // A reading of SoC or of what is offered alone says nothing of when energy flowed.
    if (!std::isfinite(counted) && !std::isfinite(power)) continue;
    all.push_back({sample.time_ns, counted, power, std::isfinite(power)});
  }
  all.push_back({transaction.stop_ns, transaction.meter_stop_kwh - transaction.exported_kwh, kernel::unknown, false});
  std::stable_sort(all.begin(), all.end(), [](const Knot& a, const Knot& b) { return a.time_ns < b.time_ns; });

  std::vector<Knot> knots;
  for (const Knot& knot : all) {
    if (knots.empty() || knots.back().time_ns != knot.time_ns) {
      knots.push_back(knot);
      continue;
    }
    if (std::isfinite(knot.register_kwh)) knots.back().register_kwh = knot.register_kwh;
    if (std::isfinite(knot.power_kw)) knots.back().power_kw = knot.power_kw;
    knots.back().power_read = knots.back().power_read || knot.power_read;
  }
  // The ends have a register at best; their power is taken to be that of the reading beside them. A reading at the end
  // may stand shortly before the stop.
  const std::size_t n = knots.size();
  if (n >= 3 && std::isnan(knots[n - 1].power_kw) && std::isnan(knots[n - 2].power_kw))
    knots[n - 2].power_kw = knots[n - 3].power_kw;
  if (n >= 2) {
    if (std::isnan(knots.front().power_kw)) knots.front().power_kw = knots[1].power_kw;
    if (std::isnan(knots.back().power_kw)) knots.back().power_kw = knots[n - 2].power_kw;
  }
  return knots;
}

/// A stop that was rounded down lies below the last reading: that reading is the register's end.
void mend_end(std::vector<Knot>& knots) {
  constexpr double most_rounding_kwh = 1.0;
  if (knots.size() < 3) return;
  const auto before = std::find_if(std::next(knots.rbegin()), knots.rend(),
                                   [](const Knot& knot) { return std::isfinite(knot.register_kwh); });
  if (before == knots.rend()) return;
  double& end = knots.back().register_kwh;
  if (end < before->register_kwh && before->register_kwh - end <= most_rounding_kwh) end = before->register_kwh;
}

/// A register that goes back, or does not add up to the energy of the transaction, tells nothing of the time between
/// its ends.
bool register_is_sound(const std::vector<Knot>& knots, const ocpp::Transaction& transaction, double allowed_kwh) {
  double first = kernel::unknown, last = kernel::unknown;
  for (const Knot& knot : knots) {
    if (!std::isfinite(knot.register_kwh)) continue;
    if (!std::isfinite(first)) first = knot.register_kwh;
    if (transaction.exported_kwh == 0.0 && knot.register_kwh < last) return false;
    last = knot.register_kwh;
  }
  if (!std::isfinite(first)) return false;
  const double tolerance = std::max({2.0 * transaction.register_step_kwh, allowed_kwh, 1e-6});
  return std::abs(last - first - (transaction.energy_kwh - transaction.exported_kwh)) <= tolerance;
}

TimeNs median_gap(const std::vector<Knot>& knots) {
  std::vector<TimeNs> gaps;
  for (std::size_t i = 1; i < knots.size(); ++i) gaps.push_back(knots[i].time_ns - knots[i - 1].time_ns);
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

double trapezoid_kwh(const Knot& a, const Knot& b) {
  return 0.5 * (a.power_kw + b.power_kw) * kernel::hours_between(a.time_ns, b.time_ns);
}

/// Readings [first, last] that are dense: their pieces.
struct DenseStretch {
  std::size_t first = 0, last = 0;
};

std::vector<DenseStretch> dense_stretches(const std::vector<Knot>& knots, TimeNs step_ns, std::string& why_none) {
  std::vector<DenseStretch> stretches;
  if (step_ns > most_dense_step_ns) {
    why_none = "times of readings are rounded to more than a minute";
    return stretches;
  }
  if (knots.size() < least_readings) {
    why_none = "fewer than 10 readings";
    return stretches;
  }
  const TimeNs usual = median_gap(knots);
  const TimeNs most = usual > fine_ns / usual_gaps ? fine_ns : usual_gaps * usual;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= knots.size(); ++i) {
    if (i < knots.size() && knots[i].time_ns - knots[i - 1].time_ns <= most) continue;
    if (i - first >= least_readings) stretches.push_back({first, i - 1});
    first = i;
  }
  if (stretches.empty()) {
    why_none = usual > fine_ns ? "readings more than 15 min apart" : "no 10 readings in a row without a gap";
  }
  return stretches;
}

/// Energy between every two readings by the register: where a reading lacks it, the mean of the readings around.
std::vector<double> by_register(const std::vector<Knot>& knots) {
  std::vector<double> kwh(knots.size(), 0.0);
  std::size_t before = knots.size();
  for (std::size_t i = 0; i < knots.size(); ++i) {
    if (!std::isfinite(knots[i].register_kwh)) continue;
    if (before < i) {
      const double counted = knots[i].register_kwh - knots[before].register_kwh;
      // The powers between shape it where all are known and agree with the register.
      double integral = 0.0;
      for (std::size_t k = before; k < i; ++k) integral += trapezoid_kwh(knots[k], knots[k + 1]);
      const bool shaped = integral > 0.0 && std::abs(integral - counted) <= most_disagreement * counted;
      const double hours = kernel::hours_between(knots[before].time_ns, knots[i].time_ns);
      for (std::size_t k = before; k < i; ++k) {
        kwh[k] = shaped ? trapezoid_kwh(knots[k], knots[k + 1]) * counted / integral
                        : counted * kernel::hours_between(knots[k].time_ns, knots[k + 1].time_ns) / hours;
      }
    }
    before = i;
  }
  return kwh;
}

/// Adds the energy by the powers of a stretch between its first and last reading of the register, and that by the
/// register. Powers at the ends that were not read are left out where enough readings are left without them.
void add_closure(const std::vector<Knot>& knots, const DenseStretch& stretch, double register_step_kwh,
                 TimeNs reading_step_ns, Metered& result) {
  std::size_t first = stretch.first, last = stretch.last;
  while (first < last && !has_register(knots[first])) ++first;
  while (first < last && !has_register(knots[last])) --last;
  const auto tells_both = [&](std::size_t i) { return has_register(knots[i]) && knots[i].power_read; };
  std::size_t first_read = first, last_read = last;
  while (first_read < last_read && !tells_both(first_read)) ++first_read;
  while (first_read < last_read && !tells_both(last_read)) --last_read;
  if (last_read - first_read + 1 >= least_readings) {
    first = first_read;
    last = last_read;
  }
  if (last - first + 1 < least_readings) return;
  double integral = 0.0, spacing = 0.0, misplaced = 0.0;
  double open_integral = 0.0, open_spacing = 0.0, open_from_kwh = knots[first].register_kwh;
  // Where times are rounded, as much as flows in their step lies on the other side of a stretch's end.
  const double step_h = kernel::hours_between(0, reading_step_ns);
  const auto over_step_kwh = [&](std::size_t i) {
    return step_h > 0.0 ? step_h * std::fmax(std::abs(knots[i].power_kw), std::abs(knots[i + 1].power_kw)) : 0.0;
  };
  spacing = 0.5 * (over_step_kwh(first) + over_step_kwh(last - 1));
  for (std::size_t i = first; i < last; ++i) {
    const double piece = trapezoid_kwh(knots[i], knots[i + 1]);
    // Beside a power that was not read any may have flowed, or none.
    const bool both_read = knots[i].power_read && knots[i + 1].power_read;
    const double piece_spacing = both_read ? 0.5 * std::abs(knots[i + 1].power_kw - knots[i].power_kw) *
                                                 kernel::hours_between(knots[i].time_ns, knots[i + 1].time_ns)
                                           : std::abs(piece);
    integral += piece;
    spacing += piece_spacing;

    // From one register to the next, over enough of its steps for its rounding not to matter.
    open_integral += piece;
    open_spacing = std::max(open_spacing, over_step_kwh(i)) + piece_spacing;
    if (!has_register(knots[i + 1])) continue;
    const double counted = knots[i + 1].register_kwh - open_from_kwh;
    if (std::max(counted, open_integral) < steps_of_piece * register_step_kwh && i + 1 < last) continue;
    const double apart = std::abs(open_integral - counted) - open_spacing;
    if (apart > 2.0 * std::max(register_step_kwh, whole_wh_kwh)) misplaced += apart;
    open_integral = open_spacing = 0.0;
    open_from_kwh = knots[i + 1].register_kwh;
  }
  if (std::isnan(integral)) return;
  result.spacing_kwh += spacing;
  result.misplaced_kwh += misplaced;
  result.integral_kwh += integral;
  result.counted_kwh += knots[last].register_kwh - knots[first].register_kwh;
  result.closed_pieces += last - first;
}

/// Ends without a register are filled from the energy: nothing flowed before the first reading or after the last.
void fill_ends(std::vector<Knot>& knots, double net_kwh) {
  const auto first_known = std::find_if(knots.begin(), knots.end(), has_register);
  const double base = first_known == knots.end() ? 0.0 : first_known->register_kwh;
  if (!has_register(knots.front())) knots.front().register_kwh = base;
  if (!has_register(knots.back())) knots.back().register_kwh = base + net_kwh;
}

/// Pieces of a dense stretch in the shape of their powers, within what the register counted: over pieces whose powers
/// add up to it, all together; over others each for itself, so that what was counted between two readings stays there.
class Shaping {
 public:
  Shaping(const std::vector<Knot>& knots, double register_step_kwh, std::vector<MeteredPiece>& pieces)
      : knots_(knots),
        tolerance_kwh_(std::max(register_step_kwh, whole_wh_kwh)),
        step_kwh_(register_step_kwh > whole_wh_kwh ? register_step_kwh : 0.0),
        pieces_(pieces) {}

  /// From knot `first` to `last` the register counted so much.
  void add(std::size_t first, std::size_t last, double counted_kwh) {
    double integral = 0.0;
    for (std::size_t i = first; i < last; ++i) integral += trapezoid_kwh(knots_[i], knots_[i + 1]);
    if (std::abs(integral - counted_kwh) <= tolerance_kwh_ * (1.0 + 1e-6)) {
      if (open_.first == open_.last) open_ = {first, first, 0.0, 0.0};
      open_ = {open_.first, last, open_.integral_kwh + integral, open_.counted_kwh + counted_kwh};
      return;
    }
    finish();
    shape({first, last, integral, counted_kwh});
  }
  void finish() {
    shape(open_);
    open_ = {};
  }

 private:
  struct Run {
    std::size_t first = 0, last = 0;
    double integral_kwh = 0.0, counted_kwh = 0.0;
  };

  /// As the register spreads them where powers tell of less than half of it.
  void shape(const Run& run) {
    constexpr double least_share = 0.5;
    const double integral = run.integral_kwh, counted = run.counted_kwh;
    if (!(integral * counted > 0.0 && std::abs(integral) >= least_share * std::abs(counted))) return;
    for (std::size_t i = run.first; i < run.last; ++i) {
      MeteredPiece& piece = pieces_[i];
      piece.kwh = trapezoid_kwh(knots_[i], knots_[i + 1]) * counted / integral;
      piece.by_power = true;
      // Between two powers either may have held all the time; a register at both ends tells how much it was.
      const double spacing = 0.5 * std::abs(knots_[i + 1].power_kw - knots_[i].power_kw) *
                             kernel::hours_between(knots_[i].time_ns, knots_[i + 1].time_ns);
      const bool counted_alone = has_register(knots_[i]) && has_register(knots_[i + 1]);
      const double by_step = std::abs(piece.kwh) * std::min(1.0, step_kwh_ / std::abs(counted));
      piece.off_kwh = by_step + (counted_alone ? std::min(spacing, step_kwh_) : spacing);
    }
  }

  const std::vector<Knot>& knots_;
  double tolerance_kwh_, step_kwh_;
  std::vector<MeteredPiece>& pieces_;
  Run open_;
};

/// The pieces of a dense stretch are dense, and shaped by the powers where those agree with the register.
void add_stretch(const std::vector<Knot>& knots, const std::vector<double>& kwh, const DenseStretch& stretch,
                 double register_step_kwh, TimeNs reading_step_ns, Metered& result) {
  double integral = 0.0, counted = 0.0;
  std::size_t powers = 0;
  std::size_t registers = 0;
  for (std::size_t i = stretch.first; i <= stretch.last; ++i) registers += has_register(knots[i]) ? 1U : 0U;
  for (std::size_t i = stretch.first; i < stretch.last; ++i) {
    const double piece = trapezoid_kwh(knots[i], knots[i + 1]);
    if (!std::isfinite(piece)) continue;
    ++powers;
    integral += piece;
    counted += kwh[i];
  }
  if (powers == 0 && registers < least_readings) return;  // nothing but means of long times

  const bool agree = powers > 0 && counted > 0.0 && std::abs(integral - counted) <= most_disagreement * counted;
  Shaping shaping(knots, register_step_kwh, result.pieces);
  std::size_t from = stretch.first;
  double since = 0.0;
  for (std::size_t i = stretch.first; i < stretch.last; ++i) {
    result.pieces[i].dense = true;
    since += kwh[i];
    const bool told = has_register(knots[i + 1]) && std::abs(since) >= steps_of_piece * register_step_kwh;
    if (!told && i + 1 < stretch.last) continue;
    if (agree) shaping.add(from, i + 1, since);
    from = i + 1;
    since = 0.0;
  }
  shaping.finish();
  result.shaped_by_power = result.shaped_by_power || agree;
  add_closure(knots, stretch, register_step_kwh, reading_step_ns, result);
}

}  // namespace

bool is_after_the_end(const ocpp::Sample& sample, const ocpp::Transaction& transaction) {
  return sample.power_kw == 0.0 &&
         (sample.context == ocpp::Sample::Context::end || sample.time_ns >= transaction.stop_ns);
}

Metered metered_of(const ocpp::Transaction& transaction) {
  Metered result;
  // Registers in whole Wh are as fine as OCPP has them: their steps are not counted.
  if (transaction.register_step_kwh > whole_wh_kwh) result.register_step_kwh = transaction.register_step_kwh;
  if (!std::isfinite(transaction.energy_kwh) || transaction.stop_ns <= transaction.start_ns) {
    result.not_dense = "energy or duration not known";
    return result;
  }

  std::vector<Knot> knots = knots_of(transaction);
  const double end_before = knots.back().register_kwh;
  if (transaction.exported_kwh == 0.0) mend_end(knots);
  const double mended_kwh = std::isfinite(end_before) ? knots.back().register_kwh - end_before : 0.0;
  const bool sound = register_is_sound(knots, transaction, mended_kwh + 1e-9);
  if (!sound) {
    for (Knot& knot : knots) knot.register_kwh = kernel::unknown;
  }

  const bool has_power =
      std::any_of(knots.begin(), knots.end(), [](const Knot& k) { return std::isfinite(k.power_kw); });
  const double net_kwh = transaction.energy_kwh - transaction.exported_kwh;
  if (!sound && !has_power) {
    result.pieces.push_back({transaction.start_ns, transaction.stop_ns, net_kwh, false});
    result.not_dense = "the register's readings do not fit each other";
    return result;
  }

  fill_ends(knots, net_kwh);
  const std::vector<double> kwh = by_register(knots);
  for (std::size_t i = 0; i + 1 < knots.size(); ++i)
    result.pieces.push_back({knots[i].time_ns, knots[i + 1].time_ns, kwh[i], false});

  // Without a register in the readings their powers alone would say how much; that is not a measurement of energy.
  for (const DenseStretch& stretch : dense_stretches(knots, transaction.reading_step_ns, result.not_dense))
    add_stretch(knots, kwh, stretch, transaction.register_step_kwh, transaction.reading_step_ns, result);
  for (MeteredPiece& piece : result.pieces) piece.step_ns = transaction.reading_step_ns;

  const bool any_dense = std::any_of(result.pieces.begin(), result.pieces.end(), [](const auto& p) { return p.dense; });
  const bool tells_flow =
      std::any_of(transaction.samples.begin(), transaction.samples.end(),
                  [](const ocpp::Sample& s) { return std::isfinite(s.register_kwh) || std::isfinite(s.power_kw); });
  if (!any_dense && (result.not_dense.empty() || (!transaction.samples.empty() && !tells_flow)))
    result.not_dense = "readings give neither power nor register";
  return result;
}

}  // namespace evtwin::replay
