#include "viewer/ui/strategy_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kernel/static_checks.hpp"

namespace evtwin::viewer::ui {
namespace {

struct PlainName {
  std::string_view id;
  Word word;
};
// Ids: plugins/baseline, plugins/milp, plugins/rl, engine/replay.
constexpr std::array<PlainName, 18> plain_names{{{"asap", Word::plain_asap},
                                                 {"alap", Word::plain_alap},
                                                 {"fcfs", Word::plain_fcfs},
                                                 {"lcfs", Word::plain_lcfs},
                                                 {"edf", Word::plain_edf},
                                                 {"llf", Word::plain_llf},
                                                 {"lrpt", Word::plain_lrpt},
                                                 {"round-robin", Word::plain_round_robin},
                                                 {"equal-share", Word::plain_equal_share},
                                                 {"price-threshold", Word::plain_price_threshold},
                                                 {"price-mean", Word::plain_price_mean},
                                                 {"lp", Word::plain_lp},
                                                 {"milp", Word::plain_milp},
                                                 {"v2g-profit-max", Word::plain_v2g},
                                                 {"ppo", Word::plain_learned},
                                                 {"dqn", Word::plain_learned},
                                                 {"ppo-dqn", Word::plain_learned},
                                                 {"as logged", Word::plain_as_logged}}};
static_assert(kernel::has_unique_keys(plain_names, &PlainName::id));

}  // namespace

const Word* plain_strategy(std::string_view id) {
  // "lp:weight=1" is lp with a parameter, "milp.so#milp" the strategy of a file.
  id = id.substr(0, id.find(':'));
  if (const std::size_t hash = id.rfind('#'); hash != std::string_view::npos) id.remove_prefix(hash + 1);
  const auto found =
      std::find_if(plain_names.begin(), plain_names.end(), [&](const PlainName& name) { return name.id == id; });
  return found == plain_names.end() ? nullptr : &found->word;
}

std::string strategy_text(const Ui& ui, std::string_view id) {
  const Word* plain = plain_strategy(id);
  // A log is no strategy that one could ask for by its id.
  if (id == "as logged") return ui.tr(Word::plain_as_logged);
  return plain == nullptr ? std::string(id) : fmt::format("{} ({})", ui.tr(*plain), id);
}

}  // namespace evtwin::viewer::ui
