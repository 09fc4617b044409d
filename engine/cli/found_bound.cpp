#include "cli/found_bound.hpp"

#include <fmt/format.h>

#include "analysis/oracle.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"

namespace evtwin::cli {

std::shared_ptr<const FoundBound> find_bound_of(const StartPoint& start, const control::Hosting& hosting,
                                                std::function<void(double)> progress) {
  const twin::World& world = start.scenario.world;
  const auto script = scenario::make_script(start.scenario);
  twin::RunOptions options;
  options.script = script.get();
  options.progress = std::move(progress);
  options.stop = was_interrupted;
  options.strategy_name = "asap";
  const auto asap = control::choose_strategy(control::shipped_part(control::PluginPart::strategy, "asap"), {}, hosting);
  analysis::Foresight foresight = analysis::foresee(world, asap.factory, options);
  auto found = std::make_shared<FoundBound>();
  analysis::BoundOptions how;
  how.stop = was_interrupted;
  found->bound = analysis::find_bound(world, foresight, how);
  found->yardstick = analysis::make_yardstick(world, found->bound, foresight.result);
  found->reference = std::move(foresight.result);
  return found;
}

bool is_oracle(const StrategyText& text) {
  if (text.id != oracle_id) return false;
  if (!text.params.empty())
    throw CommandError(fmt::format("strategy oracle: it has no parameter '{}', nor any other", text.params[0].first));
  return true;
}

ReadyStrategy ready_oracle(BoundFuture bound) {
  auto plan_of = [bound = std::move(bound)] {
    const std::shared_ptr<const FoundBound> found = bound.get();
    return std::shared_ptr<const analysis::Bound>(found, &found->bound);
  };
  return {{oracle_id, "", ""}, analysis::make_oracle(std::move(plan_of)), {oracle_id, {}}};
}

}  // namespace evtwin::cli
