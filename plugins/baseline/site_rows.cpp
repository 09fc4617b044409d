#include "site_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evtwin::baseline {
void SiteRows::learn_rows(const evtwin_view& first) {
  const std::uint32_t n_members = first.n_evses + first.n_storages;
  const std::size_t n_rows = first.n_limits;
  const std::size_t n = n_rows == 0 ? 0 : first.limit_start[n_rows];
  rows_.assign(n_rows, Row{});
  for (std::size_t r = 0; r < n_rows; ++r) rows_[r].magnitude = first.limit_kind[r] == EVTWIN_LIMIT_MAGNITUDE_A;
  direction_re_.assign(n_rows, 0.0);
  direction_im_.assign(n_rows, 0.0);
  amperes_per_kw_.assign(n_members, 0.0);
  grid_row_ = n_rows > 0 && first.limit_kind[0] == EVTWIN_LIMIT_POWER_KW;
  grid_coefficient_.assign(n_members, grid_row_ ? 0.0 : 1.0);
  for (std::uint32_t i = 0; !grid_row_ && i < first.n_evses; ++i) grid_coefficient_[i] = 1.0 / first.evse_efficiency[i];

  // Rows to members: count, sum, then place in row order.
  entry_start_.assign(n_members + 1u, 0);
  for (std::size_t k = 0; k < n; ++k) ++entry_start_[first.limit_member[k] + 1u];
  for (std::size_t m = 0; m < n_members; ++m) entry_start_[m + 1] += entry_start_[m];
  entries_.assign(n, Entry{});
  std::vector<std::uint32_t> next(entry_start_.begin(), entry_start_.end() - 1);

  for (std::uint32_t r = 0; r < n_rows; ++r) {
    for (std::uint32_t k = first.limit_start[r]; k < first.limit_start[r + 1]; ++k) {
      const std::uint32_t member = first.limit_member[k];
      const double coefficient = first.limit_coefficient[k];
      const double angle = rows_[r].magnitude ? first.limit_angle_deg[k] * std::numbers::pi / 180.0 : 0.0;
      entries_[next[member]++] = {r, first.limit_kind[r] == EVTWIN_LIMIT_POWER_KW ? 0u : 1u,
                                  coefficient * std::cos(angle),
                                  rows_[r].magnitude ? coefficient * std::sin(angle) : 0.0};
      if (r == 0 && grid_row_) grid_coefficient_[member] += coefficient;
    }
  }
}

void SiteRows::reset_powers(const evtwin_view& view) {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    Row& row = rows_[r];
    row.im = 0.0;
    if (row.magnitude) {
      row.re = 0.0;
      row.lower = -HUGE_VAL;
      row.upper = std::max(0.0, view.limit_upper[r] - std::abs(view.limit_base[r]));
    } else {
      row.re = view.limit_base[r];
      row.lower = view.limit_lower[r];
      row.upper = view.limit_upper[r];
    }
  }
  for (std::uint32_t k = 0; k < view.n_connected; ++k) {
    const std::uint32_t i = view.connected_evse[k];
    amperes_per_kw_[i] = view.evse_kw_per_a[i] > 0.0 ? 1.0 / view.evse_kw_per_a[i] : 0.0;
  }
  grid_kw_ = grid_row_ ? rows_[0].re : view.load_kw - view.pv_kw;
}

// Largest x in [0, cap] with row + (re + j im) x inside its limits, where x does not make an exceeded row worse.
double SiteRows::room_in(const Row& row, double re, double im, double cap) {
  if (!row.magnitude) {
    if (re > 0.0 && row.re + re * cap > row.upper) return std::max(0.0, (row.upper - row.re) / re);
    if (re < 0.0 && row.re + re * cap < row.lower) return std::max(0.0, (row.lower - row.re) / re);
    return cap;
  }
  const double end_re = row.re + re * cap;
  const double end_im = row.im + im * cap;
  const double upper2 = row.upper * row.upper;
  if (end_re * end_re + end_im * end_im <= upper2) return cap;
  // a x^2 + 2 b x + c <= 0
  const double a = re * re + im * im;
  const double b = row.re * re + row.im * im;
  const double c = row.re * row.re + row.im * row.im - upper2;
  const double discriminant = b * b - a * c;
  if (a <= 0.0) return cap;
  if (discriminant < 0.0 || (c > 0.0 && b >= 0.0)) return 0.0;
  const double root = std::sqrt(discriminant);
  // Where the sum is outside already, only a rounding error outside is forgiven.
  if (c > 0.0 && c / (-b + root) > same_kw) return 0.0;
  const double x = b > 0.0 ? -c / (b + root) : (root - b) / a;
  return std::clamp(x, 0.0, cap);
}

