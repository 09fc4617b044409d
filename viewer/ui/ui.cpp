#include "viewer/ui/ui.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"

namespace evtwin::viewer::ui {

const model::Run* Ui::run_a() const { return a < runs.size() ? runs[a].run.get() : nullptr; }

const model::Run* Ui::run_b() const { return b != a && b < runs.size() ? runs[b].run.get() : nullptr; }

const model::Run* Ui::shown_run() const {
  const model::Run* other = run_b();
  return compare == Compare::b && other != nullptr ? other : run_a();
}

void Ui::select_evse(std::uint32_t evse) {
  selection.clear();
  selection.evse = evse;
  const model::Run* run = run_a();
  if (run == nullptr || evse >= run->evses.size()) return;
  if (!selection.station.empty() && selection.station != run->evses[evse].station) selection.station.clear();
  if (selection.site != no_row) selection.site = run->evses[evse].site;
}

void Ui::select_session(std::uint32_t session) {
  const model::Run* run = run_a();
  if (run == nullptr || session >= run->sessions.size()) return;
  select_evse(run->sessions[session].evse);
  selection.session = session;
}

std::uint32_t find_evse(const model::Run& run, std::string_view name) {
  for (std::uint32_t row = 0; row < run.evses.size(); ++row) {
    if (run.evses[row].name == name) return row;
  }
  return no_row;
}

std::string cut_to_width(std::string_view text, float width) {
  const auto width_of = [](std::string_view part) {
    return ImGui::CalcTextSize(part.data(), part.data() + part.size()).x;
  };
  if (width_of(text) <= width) return std::string(text);
  constexpr std::string_view dots = "…";
  const float room = width - width_of(dots);
  std::size_t fits = 0;
  // Character by character, so that none is cut in its middle.
  for (std::size_t end = 0; end < text.size();) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    if (width_of(text.substr(0, end)) > room) break;
    fits = end;
  }
  return fits == 0 ? std::string() : std::string(text.substr(0, fits)).append(dots);
}

void text_cut(Ui& ui, std::string_view text, float width) {
  ui.fonts.need_characters(text);
  if (width <= 0.0F) width = ImGui::GetContentRegionAvail().x;
  const std::string shown = cut_to_width(text, width);
  ImGui::TextUnformatted(shown.data(), shown.data() + shown.size());
  if (shown.size() != text.size() && ImGui::IsItemHovered()) {
    ImGui::BeginTooltip();
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::EndTooltip();
  }
}

namespace {

std::string with_windows(const Ui& ui, Word word, const std::set<TimeNs>& windows_ns) {
  std::string minutes;
  for (const TimeNs window_ns : windows_ns)
    minutes += (minutes.empty() ? "" : "/") + std::to_string(window_ns / kernel::minute_ns);
  return fmt::format(fmt::runtime(ui.tr(word)), minutes);
}

}  // namespace

std::string metered_text(const Ui& ui, Word word, std::initializer_list<const model::Site*> sites) {
  std::set<TimeNs> windows_ns;
  for (const model::Site* site : sites) windows_ns.insert(site->metering_window_ns);
  return with_windows(ui, word, windows_ns);
}

std::string metered_text(const Ui& ui, Word word, const model::Run& run) {
  std::set<TimeNs> windows_ns;
  for (const model::Site& site : run.sites) windows_ns.insert(site.metering_window_ns);
  return with_windows(ui, word, windows_ns);
}

std::string currency_name(const Ui& ui, const model::Run& run) {
  return ui.is_korean() && run.currency == "KRW" ? "원" : run.currency;
}

std::string money_text(const Ui& ui, const model::Run& run, double value) {
  return in_won(ui, analysis::money_text(value, run.currency));
}

std::string signed_money(const Ui& ui, const model::Run& run, double value) {
  const std::string text = money_text(ui, run, value);
  const bool plus = value > 0.0 && text.find_first_of("123456789") != std::string::npos;
  return plus ? "+" + text : text;
}

std::string in_won(const Ui& ui, std::string text) {
  if (!ui.is_korean()) return text;
  constexpr std::string_view krw = " KRW";
  for (std::size_t at = text.find(krw); at != std::string::npos; at = text.find(krw, at))
    text.replace(at, krw.size(), "원");
  return text;
}

}  // namespace evtwin::viewer::ui
