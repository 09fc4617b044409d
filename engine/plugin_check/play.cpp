#include "plugin_check/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "control/guarded_cells.hpp"
#include "kernel/hash.hpp"

namespace evtwin::plugin_check {

namespace {

/// Set-points are sums and products of the view's figures: the last digits are nobody's fault.
constexpr double rounding = 1e-9;

std::string fault_of_setpoint(double kw, double most_out_kw, double most_in_kw, const std::string& whose) {
  if (std::isnan(kw)) return {};
  if (std::isinf(kw)) return fmt::format("it answered an infinite set-point for {}", whose);
  const double slack = rounding * std::max({1.0, most_in_kw, most_out_kw});
  if (kw > most_in_kw + slack)
    return fmt::format("it answered {:g} kW for {}, which can give {:g} kW", kw, whose, most_in_kw);
  if (kw < -most_out_kw - slack)
    return fmt::format("it answered {:g} kW for {}, which can take back {:g} kW", kw, whose, most_out_kw);
  return {};
}

}  // namespace

std::uint64_t Answer::answer_digest() const {
  kernel::RollingHash hash;
  for (const double kw : evse_kw) hash.mix_in(kw);
  for (const double kw : storage_kw) hash.mix_in(kw);
  for (const double kw : plan_kw) hash.mix_in(kw);
  hash.mix_in(wake_ns);
  hash.mix_in(quiet_until_ns);
  hash.mix_in(expected_cost);
  return hash.value();
}

std::string fault_of(const Answer& answer, const evtwin_view& view) {
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    const double kw = answer.evse_kw[i];

    // An outlet without a car may be left out or told 0, and nothing else.
    if (view.evse_session[i] == 0 && !std::isnan(kw) && kw != 0.0)
      return fmt::format("it answered {:g} kW for EVSE {} with nobody plugged in", kw, view.evse_id[i]);
    auto fault = fault_of_setpoint(kw, view.evse_max_discharge_kw[i], view.evse_max_kw[i],
                                   fmt::format("EVSE {}", view.evse_id[i]));
    if (!fault.empty()) return fault;
  }

  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    auto fault = fault_of_setpoint(answer.storage_kw[s], view.storage_max_discharge_kw[s],
                                   view.storage_max_charge_kw[s], fmt::format("storage {}", s + 1));
    if (!fault.empty()) return fault;
  }

  // Steps that the strategy does not plan are NaN; infinity is no plan.
  const bool endless =
      std::any_of(answer.plan_kw.begin(), answer.plan_kw.end(), [](double kw) { return std::isinf(kw); });
  if (endless) return "its plan has an infinite power";

  if (answer.wake_ns != 0 && answer.wake_ns <= view.now_ns)
    return fmt::format("it asked to be woken at {} ns, which is not after now ({} ns)", answer.wake_ns, view.now_ns);
  if (answer.quiet_until_ns != 0 && answer.quiet_until_ns <= view.now_ns)
    return fmt::format("it wants no ticks until {} ns, which is not after now ({} ns)", answer.quiet_until_ns,
                       view.now_ns);

  if (std::isinf(answer.expected_cost)) return "its expected_cost is infinite";
  return {};
}

namespace {

/// @param blank  as it was handed over: whatever became of its pointers, the columns are where they were
Answer read_answer(const evtwin_view& view, const evtwin_decision& blank, const evtwin_decision& decision) {
  const std::size_t plan_cells = (std::size_t{view.n_evses} + view.n_storages) * blank.plan_steps;
  return {{blank.evse_kw, blank.evse_kw + view.n_evses},
          {blank.storage_kw, blank.storage_kw + view.n_storages},
          {blank.plan_kw, blank.plan_kw + plan_cells},
          decision.wake_ns,
          decision.expected_cost,
          decision.quiet_until_ns};
}

/// Cells between canaries, NaN at first: what a strategy does not write stays so.
struct BlankCells : control::GuardedCells {
  explicit BlankCells(std::size_t n) : GuardedCells(n) {
    std::fill(cells().begin(), cells().end(), std::numeric_limits<double>::quiet_NaN());
  }
};

}  // namespace

Answer answer_within_walls(const evtwin_view& view, Wall wall, std::uint32_t plan_steps, const DecideCall& call,
                           std::size_t extra) {
  WalledView walled(view, wall, extra, plan_steps);
  call(walled.view(), walled.decision());
  if (const std::string damage = walled.describe_damage(); !damage.empty())
    throw Failed(fmt::format("{}, in decide() number {}", damage, number_of(view)));
  return read_answer(view, walled.decision(), walled.decision());
}

