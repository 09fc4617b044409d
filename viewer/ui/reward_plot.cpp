// What the run's policy gathered of the reward that it was trained for: parts on top of each other, day by day.
#include <fmt/format.h>

#include <iterator>

#include "viewer/model/rewards.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui {
namespace {

using plot::Category;

/// "energy_cost x -1"
std::string reward_label(const std::string& term, double weight) { return fmt::format("{} x {:g}", term, weight); }

template <class... Values>
std::string reward_text(const Ui& ui, Word words, const Values&... values) {
  return fmt::format(fmt::runtime(ui.tr(words)), values...);
}

/// Parts that the run file does not tell.
std::string missing_parts(const analysis::RewardOverTime& reward) {
  std::string all;
  for (const auto& [term, weight] : reward.not_recorded)
    all += fmt::format("{}{}", all.empty() ? "" : ", ", reward_label(term, weight));
  return all;
}

/// "Reward ... (boa-fe): -1,234 over the run = -2,234 (energy_cost x -1) + 1,000 (satisfaction x 1000)"
std::string reward_sentence(const Ui& ui, const analysis::RewardOverTime& reward, int decimals) {
  const std::string missing = missing_parts(reward);
  if (!reward.of_terms && missing.empty()) return reward_text(ui, Word::reward_unknown, reward.name);
  if (!reward.of_terms) return reward_text(ui, Word::reward_function, reward.name, missing);
  std::string sum;
  for (const analysis::RewardPart& part : reward.parts)
    sum += fmt::format("{}{} ({})", sum.empty() ? "" : ", ", signed_figure(part.reward(), "", decimals),
                       reward_label(part.term, part.weight));
  std::string text = reward_text(ui, Word::reward_sentence, reward.name, figure_text(reward.reward(), "", decimals));
  if (!sum.empty()) text += reward_text(ui, Word::reward_parts, sum);
  if (!missing.empty()) text += reward_text(ui, Word::reward_missing, missing);
  return text;
}

}  // namespace

void draw_reward_plot(Ui& ui, ImVec2 size) {
  const model::Run* run = ui.shown_run();
  if (run == nullptr) return;

  const float top = ImGui::GetCursorPosY();
  const int decimals = run->currency == "KRW" || run->currency == "JPY" ? 0 : 2;
  const std::string text = run->reward ? reward_sentence(ui, *run->reward, decimals) : ui.tr(Word::reward_none);
  ui.fonts.need_characters(text);
  ImGui::TextWrapped("%s", text.c_str());
  ui.items.register_text("reward", text);

  const auto& curves =
      panel_state(ui).rewards.at(kept_of(ui, *run)).get_or_make(*run, 0, [&] { return model::reward_curves(*run); });
  if (curves.empty()) return;
  plot::TimePlot plot("plot.reward", ui.canvas, {size.x, size.y - (ImGui::GetCursorPosY() - top)}, {});
  plot.set_title(ui.tr(Word::reward_by_day));
  constexpr Category colours[] = {Category::blue,   Category::orange, Category::green,     Category::sky_blue,
                                  Category::purple, Category::yellow, Category::vermillion};
  std::size_t next = 0;
  for (const model::RewardCurve& curve : curves) {
    const double alpha = next / std::size(colours) % 2 == 0 ? 0.85 : 0.5;
    plot.add_stack(reward_label(curve.term, curve.weight), curve.by_day,
                   plot::with_alpha(plot::colour_of(ui.canvas.style, colours[next % std::size(colours)]), alpha));
    ++next;
  }
  finish_plot(ui, plot, "plot.reward");
}

}  // namespace evtwin::viewer::ui
