#include "store/forecast_cache.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "kernel/log.hpp"
#include "policy/sha256.hpp"
#include "store/own_file.hpp"

namespace evtwin::store {
namespace {

using record::Statement;

constexpr const char* cache_table =
    "CREATE TABLE forecast (key TEXT PRIMARY KEY, forecaster TEXT NOT NULL, mean BLOB NOT NULL, quantile BLOB NOT "
    "NULL, "
    "call_ms REAL NOT NULL, remarks TEXT NOT NULL) WITHOUT ROWID;";

/// [[severity, text], ...]
std::string json_of(const std::vector<control::Talker::Remark>& remarks) {
  nlohmann::json all = nlohmann::json::array();
  for (const control::Talker::Remark& remark : remarks) all.push_back({remark.severity, remark.text});
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<control::Talker::Remark> remarks_of(std::string_view json) {
  std::vector<control::Talker::Remark> remarks;
  for (const nlohmann::json& one : nlohmann::json::parse(json))
    remarks.push_back({one.at(0).get<std::uint32_t>(), one.at(1).get<std::string>()});
  return remarks;
}

std::string_view bytes_of(const std::vector<double>& values) {
  if (values.empty()) return "";  // an empty blob; a null pointer would be NULL
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)};
}

std::vector<double> doubles_of(std::string_view bytes) {
  std::vector<double> values(bytes.size() / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

template <class T>
void append_array(std::string& to, const T* values, std::size_t n) {
  to += values == nullptr ? 'n' : 'v';
  if (values != nullptr) to.append(reinterpret_cast<const char*>(values), n * sizeof(T));
}

void append_steps(std::string& to, const evtwin_steps& steps) {
  append_array(to, &steps.n, 1);
  append_array(to, &steps.step_ns, 1);
  append_array(to, steps.start_ns, std::size_t{steps.n} + 1);
  append_array(to, steps.local_day, steps.n);
  append_array(to, steps.local_minute, steps.n);
  append_array(to, steps.weekday, steps.n);
  append_array(to, steps.holiday, steps.n);
}

class CachedModel : public control::ForecastModel {
 public:
  CachedModel(std::shared_ptr<const control::ForecastSource> source, std::string key_begin, std::uint32_t quantity,
              std::uint64_t seed, std::uint32_t site, std::shared_ptr<ForecastCache> cache)
      : source_(std::move(source)),
        key_begin_(std::move(key_begin)),
        quantity_(quantity),
        seed_(seed),
        site_(site),
        cache_(std::move(cache)),
        // Made even where all answers are known: what it refuses is refused with a cache too.
        model_(source_->make_model(quantity, seed, site)) {
    model_->report_to(&heard_);
  }

  void forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) override {
    const std::string key = policy::sha256_hex(
        fmt::format("{}\n{} {} {}\n{}", key_begin_, quantity_, seed_, site_, digest_of_call(history, question)));
    const std::size_t n = question.steps.n;
    const std::size_t cells = answer.quantile == nullptr ? 0 : n * question.n_levels;
    if (const auto known = cache_->find(key); known && known->mean.size() == n && known->quantile.size() == cells) {
      std::copy(known->mean.begin(), known->mean.end(), answer.mean);
      std::copy(known->quantile.begin(), known->quantile.end(), answer.quantile);
      call_ms_ = known->call_ms;
      say(known->remarks);
      return;
    }
    const kernel::Stopwatch watch;
    model_->forecast(history, question, answer);
    call_ms_ = watch.elapsed_ms();
    ForecastCache::Answer made;
    made.mean.assign(answer.mean, answer.mean + n);
    if (cells > 0) made.quantile.assign(answer.quantile, answer.quantile + cells);
    made.call_ms = *call_ms_;
    made.remarks = std::move(heard_.remarks);
    say(made.remarks);
    if (listener_ != nullptr) listener_->unheard += heard_.unheard;
    heard_ = {};
    cache_->keep(key, source_->label(), std::move(made));
  }

  std::string name_in_messages() const override { return model_->name_in_messages(); }
  void report_to(control::Talker* listener) override { listener_ = listener; }
  std::optional<double> call_ms() const override { return call_ms_; }

 private:
  void say(const std::vector<control::Talker::Remark>& remarks) const {
    if (listener_ != nullptr) listener_->remarks.insert(listener_->remarks.end(), remarks.begin(), remarks.end());
  }

  std::shared_ptr<const control::ForecastSource> source_;
  std::string key_begin_;
  std::uint32_t quantity_;
  std::uint64_t seed_;
  std::uint32_t site_;
  std::shared_ptr<ForecastCache> cache_;
  control::Talker heard_;  // outlives the model, which may speak to the last
  control::Talker* listener_ = nullptr;
  std::unique_ptr<control::ForecastModel> model_;
  std::optional<double> call_ms_;
};

}  // namespace

ForecastCache::ForecastCache(const std::string& file)
    : database_(open_own_file(file, cache_application_id, cache_table, "cache of forecasts")) {}

std::optional<ForecastCache::Answer> ForecastCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  ++asked_;
  if (const auto fresh = fresh_.find(key); fresh != fresh_.end()) {
    ++found_;
    return fresh->second.answer;
  }
  Statement select(database_, "SELECT mean, quantile, call_ms, remarks FROM forecast WHERE key = ?");
  select.bind_value(1, std::string_view(key));
  if (!select.next_row()) return std::nullopt;
  ++found_;
  return Answer{doubles_of(select.column_bytes(0)), doubles_of(select.column_bytes(1)), select.column_real(2),
                remarks_of(select.column_text(3))};
}

