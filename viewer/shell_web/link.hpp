// Links to a moment: what follows # in a page's address says what the options of evtwin view say.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "viewer/ui/app.hpp"

namespace evtwin::viewer::shell {

struct Link {
  ui::Options options;            ///< without files
  std::vector<std::string> runs;  ///< run=NAME, in order; empty: all that the page has
  bool cpu = false;               ///< draw=cpu: without a graphics card
};

/// "#t=2026-06-02T09:30&window=6h&select=A-3&lang=ko", percent-encoded; the # may be missing. Keys: run, t, window,
/// from, select, layout, compare, lang, theme, scale, open, still, draw.
/// @throws std::invalid_argument for another key, or a value that is none; what the values mean is App's to judge.
Link read_link(std::string_view fragment);

/// The fragment that shows this again: moment, window, selection and look, as far as they are not what a page shows
/// without one. Empty where no run is read.
std::string write_link(const ui::Ui& ui);

}  // namespace evtwin::viewer::shell
