// The words of a verdict: a sentence as it grows, and the pieces that several parties' sentences share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/prose.hpp"
#include "analysis/verdict_parts.hpp"

namespace evtwin::analysis::verdict_words {

using Keys = std::vector<std::string_view>;

double or_zero(double value);              ///< 0 for NaN
bool is_nothing(const std::string& text);  ///< a figure as written has no digit but 0
/// As people write the currency, without its name.
std::string bare_money(double value, const VerdictRun& run);
std::string name_of(const VerdictRun* run);  ///< made printable
/// " in 7 days", " in a day", " in 36 hours": the time that sums are of.
std::string period_text(const VerdictRun& run, bool korean);
/// Money per kWh, of which a tenth of a won or of a cent is still money.
std::string price_text(double value, const VerdictRun& run);

/// The sentence as it grows.
class Words {
 public:
  explicit Words(const VerdictPair& pair) : pair_(pair) {}

  /// A piece made from figures; `keys` are all of them.
  template <class... Args>
  void add_piece(Keys keys, std::string_view english, std::string_view korean, const Args&... args) {
    parts_.push_back({in_language(pair_.is_korean(), english, korean, args...), std::move(keys)});
  }

  /// "bill -45,305": a term of a sum, left out where a reader of whole money would see nothing.
  void add_term(Keys keys, std::string_view english, std::string_view korean, double value) {
    const VerdictRun& run = *pair_.run;
    const std::string text = pair_.base != nullptr ? signed_money(value, run.currency) : bare_money(value, run);
    if (is_nothing(text)) return;
    add_piece(std::move(keys), english, korean, has_terms_ ? ", " : ": ", text);
    has_terms_ = true;
  }

  std::vector<VerdictPart> end_sentence() && {
    parts_.push_back({".", {}});
    return std::move(parts_);
  }

 private:
  const VerdictPair& pair_;
  std::vector<VerdictPart> parts_;
  bool has_terms_ = false;
};

/// Whether service was equal; where it was not, no sentence may stand without it.
void say_service(Words& words, const VerdictPair& pair, bool also_where_equal);
/// "24 (282.7 kWh) in both"; nothing where nobody was.
/// Names what else differs than the strategy: a comparison of runs of other sites is none of strategies.
void say_other_site(Words& words, const VerdictPair& pair);
void say_turned_away(Words& words, const VerdictPair& pair);
/// Energy that vehicles still plugged in want when the run ends, and the least that it will cost.
void say_owed(Words& words, const VerdictPair& pair);
/// Before the sentence of one that is best among those beside the reference, and still worse than it.
void say_who_stays_best(Words& words, const VerdictPair& pair);

}  // namespace evtwin::analysis::verdict_words
