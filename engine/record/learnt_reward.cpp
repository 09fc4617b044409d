#include "record/learnt_reward.hpp"

#include <fmt/format.h>

#include <cmath>

#include "kernel/text.hpp"
#include "record/run_file.hpp"
#include "record/sqlite.hpp"

namespace evtwin::record {

std::optional<LearntReward> read_learnt_reward(const Database& database) {
  std::optional<LearntReward> reward;
  Statement rows(database, "SELECT reward, is_term, part, weight FROM reward_part ORDER BY id");
  std::int64_t row = 0;
  while (rows.next_row()) {
    ++row;
    const std::string name = kernel::make_printable(rows.column_text(0), 100);
    if (!reward) reward = LearntReward{name, rows.column_integer(1) != 0, {}};
    const std::string part = kernel::make_printable(rows.column_text(2), 100);
    const double weight = rows.column_real(3);
    if (part.empty()) continue;  // NULL: only the name is known
    if (!std::isfinite(weight))
      refuse_file(database.file(), fmt::format("malformed: table reward_part, row {}: has no weight", row));
    reward->parts.emplace_back(part, weight);
  }
  return reward;
}

}  // namespace evtwin::record
