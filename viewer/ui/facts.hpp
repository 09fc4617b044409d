// Facts of the inspector about a thing at an instant, as figures and words. No ImGui: a function of (run,
// thing, t).
#pragma once
#include <string>
#include <vector>

#include "viewer/ui/panel_state.hpp"

namespace evtwin::viewer::ui {

enum class Unit : std::uint8_t { text, kw, kwh, fraction, money, price };

struct Fact {
  std::string label;
  std::string text;             ///< the figure with its unit, or words
  double number = model::none;  ///< what a difference is taken of; NaN: nothing
  Unit unit = Unit::text;
};

struct FactGroup {
  Word title;
  std::vector<Fact> facts;
  std::string sentence;  ///< instead of facts, or above them; may be empty
};
using Facts = std::vector<FactGroup>;

/// b - a as written; empty where there is nothing to subtract.
std::string difference_text(const Ui& ui, const model::Run& run, const Fact& a, const Fact& b);

Facts evse_facts(const Ui& ui, const model::Run& run, std::uint32_t evse, TimeNs t);
Facts session_facts(const Ui& ui, const model::Run& run, std::uint32_t session, TimeNs t);
Facts storage_facts(const Ui& ui, const model::Run& run, std::uint32_t storage, TimeNs t);
Facts station_facts(const Ui& ui, const model::Run& run, const std::string& station, TimeNs t);
/// @param site no_row: all sites
Facts site_facts(const Ui& ui, const model::Run& run, std::uint32_t site, TimeNs t);

// Parts that several of them share.

Fact number_fact(const Ui& ui, const model::Run& run, Word label, double value, Unit unit);
Fact text_fact(const Ui& ui, Word label, std::string text);
/// ", 5 not recorded" of EVSEs; empty of none.
std::string unrecorded_text(const Ui& ui, std::size_t evses);
/// Why: the last decision, what it asked for, what was corrected, and the plan from there on.
void add_why(const Ui& ui, const model::Run& run, const model::Why& why, double now_kw, TimeNs t, Facts& out);
/// Names of the bits of Decision::why.
std::string causes_text(const Ui& ui, std::uint32_t why);

}  // namespace evtwin::viewer::ui
