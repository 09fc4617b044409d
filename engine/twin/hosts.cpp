#include "twin/hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace evtwin::twin {

Hosts::Hosts(Run& run, const World& world, const control::StrategyFactory& make) : run_(run), world_(world) {
  run.open_on_demand();
  for (std::uint32_t s = 0; s < run.site_count(); ++s) {
    const control::Strategy& made = *strategies_.emplace_back(make(run.view(s), world.seed, s));
    run.set_interest(s, {made.name_in_messages(), made.subscribes, made.horizon_steps, made.plan_steps,
                         made.horizon_reads, made.levels});
  }
}

void Hosts::ask_sites(std::span<const std::uint32_t> sites) {
  if (sites.size() > 1) decided_.assign(strategies_.size(), 0);
  for (std::size_t k = 0; k < sites.size(); ++k) {
    const std::uint32_t site = sites[k];
    control::Strategy& strategy = *strategies_[site];
    try {
      if (sites.size() == 1 || decided_[site] == 0) decide_site(site, sites.subspan(k + 1));
      for (const control::Strategy::Remark& remark : strategy.remarks) run_.add_remark(site, remark);
      strategy.remarks.clear();
      if (strategy.unheard > 0) run_.leave_out_remarks(site, std::exchange(strategy.unheard, 0));
      run_.answer(site);
      run_.settle_answered(site);
    } catch (const control::StrategyError& error) {
      throw_failure(error, site);
    }
  }
}

/// Asks the site's strategy, with those of its batch among the sites that come after.
void Hosts::decide_site(std::uint32_t site, std::span<const std::uint32_t> later_sites) {
  control::Strategy& strategy = *strategies_[site];
  const void* const key = later_sites.empty() ? nullptr : strategy.batch_key();
  if (key == nullptr) {
    strategy.decide(run_.view(site), run_.decision(site));
    return;
  }
  batch_.clear();
  batch_.push_back({&strategy, &run_.view(site), &run_.decision(site)});
  for (const std::uint32_t other : later_sites) {
    if (decided_[other] != 0 || strategies_[other]->batch_key() != key) continue;
    batch_.push_back({strategies_[other].get(), &run_.view(other), &run_.decision(other)});
    decided_[other] = 1;
  }
  strategy.decide_many(batch_);
}

/// The books of the result are closed: what it still has to say is added to them.
void Hosts::hear_last_words(std::uint32_t site, SiteResult& result, Observer* observer) {
  control::Strategy& strategy = *strategies_[site];
  for (const control::Strategy::Remark& remark : strategy.remarks) {
    const bool warning = remark.severity == EVTWIN_WARNING;
    if (warning && result.strategy_warnings++ == 0) result.first_strategy_warning = remark.text;
    if (observer != nullptr)
      observer->on_event({site, run_.now_ns(), warning ? "strategy_warning" : "strategy_remark", remark.text});
  }
  strategy.remarks.clear();
}

void Hosts::end(Result& result, Observer* observer) {
  for (std::uint32_t s = 0; s < strategies_.size(); ++s) {
    try {
      strategies_[s]->end(run_.view(s));
    } catch (const control::StrategyError& error) {
      throw control::StrategyError(fmt::format("{} (at the end of the run)", error.what()));
    }
    hear_last_words(s, result.sites[s], observer);
  }
}

void Hosts::throw_failure(const control::StrategyError& error, std::uint32_t site) const {
  const evtwin_view& view = run_.view(site);
  throw control::StrategyError(fmt::format("{} (decision {} at {})", error.what(), view.decision_number + 1,
                                           world_.calendar.format_local(view.now_ns)));
}

bool Hosts::can_save() const {
  return std::all_of(strategies_.begin(), strategies_.end(), [](const auto& s) { return s->can_save(); });
}

void Hosts::save_memories(kernel::ArchiveWriter& a) const {
  for (const auto& strategy : strategies_) {
    std::vector<std::byte> memory;
    strategy->save_memory(memory);
    a(memory);
  }
}

void Hosts::load_memories(kernel::ArchiveReader& a, bool take_up) {
  for (const auto& strategy : strategies_) {
    std::vector<std::byte> memory;
    a(memory);
    if (take_up) strategy->load_memory(memory);
  }
}

}  // namespace evtwin::twin
