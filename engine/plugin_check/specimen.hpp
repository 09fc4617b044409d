// The plugin under test, opened in this child: every call marked in the black box, every exception a failure in words.
#pragma once
#include <evtwin/forecaster.h>
#include <evtwin/strategy.h>
#include <link.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "plugin_check/child.hpp"

namespace evtwin::plugin_check {

/// Number of a decision as run files and all words of evtwin have it, from 1; `decision_number` counts those before.
inline std::int64_t number_of(const evtwin_view& view) { return static_cast<std::int64_t>(view.decision_number) + 1; }

/// Calls into the plugin. @throws Failed where an exception crosses.
template <class Call>
auto call_marked(const char* name, Call&& call, std::int64_t number = -1) {
  const CallMark mark(name, number);
  try {
    return call();
  } catch (const std::exception& error) {
    throw Failed(std::string("an exception crossed ") + name + ": " + error.what());
  } catch (...) {
    throw Failed(std::string("an exception crossed ") + name);
  }
}

class Specimen {
 public:
  /// @param asked  values in the place of defaults, of the strategy or forecaster that has parameters of these ids;
  /// texts must outlive it. @throws Failed with the loader's words.
  explicit Specimen(const std::string& file, std::span<const evtwin_param_value> asked = {});
  const evtwin_entry& entry() const { return *entry_; }
  const evtwin_info& info(std::uint32_t index) const;
  const evtwin_forecaster_entry& forecasters() const { return *forecasters_; }
  const evtwin_info& forecaster_info(std::uint32_t index) const;
  /// Every parameter of the table, as the host gives them: with the value asked for, else its default.
  std::vector<evtwin_param_value> starting_params(const evtwin_info& info) const;
  void unload_library();
  /// The file, and the libraries that came with it.
  const std::vector<const link_map*>& objects() const { return objects_; }

 private:
  std::span<const evtwin_param_value> asked_;
  std::vector<const link_map*> objects_;
  void* handle_;
  const evtwin_entry* entry_;                   // null: no strategies
  const evtwin_forecaster_entry* forecasters_;  // null: none
};

/// The parameters that it starts with but for one choice or switch.
struct Variant {
  std::string words;  ///< "compat = 'acn-sim'"; empty: those themselves
  std::vector<evtwin_param_value> params;
};
/// The parameters that it starts with, then every other choice and switch: what makes a strategy another one.
std::vector<Variant> variants_of(const Specimen& specimen, const evtwin_info& info);

inline constexpr std::uint64_t host_seed = 7;  // of the random numbers that every instance is given

/// Host services of one instance.
class Services {
 public:
  explicit Services(std::uint64_t seed, std::size_t extra = 0);
  const evtwin_host* c_host() const { return host_; }
  void begin_call();  ///< this thread calls the plugin now: it may report
  void end_call();
  std::string take_words();  ///< the last error reported, forgotten with it
  bool reported_elsewhere() const { return elsewhere_; }
  std::uint64_t report_count() const { return reports_; }  ///< of the last call, but for those of severity EVTWIN_DEBUG

 private:
  static void report(const evtwin_host* host, std::uint32_t severity, const char* text);
  static std::uint64_t random(const evtwin_host* host, std::uint64_t stream, std::uint64_t index);
  static const void* extension(const evtwin_host*, const char*) { return nullptr; }

  std::vector<std::uint64_t> memory_;  // of the struct, longer than this header knows it
  evtwin_host* host_;
  std::uint64_t seed_;
  std::mutex lock_;
  std::string words_;
  std::thread::id caller_;
  std::atomic<bool> elsewhere_{false};
  std::atomic<std::uint64_t> reports_{0};
};

class Instance {
 public:
  struct Made {
    evtwin_status status;
    std::string words;
  };
  /// With starting_params(). @throws Failed when no sound instance comes of it.
  Instance(const Specimen& specimen, const evtwin_info& info, const evtwin_view& first);
  /// Any parameters; `made()` says what came of it, and the instance is there when that is EVTWIN_OK.
  Instance(const Specimen& specimen, const char* id, std::span<const evtwin_param_value> params,
           const evtwin_view& first, std::size_t extra = 0);
  ~Instance() = default;  // a child that fails ends as it is; destroy() is a call of the plugin's
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Made& made() const { return made_; }
  void expect_made() const;  ///< @throws Failed with its words when it is not
  const evtwin_strategy& c_strategy() const { return *strategy_; }
  Services& services() { return services_; }
  /// @throws Failed when it does not answer EVTWIN_OK.
  void decide(const evtwin_view& view, evtwin_decision& decision);
  /// Where it has an end(). @throws Failed when it does not answer EVTWIN_OK.
  void end(const evtwin_view& last);
  void destroy();
  /// Of the forecast, as it asked for them.
  std::vector<double> forecast_levels() const { return {strategy_->levels, strategy_->levels + strategy_->n_levels}; }

  const void* extension(const char* id) const;
  const evtwin_state* state_extension() const;  ///< null: it keeps none. @throws Failed for a struct of the wrong size
  void save(std::vector<std::byte>& bytes);
  /// @param at_most  bytes that one read gives; 0: as many as asked for
  evtwin_status load(std::span<const std::byte> bytes, std::size_t at_most = 0);

 private:
  void expect_levels() const;
  void make_instance(const Specimen& specimen, const char* id, std::span<const evtwin_param_value> params,
                     const evtwin_view& first);
  Services services_;
  Made made_{};
  evtwin_strategy* strategy_ = nullptr;
};

/// "status 3", "EVTWIN_FAILED".
std::string name_of_status(evtwin_status status);

}  // namespace evtwin::plugin_check
