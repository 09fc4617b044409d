#pragma once
// Forecasts that were made before, by all that they depend on. forecaster.h: an answer depends on create()'s arguments
// and on the call alone, so equal questions have equal answers, to the bit.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "control/forecast_model.hpp"
#include "record/sqlite.hpp"

namespace evtwin::store {

/// "EVTD": SQLite's application_id of a cache. ("EVTC" was one without the forecasters' words.)
inline constexpr std::int32_t cache_application_id = 0x45565444;

class ForecastCache {
 public:
  struct Answer {
    std::vector<double> mean, quantile;              ///< as the forecaster left them, NaN included
    double call_ms = 0.0;                            ///< wall time of the call that made it
    std::vector<control::Talker::Remark> remarks{};  ///< that it made with it, and says again
  };

  /// Opens a cache, or begins one. @throws record::RunFileError where the file is something else
  explicit ForecastCache(const std::string& file);

  /// Any thread.
  std::optional<Answer> find(const std::string& key);
  void keep(const std::string& key, const std::string& forecaster, Answer answer);
  /// Writes what is new, in one transaction. @throws record::RunFileError
  void save();

  std::uint64_t asked() const { return asked_; }
  std::uint64_t found() const { return found_; }

 private:
  struct Fresh {
    std::string forecaster;
    Answer answer;
  };
  record::Database database_;
  std::mutex mutex_;
  std::map<std::string, Fresh> fresh_;
  std::uint64_t asked_ = 0, found_ = 0;
};

/// The same forecaster, asked only what the cache does not know.
/// @param identity  what decides on its answers beside seed, site, quantity and call: the plugin's digest, its
/// parameters, digests of files that it reads
std::shared_ptr<const control::ForecastSource> cached_source(std::shared_ptr<const control::ForecastSource> source,
                                                             std::string identity,
                                                             std::shared_ptr<ForecastCache> cache);

/// SHA-256 of all of a call: every step and value of history and question, and the levels. Bits count.
std::string digest_of_call(const evtwin_history& history, const evtwin_question& question);

}  // namespace evtwin::store
