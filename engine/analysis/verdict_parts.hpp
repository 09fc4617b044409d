// How the sentences of a verdict are put together: figures of a pair of runs, words with the keys they came from.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "analysis/verdict.hpp"

namespace evtwin::analysis {

/// Runs that a sentence speaks of. `base` is null where it speaks of one run alone.
struct VerdictPair {
  const VerdictRun* run = nullptr;
  const VerdictRun* base = nullptr;
  Service service = Service::equal;
  bool stays_best = false;  ///< the base is better for that party, and the run the next best of several
  Language language = Language::english;

  bool is_korean() const { return language == Language::korean; }
  double of_run(std::string_view kpi) const { return value_of(run->kpis, kpi); }
  double of_base(std::string_view kpi) const { return value_of(base->kpis, kpi); }
  double change_of(std::string_view kpi) const { return of_run(kpi) - of_base(kpi); }
};

/// Figure that is compared for a party, the larger the better: see `verdict`. NaN: it has no such figure.
double worth_for(Party party, const VerdictRun& run);

/// The sentence of a party, as parts.
std::vector<VerdictPart> sentence_for(Party party, const VerdictPair& pair);

}  // namespace evtwin::analysis