double SiteRows::room_for(std::uint32_t member, double cap_kw, double sign) const {
  double room_kw = std::max(0.0, cap_kw);
  for (std::uint32_t k = entry_start_[member]; k < entry_start_[member + 1] && room_kw > 0.0; ++k) {
    const Entry& entry = entries_[k];
    const double factor = sign * scale_of(member, entry);
    room_kw = room_in(rows_[entry.row], entry.re * factor, entry.im * factor, room_kw);
  }
  return room_kw;
}

void SiteRows::add_power(std::uint32_t member, double kw) {
  for (std::uint32_t k = entry_start_[member]; k < entry_start_[member + 1]; ++k) {
    const Entry& entry = entries_[k];
    const double quantity = kw * scale_of(member, entry);
    rows_[entry.row].re += entry.re * quantity;
    rows_[entry.row].im += entry.im * quantity;
  }
  grid_kw_ += grid_coefficient_[member] * kw;
}

void SiteRows::clear_direction() {
  std::fill(direction_re_.begin(), direction_re_.end(), 0.0);
  std::fill(direction_im_.begin(), direction_im_.end(), 0.0);
  grid_direction_ = 0.0;
}

void SiteRows::add_direction(std::uint32_t member, double sign) {
  for (std::uint32_t k = entry_start_[member]; k < entry_start_[member + 1]; ++k) {
    const Entry& entry = entries_[k];
    const double factor = sign * scale_of(member, entry);
    direction_re_[entry.row] += entry.re * factor;
    direction_im_[entry.row] += entry.im * factor;
  }
  grid_direction_ += sign * grid_coefficient_[member];
}

double SiteRows::direction_room(double cap) {
  binding_ = none;
  for (std::uint32_t r = 0; r < rows_.size(); ++r) {
    const double t = room_in(rows_[r], direction_re_[r], direction_im_[r], cap);
    if (t < cap) {
      cap = t;
      binding_ = r;
    }
  }
  return cap;
}

bool SiteRows::raises_binding_row(std::uint32_t member) const {
  for (std::uint32_t k = entry_start_[member]; k < entry_start_[member + 1]; ++k) {
    const Entry& entry = entries_[k];
    if (entry.row != binding_) continue;
    const Row& row = rows_[binding_];
    if (row.magnitude) return row.re * entry.re + row.im * entry.im > 0.0;
    return entry.re * direction_re_[binding_] > 0.0;
  }
  return false;
}

void SiteRows::move_along(double t) {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    rows_[r].re += direction_re_[r] * t;
    rows_[r].im += direction_im_[r] * t;
  }
  grid_kw_ += grid_direction_ * t;
}

bool SiteRows::all_hold() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const Row& row) {
    const double value = row.magnitude ? std::hypot(row.re, row.im) : row.re;
    return value <= row.upper + 10.0 * same_kw && value >= row.lower - 10.0 * same_kw;
  });
}

bool SiteRows::clear_of_limits() const {
  constexpr double near = 1e-6;
  return std::all_of(rows_.begin(), rows_.end(), [](const Row& row) {
    if (row.magnitude) return std::hypot(row.re, row.im) < row.upper - near;
    return row.re < row.upper - near && row.re > row.lower + near;
  });
}

bool SiteRows::hold_within(double slack, double fraction) const {
  return std::all_of(rows_.begin(), rows_.end(), [=](const Row& row) {
    const double highest = row.upper + std::max(slack, fraction * row.upper);
    if (row.magnitude) return row.re * row.re + row.im * row.im <= highest * highest;
    return row.re <= highest && row.re >= row.lower - std::max(slack, fraction * std::abs(row.lower));
  });
}

}  // namespace evtwin::baseline
