#include "advantage.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::rl {

void estimate_advantages(const Stretch& s, double lambda, std::span<float> advantage) {
  double ahead = 0.0;
  for (std::size_t t = s.reward.size(); t-- > 0;) {
    const double after = s.terminated[t] != 0 ? 0.0 : static_cast<double>(s.value_after[t]);
    const double error = s.reward[t] + s.discount[t] * after - static_cast<double>(s.value[t]);
    if (s.cut[t] != 0) ahead = 0.0;
    ahead = error + s.discount[t] * lambda * ahead;
    advantage[t] = static_cast<float>(ahead);
  }
}

void Running::take_rows(const float* rows, std::size_t count) {
  if (count == 0) return;
  const std::size_t n = mean_.size();
  const double all = count_ + static_cast<double>(count);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0, squares = 0.0;
    for (std::size_t r = 0; r < count; ++r) sum += static_cast<double>(rows[r * n + i]);
    const double mean = sum / static_cast<double>(count);
    for (std::size_t r = 0; r < count; ++r) {
      const double off = static_cast<double>(rows[r * n + i]) - mean;
      squares += off * off;
    }
    const double gap = mean - mean_[i];
    mean_[i] += gap * static_cast<double>(count) / all;
    m2_[i] += squares + gap * gap * count_ * static_cast<double>(count) / all;
  }
  count_ = all;
}

double Running::sd_of(std::size_t i, double least) const {
  return count_ > 1.0 ? std::max(least, std::sqrt(m2_[i] / count_)) : 1.0;
}

std::vector<double> Running::state() const {
  std::vector<double> all{count_};
  all.insert(all.end(), mean_.begin(), mean_.end());
  all.insert(all.end(), m2_.begin(), m2_.end());
  return all;
}

void Running::set_state(std::span<const double> state) {
  const std::size_t n = mean_.size();
  count_ = state[0];
  std::copy_n(state.begin() + 1, n, mean_.begin());
  std::copy_n(state.begin() + 1 + static_cast<std::ptrdiff_t>(n), n, m2_.begin());
}

}  // namespace evtwin::rl
