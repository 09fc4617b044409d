#include "site_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace evtwin::baseline {
namespace {

template <class T>
bool same(const std::vector<T>& kept, const T* now, std::size_t n) {
  return kept.size() == n && (n == 0 || std::memcmp(kept.data(), now, n * sizeof(T)) == 0);
}

}  // namespace

bool SiteRows::same_structure(const evtwin_view& view) const {
  if (n_evses_ != view.n_evses || n_members_ != view.n_evses + view.n_storages) return false;
  if (entry_start_.empty() || kind_.size() != view.n_limits) return false;
  if (view.n_limits == 0) return true;
  if (!same(start_, view.limit_start, view.n_limits + 1u)) return false;
  const std::size_t n = view.limit_start[view.n_limits];
  return same(kind_, view.limit_kind, view.n_limits) && same(member_, view.limit_member, n) &&
         same(coefficient_, view.limit_coefficient, n) && same(angle_deg_, view.limit_angle_deg, n);
}

void SiteRows::rebuild(const evtwin_view& view) {
  n_evses_ = view.n_evses;
  n_members_ = view.n_evses + view.n_storages;
  const std::size_t n_rows = view.n_limits;
  const std::size_t n = n_rows == 0 ? 0 : view.limit_start[n_rows];
  kind_.assign(view.limit_kind, view.limit_kind + n_rows);
  start_.assign(view.limit_start, view.limit_start + (n_rows == 0 ? 0 : n_rows + 1));
  member_.assign(view.limit_member, view.limit_member + n);
  coefficient_.assign(view.limit_coefficient, view.limit_coefficient + n);
  angle_deg_.assign(view.limit_angle_deg, view.limit_angle_deg + n);

  rows_.assign(n_rows, Row{});
  direction_re_.assign(n_rows, 0.0);
  direction_im_.assign(n_rows, 0.0);
  amperes_per_kw_.assign(n_members_, 0.0);
  grid_row_ = n_rows > 0 && kind_[0] == EVTWIN_LIMIT_POWER_KW;
  grid_coefficient_.assign(n_members_, grid_row_ ? 0.0 : 1.0);

  // Rows to members: count, sum, then place in row order.
  entry_start_.assign(n_members_ + 1u, 0);
  for (const std::uint32_t member : member_) ++entry_start_[member + 1u];
  for (std::size_t m = 0; m < n_members_; ++m) entry_start_[m + 1] += entry_start_[m];
  entries_.assign(n, Entry{});
  std::vector<std::uint32_t> next(entry_start_.begin(), entry_start_.end() - 1);
  for (std::uint32_t r = 0; r < n_rows; ++r) {
    for (std::uint32_t k = start_[r]; k < start_[r + 1]; ++k) {
      const bool magnitude = kind_[r] == EVTWIN_LIMIT_MAGNITUDE_A;
      const double angle = magnitude ? angle_deg_[k] * std::numbers::pi / 180.0 : 0.0;
      entries_[next[member_[k]]++] = {r, kind_[r] == EVTWIN_LIMIT_POWER_KW ? 0u : 1u, coefficient_[k] * std::cos(angle),
                                      magnitude ? coefficient_[k] * std::sin(angle) : 0.0};
      if (r == 0 && grid_row_) grid_coefficient_[member_[k]] += coefficient_[k];
    }
  }
}

void SiteRows::reset(const evtwin_view& view) {
  if (!same_structure(view)) rebuild(view);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    Row& row = rows_[r];
    row.magnitude = kind_[r] == EVTWIN_LIMIT_MAGNITUDE_A;
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
  for (std::uint32_t i = 0; i < n_evses_; ++i) {
    if (view.evse_session[i] == 0) continue;
    amperes_per_kw_[i] = view.evse_kw_per_a[i] > 0.0 ? 1.0 / view.evse_kw_per_a[i] : 0.0;
    if (!grid_row_) grid_coefficient_[i] = 1.0 / view.evse_efficiency[i];
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

double SiteRows::room(std::uint32_t member, double cap_kw, double sign) const {
  double room_kw = std::max(0.0, cap_kw);
  for (std::uint32_t k = entry_start_[member]; k < entry_start_[member + 1] && room_kw > 0.0; ++k) {
    const Entry& entry = entries_[k];
    const double factor = sign * scale(member, entry);
    room_kw = room_in(rows_[entry.row], entry.re * factor, entry.im * factor, room_kw);
  }
  return room_kw;
}

void SiteRows::add(std::uint32_t member, double kw) {
  for (std::uint32_t k = entry_start_[member]; k < entry_start_[member + 1]; ++k) {
    const Entry& entry = entries_[k];
    const double quantity = kw * scale(member, entry);
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
    const double factor = sign * scale(member, entry);
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

void SiteRows::advance(double t) {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    rows_[r].re += direction_re_[r] * t;
    rows_[r].im += direction_im_[r] * t;
  }
  grid_kw_ += grid_direction_ * t;
}

bool SiteRows::hold() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const Row& row) {
    const double value = row.magnitude ? std::hypot(row.re, row.im) : row.re;
    return value <= row.upper + 10.0 * same_kw && value >= row.lower - 10.0 * same_kw;
  });
}

}  // namespace evtwin::baseline