void ForecastCache::keep(const std::string& key, const std::string& forecaster, Answer answer) {
  const std::lock_guard lock(mutex_);
  fresh_.emplace(key, Fresh{forecaster, std::move(answer)});
}

void ForecastCache::save() {
  const std::lock_guard lock(mutex_);
  if (fresh_.empty()) return;
  database_.run_statements("BEGIN IMMEDIATE");
  Statement insert(database_, "INSERT INTO forecast VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING");
  for (const auto& [key, fresh] : fresh_) {
    insert.bind_value(1, std::string_view(key));
    insert.bind_value(2, std::string_view(fresh.forecaster));
    insert.bind_blob(3, bytes_of(fresh.answer.mean));
    insert.bind_blob(4, bytes_of(fresh.answer.quantile));
    insert.bind_value(5, fresh.answer.call_ms);
    const std::string remarks = json_of(fresh.answer.remarks);
    insert.bind_value(6, std::string_view(remarks));
    insert.execute_once();
  }
  database_.run_statements("COMMIT");
  fresh_.clear();
}

std::string digest_of_call(const evtwin_history& history, const evtwin_question& question) {
  // growing_id is a promise about other calls of one instance, and no part of what is told.
  std::string told;
  append_steps(told, history.steps);
  for (const double* values : history.values) append_array(told, values, history.steps.n);
  append_array(told, &question.quantity, 1);
  append_array(told, &question.issued_ns, 1);
  append_steps(told, question.steps);
  append_array(told, &question.n_levels, 1);
  if (question.n_levels > 0) append_array(told, question.level, question.n_levels);
  return policy::sha256_hex(told);
}

std::shared_ptr<const control::ForecastSource> cached_source(std::shared_ptr<const control::ForecastSource> source,
                                                             std::string identity,
                                                             std::shared_ptr<ForecastCache> cache) {
  std::string label = source->label();
  return std::make_shared<const control::ForecastSource>(
      std::move(label), [source = std::move(source), identity = std::move(identity), cache = std::move(cache)] {
        control::ForecastSource::Found found = source->found_model();
        found.factory = [source, identity, cache](std::uint32_t quantity, std::uint64_t seed, std::uint32_t site) {
          return std::make_unique<CachedModel>(source, identity, quantity, seed, site, cache);
        };
        return found;
      });
}

}  // namespace evtwin::store
