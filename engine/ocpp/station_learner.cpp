#include "ocpp/station_learner.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "ocpp/action_table.hpp"
#include "ocpp/characters.hpp"

namespace evtwin::ocpp {

namespace {

using View = std::string_view;

constexpr std::size_t most_samples = 3000;

// Whether this payload begins a transaction: the answer to a StartTransaction is the only one with an id.
bool gives_transaction(const simdjson::dom::element& payload, bool call) {
  View type;
  return !call || (payload.at_pointer("/eventType").get(type) == simdjson::SUCCESS && type == "Started");
}

// transactionId of 1.6, transactionInfo.transactionId of 2.0.1; empty: none.
std::string transaction_of(const simdjson::dom::element& payload) {
  for (const char* pointer : {"/transactionId", "/transactionInfo/transactionId"}) {
    simdjson::dom::element id;
    if (payload.at_pointer(pointer).get(id) != simdjson::SUCCESS) continue;
    View text;
    std::int64_t number = 0;
    if (id.get(text) == simdjson::SUCCESS) return std::string(text);
    if (id.get(number) == simdjson::SUCCESS && number > 0) return std::to_string(number);
  }
  return {};
}

// A word of loggers and protocols, in small letters.
bool is_logger_word(View word) {
  constexpr View words =
      " info debug trace warn warning error fatal notice critical ocpp ocpp1.6 ocpp2.0.1 ocpp16 ocpp201 utc gmt cest "
      "cet "
      "kst csms cs cp ws wss tx rx in out send sent recv received receive receiving sending message msg frame call "
      "callresult callerror request response req conf raw json text data stdout stderr f p log server central system "
      "websocket handler incoming outgoing inbound outbound from to for null none undefined unknown true false ";
  std::string small = " ";
  for (const char c : word) small += to_lower(c);
  return words.find(small + " ") != View::npos;
}

bool is_address(View word) {
  return word.find_first_not_of("0123456789.:") == View::npos && std::count(word.begin(), word.end(), '.') == 3;
}

bool is_number(View word) { return word.find_first_not_of("0123456789") == View::npos; }

// 12 and more figures of a hexadecimal number: an id.
bool is_hex_id(View word) {
  std::size_t figures = 0;
  for (const char c : word) {
    if (is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f')) {
      ++figures;
    } else if (c != '-') {
      return false;
    }
  }
  return figures >= 12 && !is_number(word);
}

// A thread, a session or a connection rather than a station.
bool is_handle(View word) {
  std::string small;
  for (const char c : word) small += to_lower(c);
  for (const View mark : {View("thread"), View("worker"), View("qtp"), View("exec-"), View("pool"), View("task"),
                          View("conn"), View("sess"), View(".py"), View(".js"), View(".go"), View(".java"), View(".cs"),
                          View(".ts"), View(".rs"), View("pid")})
    if (small.find(mark) != View::npos) return true;
  return false;
}

/// Merit of a field's value as a station's name, by the name of the field.
int key_merit(View key) {
  for (const View no :
       {View("connector"), View("transaction"), View("message"), View("unique"), View("request"),   View("trace"),
        View("span"),      View("correlation"), View("session"), View("thread"), View("level"),     View("tag"),
        View("user"),      View("evse"),        View("host"),    View("pod"),    View("container"), View("version"),
        View("time"),      View("addr"),        View("port")})
    if (key.find(no) != View::npos) return -6;
  for (const View yes : {View("station"), View("charge"), View("charging"), View("box"), View("identity"), View("cp"),
                         View("device"), View("client"), View("unit"), View("asset"), View("serial")})
    if (key.find(yes) != View::npos) return 6;
  return 0;
}

int word_merit(View word) {
  if (is_address(word)) return -6;
  if (is_card_address(word)) return 1;
  if (is_hex_id(word)) return -4;
  if (is_handle(word)) return -8;
  if (is_number(word)) return -3;
  const bool digit = std::any_of(word.begin(), word.end(), is_digit);
  const bool letter = std::any_of(word.begin(), word.end(), is_letter);
  return digit && letter ? 3 : 1;
}

// A word of a logger, a topic or a class before a name, in small letters.
bool is_head_word(View word) {
  constexpr View words =
      " ocpp ocppd csms cms gateway gw mqtt topic logger log cp cps chargepoint chargepoints charge_point charger "
      "chargers "
      "station stations evse client clients device devices connection connections socket ws com org net io app src lib "
      "logs stream streams handler handlers central backend server system service services ";
  std::string small = " ";
  for (const char c : word) small += to_lower(c);
  return words.find(small + " ") != View::npos;
}

// What a logger puts before all names and is no part of them: "csms." of "csms.CP1"; "site.a." is a name's.
std::string shared_head(const std::map<std::string, std::uint64_t>& values) {
  const View first = values.begin()->first;
  std::size_t head = 0;
  for (;;) {
    const std::size_t mark = first.find_first_of(".:/", head);
    if (mark == View::npos || mark + 1 >= first.size()) break;
    if (mark > head && !is_head_word(first.substr(head, mark - head))) break;
    const View longer = first.substr(0, mark + 1);
    const bool shared = std::all_of(values.begin(), values.end(), [&](const auto& value) {
      return value.first.size() > longer.size() && value.first.starts_with(longer);
    });
    if (!shared) break;
    head = mark + 1;
  }
  return std::string(first.substr(0, head));
}

}  // namespace

void StationLearner::see_frame(const FoundFrame& found) {
  if (samples_.size() >= most_samples) return;
  Sample sample;
  sample.is_call = found.frame.type == FrameType::call || found.frame.type == FrameType::send;
  sample.id = found.frame.id;
  if (found.frame.payload != nullptr) {
    sample.transaction = transaction_of(*found.frame.payload);
    sample.gives = !sample.transaction.empty() && gives_transaction(*found.frame.payload, sample.is_call);
    View serial;
    for (const char* pointer : {"/chargePointSerialNumber", "/chargeBoxSerialNumber", "/chargingStation/serialNumber"})
      if (found.frame.payload->at_pointer(pointer).get(serial) == simdjson::SUCCESS && !serial.empty())
        serials_[pointer].insert(std::string(serial));
  }
  sample.told = found.station;
  const bool same_record = !samples_.empty() && found.record == last_record_ && *samples_.back().outer == found.outer;
  sample.outer = same_record ? samples_.back().outer : std::make_shared<const std::string>(found.outer);
  sample.before = found.before;
  sample.behind = found.behind.substr(0, most_behind);
  if (found.row) {
    for (const NamedCell& cell : *found.row) sample.row.emplace_back(cell.name, cell.text);
  }
  last_record_ = found.record;
  samples_.push_back(std::move(sample));
}

void StationLearner::place_words() {
  std::string room;
  NamedCells row;
  for (Sample& sample : samples_) {
    const std::string text = *sample.outer + ' ' + sample.before;
    row.clear();
    for (const auto& [name, cell] : sample.row) row.push_back({name, cell});
    for (const PlacedWord& one :
         placed_words(plain_characters(text, room), sample.behind, sample.row.empty() ? nullptr : &row)) {
      if (one.word.size() <= 64) sample.words.emplace(one.place, one.word);
    }
  }
}

// Ids of transactions may be each station's own: 1, 2, 3 at every one of them. An id is used where it was given, and
// given once at a station; of those that began before the log the first word counts.
template <class WordOf>
void StationLearner::tally_transactions(WordOf word_of, bool calls_only, Tally& tally) const {
  const auto is_counted = [&](const Sample& sample) {
    return !sample.transaction.empty() && (sample.is_call || !calls_only);
  };
  std::map<View, std::set<View>> given;  // words by id
  for (const Sample& sample : samples_) {
    if (!sample.gives || !is_counted(sample)) continue;
    const View word = word_of(sample);
    if (word.empty()) continue;
    ++tally.transactions;
    if (!given[sample.transaction].insert(word).second) ++tally.broken;
  }

  std::map<View, View> first_word;
  for (const Sample& sample : samples_) {
    if (sample.gives || !is_counted(sample)) continue;
    const View word = word_of(sample);
    if (word.empty()) continue;
    if (const auto known = given.find(sample.transaction); known != given.end()) {
      ++tally.transactions;
      if (!known->second.contains(word)) ++tally.broken;
    } else if (const auto [first, is_new] = first_word.emplace(sample.transaction, word); !is_new) {
      ++tally.transactions;
      if (first->second != word) ++tally.broken;
    }
  }
}

template <class WordOf>
StationLearner::Tally StationLearner::tally_words(WordOf word_of, bool calls_only) const {
  Tally tally;
  std::map<View, std::vector<View>> waiting;  // by message id: words of calls without an answer yet
  for (const Sample& sample : samples_) {
    if (calls_only && !sample.is_call) continue;
    const View word = word_of(sample);
    if (!word.empty()) {
      ++tally.seen;
      ++tally.values[std::string(word)];
    }

    // A call and its answer are of one station, too.
    if (sample.id.empty()) continue;
    std::vector<View>& calls = waiting[sample.id];
    if (sample.is_call) {
      calls.push_back(word);
    } else if (!calls.empty()) {
      ++tally.pairs;
      const auto same = std::find(calls.begin(), calls.end(), word);
      if (same != calls.end() && !word.empty()) ++tally.alike;
      calls.erase(same != calls.end() ? same : calls.begin());
    }
  }
  tally_transactions(word_of, calls_only, tally);
  return tally;
}

bool StationLearner::may_hold(const Tally& tally, std::size_t samples) {
  const bool everywhere = tally.seen * 10 >= samples * 9;
  const bool pairs = tally.alike * 20 >= tally.pairs * 19;
  // Where one word is everybody's, this says nothing of the place: a simulator may give one id again and again.
  const bool transactions = tally.values.size() == 1 || tally.broken * 2 <= tally.transactions;
  const bool says_more = tally.values.size() == 1 || tally.values.size() * 3 <= tally.seen;
  return everywhere && pairs && transactions && says_more;
}

bool StationLearner::is_proven(const Tally& tally, std::size_t samples) {
  constexpr std::uint64_t least_pairs = 10, least_transactions = 4;
  return tally.seen == samples && tally.values.size() > 1 && tally.values.size() * 5 <= tally.seen &&
         tally.pairs >= least_pairs && tally.alike == tally.pairs && tally.transactions >= least_transactions &&
         tally.broken * 20 <= tally.transactions;
}

bool StationLearner::several_boot() const {
  return std::any_of(serials_.begin(), serials_.end(), [](const auto& field) { return field.second.size() > 1; });
}

StationLearner::Choice StationLearner::choose_word(bool calls) const {
  Choice best;
  double best_merit = 0.0;
  std::map<StationPlace, std::uint64_t> places;
  std::size_t samples = 0, answers = 0;
  for (const Sample& sample : samples_) {
    if (calls && !sample.is_call) {
      ++answers;
      continue;
    }
    ++samples;
    for (const auto& [place, word] : sample.words) ++places[place];
  }
  for (const auto& [place, seen] : places) {
    using enum StationPlace::Kind;
    if (seen * 10 < samples * 9) continue;
    const auto word_at = [&place = place](const Sample& sample) -> View {
      const auto word = sample.words.find(place);
      return word == sample.words.end() ? View() : View(word->second);
    };
    const Tally found = tally_words(word_at, calls);
    if (!may_hold(found, samples)) continue;
    const bool one = found.values.size() == 1;
    const bool named = place.kind == key || place.kind == path || place.kind == side;
    // A word that is always the same is a station's where its place says so, and not where several boot.
    if (one && (!named || several_boot())) continue;
    if (calls) {
      // Of calls alone a path is trusted, and only where answers hardly ever have it.
      const Tally everywhere = tally_words(word_at);
      if (place.kind != path || (everywhere.seen - found.seen) * 10 > answers) continue;
    }

    // Words that look like names are worth more; places of loggers' words and actions are none.
    std::uint64_t no_name = 0;
    double merit = 0.0;
    for (const auto& [value, count] : found.values) {
      if (is_logger_word(value) || find_action(value)) no_name += count;
      merit += static_cast<double>(word_merit(value)) * static_cast<double>(count) / static_cast<double>(found.seen);
    }
    if (no_name * 20 > found.seen) continue;

    if (place.kind == key) merit += key_merit(place.name);
    if (place.kind == path) merit += 4.0;
    if (place.kind == side) merit += one ? 0.0 : 5.0;
    if (place.kind == cell) merit += 0.05;
    if (place.kind == part) merit -= 0.5;
    if (place.kind == segment) merit -= 0.6;
    if (place.kind == behind) merit -= 1.0;
    if (place.kind == last_word) merit -= 0.25;
    if (found.pairs < 3 && !calls) merit -= 2.0;  // without answers there is less to hold it to
    merit -=
        4.0 * static_cast<double>(found.broken) / static_cast<double>(std::max<std::uint64_t>(1, found.transactions));
    if (one) merit -= 1.0;
    merit -= 0.01 * static_cast<double>(place.kind == segment ? place.index / 16 : place.index);

    // Numbers, addresses and ids are names where everything else says so, and nothing looks better.
    const bool enough = merit >= 0.5 || (merit >= -6.5 && is_proven(found, samples));
    if (!enough || (best.place && merit <= best_merit)) continue;
    best_merit = merit;
    best = {place, shared_head(found.values)};
  }
  return best;
}

StationRule StationLearner::learned_rule() {
  if (samples_.size() < 4) return {};
  const Tally told = tally_words([](const Sample& sample) -> View { return sample.told; });
  const bool told_nothing = told.seen * 10 < samples_.size();
  // Some lines may name the station and others not; what they say must not be against each other.
  const bool parted = told.pairs >= 3 && told.alike * 20 < told.pairs * 19;
  const bool many_for_one = told.values.size() == 1 && several_boot();
  if (!told_nothing && !parted && !many_for_one) return {};
  place_words();
  if (Choice found = choose_word(false); found.place) return {*found.place, found.strip};
  if (Choice found = choose_word(true); found.place) return StationRule::of_calls(*found.place, found.strip);
  return told_nothing ? StationRule() : StationRule::from_nothing();
}

}  // namespace evtwin::ocpp
