// Forecasts that were made before: kept in a file by all that they depend on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "control/forecast_model.hpp"

namespace evtwin::cli {

/// An SQLite file of answers. The key is a digest of the forecaster (label, bytes of its plugin and of the files that
/// its parameters name), its quantity, seed and site, the question with its levels, and all that it was told. A
/// forecaster's answer depends on the call alone (forecaster.h), so an answer that is there is the answer.
class ForecastCache {
 public:
  /// Opens it, or makes it. @throws CommandError where the file is something else.
  explicit ForecastCache(const std::string& file);
  ~ForecastCache();
  ForecastCache(const ForecastCache&) = delete;
  ForecastCache& operator=(const ForecastCache&) = delete;

  /// The same forecaster, which is asked where no answer is kept. What it says beside its answers is said then alone.
  /// The cache must live as long as the source is used. @param files  that its parameters name
  std::shared_ptr<const control::ForecastSource> kept(const std::shared_ptr<const control::ForecastSource>& source,
                                                      const std::vector<std::string>& files);

  struct Use {
    std::uint64_t calls = 0, hits = 0;
  };
  Use use_so_far() const;
  /// Writes what is new. @throws CommandError
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evtwin::cli
