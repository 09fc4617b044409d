#include "twin/hosts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evtwin::twin {

Hosts::Hosts(Run& run, const World& world, const control::StrategyFactory& make) : run_(run), world_(world) {
  for (std::uint32_t s = 0; s < run.site_count(); ++s) {
    const control::Strategy& made = *strategies_.emplace_back(make(run.view(s), world.seed, s));
    run.set_interest(s, {made.who(), made.subscribes, made.horizon_steps, made.plan_steps, made.levels});
  }
}

void Hosts::ask(std::uint32_t site) {
  control::Strategy& strategy = *strategies_[site];
  const std::uint64_t number = run_.view(site).decision_number + 1;
  try {
    strategy.decide(run_.view(site), run_.decision(site));
    for (const control::Strategy::Remark& remark : strategy.remarks) run_.remark(site, remark);
    strategy.remarks.clear();
    run_.answer(site);
  } catch (const control::StrategyError& error) {
    throw control::StrategyError(
        fmt::format("{} (decision {} at {})", error.what(), number, world_.calendar.format_local(run_.now_ns())));
  }
}

bool Hosts::can_save() const {
  return std::all_of(strategies_.begin(), strategies_.end(), [](const auto& s) { return s->can_save(); });
}

void Hosts::save(kernel::ArchiveWriter& a) const {
  for (const auto& strategy : strategies_) {
    std::vector<std::byte> memory;
    strategy->save(memory);
    a(memory);
  }
}

void Hosts::load(kernel::ArchiveReader& a, bool take_up) {
  for (const auto& strategy : strategies_) {
    std::vector<std::byte> memory;
    a(memory);
    if (take_up) strategy->load(memory);
  }
}

}  // namespace evtwin::twin
