// How states and kinds of events look: word, shape and colour together, so that none of the three carries it alone. One
// table for list, map, inspector, events and legend.
#pragma once
#include "viewer/model/state.hpp"
#include "viewer/plot/style.hpp"
#include "viewer/ui/words.hpp"

namespace evtwin::viewer::ui {

struct Look {
  const char* id;  ///< in names of items: "filter.arrival"
  Word word;
  plot::Shape shape;
  plot::Category category;
  bool weak = false;  ///< in the colour of weak text: nothing happens there
};

const Look& look_of(model::EvseStatus status);
const Look& look_of(model::EventKind kind);
ImU32 colour_of(const plot::Style& style, const Look& look);

/// Reasons of corrections as the run file names them ("limit", "min_current"): in words. nullptr: not known here.
const Word* reason_word(std::string_view reason);
/// How a session ended ("turned_away", "reneged"), where that needs words. nullptr: it does not.
const Word* ended_word(std::string_view ended);

}  // namespace evtwin::viewer::ui