Answer answer_as_hosted(const evtwin_view& view, std::uint32_t plan_steps, const DecideCall& call) {
  const std::size_t members = std::size_t{view.n_evses} + view.n_storages;
  const BlankCells evse_kw(view.n_evses), storage_kw(view.n_storages), plan_kw(members * plan_steps);
  evtwin_decision decision{sizeof(evtwin_decision),
                           0,
                           evse_kw.cells().data(),
                           storage_kw.cells().data(),
                           0,
                           0,
                           std::numeric_limits<double>::quiet_NaN(),
                           plan_steps == 0 ? nullptr : plan_kw.cells().data(),
                           plan_steps,
                           0};
  const evtwin_decision blank = decision;
  watch_view(&view);
  call(view, decision);
  watch_view(nullptr);
  if (!evse_kw.canaries_alive() || !storage_kw.canaries_alive() || !plan_kw.canaries_alive())
    throw Failed(fmt::format("it wrote beside the cells of evse_kw, storage_kw or plan_kw, in decide() number {}",
                             number_of(view)));
  return read_answer(view, blank, decision);
}

SceneShape shape_for(const Variant& variant) { return {.limits = variant.words.empty(), .dc = variant.words.empty()}; }

Answer ask(Instance& instance, Scene& scene, const Showing& showing) {
  const auto call = [&](const evtwin_view& shown, evtwin_decision& decision) { instance.decide(shown, decision); };
  const std::uint32_t plan_steps = instance.c_strategy().plan_steps;
  const Answer answer = showing.wall ? answer_within_walls(scene.view(), *showing.wall, plan_steps, call, showing.extra)
                                     : answer_as_hosted(scene.view(), plan_steps, call);
  if (const std::string fault = fault_of(answer, scene.view()); !fault.empty())
    throw Failed(fmt::format("{}, in decide() number {}", fault, number_of(scene.view())));
  return answer;
}

Play::Play(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, const SceneShape& shape,
           const Showing& showing)
    : scene_(seed, shape), showing_(showing) {
  black_box()->seed = seed;
  const auto given = showing.params.empty() ? specimen.starting_params(info)
                                            : std::vector(showing.params.begin(), showing.params.end());
  if (showing.wall) {
    const WalledView first(scene_.view(), *showing.wall, showing.extra);
    instance_ = std::make_unique<Instance>(specimen, info.id, given, first.view(), showing.extra);
  } else {
    watch_view(&scene_.view());
    instance_ = std::make_unique<Instance>(specimen, info.id, given, scene_.view());
    watch_view(nullptr);
  }
  instance_->expect_made();
}

std::optional<std::uint64_t> Play::next_digest() {
  if (!scene_.next_decision(instance_->c_strategy())) return {};
  return ask(*instance_, scene_, showing_).answer_digest();
}

std::vector<std::uint64_t> Play::to_the_end() {
  std::vector<std::uint64_t> answers;
  while (const auto answer = next_digest()) answers.push_back(*answer);
  instance_->destroy();
  return answers;
}

std::vector<std::uint64_t> scenes_for(const Specimen& specimen, const evtwin_info& info, const Variant& variant,
                                      std::uint64_t count) {
  std::vector<std::uint64_t> seeds;
  if (variant.words.empty()) {
    for (std::uint64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
    return seeds;
  }
  constexpr std::uint64_t dozen = 12;
  for (std::uint64_t seed = 1; seed <= dozen && seeds.size() < 2; ++seed) {
    try {
      Play(specimen, info, seed, shape_for(variant), {.params = variant.params}).to_the_end();
      seeds.push_back(seed);
    } catch (const Failed&) {  // not for this site; what is wrong with it in general, other checks find
    }
  }
  return seeds;
}

void expect_same(std::span<const std::uint64_t> once, std::span<const std::uint64_t> again, std::uint64_t seed,
                 const char* how) {
  for (std::size_t k = 0; k < std::max(once.size(), again.size()); ++k) {
    if (k < once.size() && k < again.size() && once[k] == again[k]) continue;
    throw Failed(
        fmt::format("the same views, another answer: decide() number {} of scene {} differs {}", k + 1, seed, how));
  }
}

}  // namespace evtwin::plugin_check
