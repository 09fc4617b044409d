#include "control/plugin_strategy.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <cfenv>
#include <filesystem>
#include <mutex>
#include <new>
#include <utility>

#include "control/arena.hpp"
#include "control/view_layout.hpp"
#include "kernel/hash.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {

namespace {

constexpr std::size_t most_remarks = 1000;  // of one decision; a plugin in a loop must not fill the memory
constexpr std::size_t most_words = 2000;    // bytes of one remark

/// Bytes of saved state, through the plugin's own calls.
struct Sink {
  explicit Sink(std::vector<std::byte>& to) : bytes(to) {}
  static evtwin_status write(const evtwin_sink* sink, const void* data, std::uint64_t n) {
    const auto* from = static_cast<const std::byte*>(data);
    auto& bytes = static_cast<Sink*>(sink->context)->bytes;
    bytes.insert(bytes.end(), from, from + n);
    return EVTWIN_OK;
  }
  evtwin_sink c{this, &write};
  std::vector<std::byte>& bytes;
};
struct Source {
  explicit Source(std::span<const std::byte> from) : left(from) {}
  static std::uint64_t read(const evtwin_source* source, void* data, std::uint64_t n) {
    auto& left = static_cast<Source*>(source->context)->left;
    const std::size_t some = std::min<std::size_t>(left.size(), static_cast<std::size_t>(n));
    std::copy_n(left.begin(), some, static_cast<std::byte*>(data));
    left = left.subspan(some);
    return some;
  }
  evtwin_source c{this, &read};
  std::span<const std::byte> left;
};

std::string status_text(evtwin_status status) {
  switch (status) {
    case EVTWIN_BAD_PARAMETER:
      return "status 1 (bad parameter), without a word";
    case EVTWIN_UNSUPPORTED:
      return "status 2 (unsupported), without a word";
    case EVTWIN_FAILED:
      return "status 3 (failed), without a word";
    case EVTWIN_BAD_STATE:
      return "status 4 (bad state), without a word";
    default:
      return fmt::format("status {}, which strategy.h does not know", status);
  }
}

/// Instances that were cut off are never touched again; that they are known here tells a leak checker so.
void abandon(const evtwin_strategy* instance) {
  static std::mutex mutex;
  static auto* all = new std::vector<const evtwin_strategy*>;
  const std::lock_guard lock(mutex);
  all->push_back(instance);
}

/// What the touched address tells: the view, a decision column, or nothing.
std::string place_of(const Breach& breach, const evtwin_view* view, const evtwin_decision* decision) {
  const auto* at = static_cast<const std::byte*>(breach.address);
  if (breach.kind != Breach::Kind::signal || (breach.number != SIGSEGV && breach.number != SIGBUS)) return {};
  if (view != nullptr && breach.wrote) {
    const std::string_view column = column_at(*view, at);
    if (column == "evtwin_view") return ": it wrote into the view, which is the host's";
    if (!column.empty()) return fmt::format(": it wrote into the view ({}), which is the host's", column);
  }
  if (view != nullptr && decision != nullptr) {
    const auto past = [&](const double* column, std::size_t n) {
      const auto* end = reinterpret_cast<const std::byte*>(column + n);
      return at >= end && at < end + GuardedCells::guard_bytes;
    };
    if (past(decision->evse_kw, view->n_evses))
      return fmt::format(": past the end of decision->evse_kw, which has {} rows", view->n_evses);
    if (past(decision->storage_kw, view->n_storages))
      return fmt::format(": past the end of decision->storage_kw, which has {} rows", view->n_storages);
    const std::size_t plan_cells = (std::size_t{view->n_evses} + view->n_storages) * decision->plan_steps;
    if (plan_cells > 0 && past(decision->plan_kw, plan_cells))
      return fmt::format(": past the end of decision->plan_kw, which has {} cells", plan_cells);
  }
  constexpr std::uintptr_t first_page = 4096;  // members of an object that is not there lie in it
  const bool null = reinterpret_cast<std::uintptr_t>(at) < first_page;
  return fmt::format(": it {} {}", breach.wrote ? "wrote" : "read",
                     null ? "through a null pointer" : "memory that is not its own");
}

}  // namespace

PluginStrategy::PluginStrategy(std::shared_ptr<const PluginLibrary> library,
                               std::shared_ptr<const CheckedParams> params, const CallLimits& limits,
                               const evtwin_view& first, std::uint64_t seed, std::uint32_t site)
    : library_(std::move(library)), params_(std::move(params)), limits_(limits), seed_(seed), site_(site) {
  const std::string& id = params_->strategy().id;
  who_ = fmt::format("strategy {} ({})", id, std::filesystem::path(library_->file()).filename().string());
  library_->name_in_last_words();
  host_ = {sizeof(evtwin_host), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, this, &report, &random, &extension};
  const auto values = params_->values();
  call("create", &first, nullptr, [&] {
    return library_->entry().create(&host_, id.c_str(), values.data(), static_cast<std::uint32_t>(values.size()),
                                    &first, &instance_);
  });
  if (instance_ == nullptr || instance_->struct_size != sizeof(evtwin_strategy) || instance_->decide == nullptr ||
      instance_->destroy == nullptr) {
    const std::string why = instance_ != nullptr && instance_->struct_size != sizeof(evtwin_strategy)
                                ? fmt::format("it made an instance of {} bytes, {} are due", instance_->struct_size,
                                              sizeof(evtwin_strategy))
                                : "it made no complete instance";
    instance_ = nullptr;  // what it is can not be told, so nothing of it is called
    fail("create", why);
  }
  subscribes = instance_->subscribes;
  horizon_steps = instance_->horizon_steps;
  plan_steps = instance_->plan_steps;
  if (plan_steps > horizon_steps) {
    abandon(std::exchange(instance_, nullptr));
    fail("create", fmt::format("it plans {} steps of a horizon of {}", plan_steps, horizon_steps));
  }
  if (instance_->extension == nullptr) return;
  call("extension", &first, nullptr, [&] {
    state_ = static_cast<const evtwin_state*>(instance_->extension(instance_, EVTWIN_STATE));
    return EVTWIN_OK;
  });
  if (state_ != nullptr &&
      (state_->struct_size != sizeof(evtwin_state) || state_->save == nullptr || state_->load == nullptr)) {
    fail("extension", "its evtwin.state/1 is incomplete");
  }
}

PluginStrategy::~PluginStrategy() {
  if (instance_ == nullptr) return;
  evtwin_strategy* instance = instance_;
  try {
    call("destroy", nullptr, nullptr, [&] {
      instance->destroy(instance);
      return EVTWIN_OK;
    });
  } catch (const StrategyError& error) {
    fmt::print(stderr, "warning: {}\n", error.what());  // the answers are in; only the plugin's own tidying failed
  }
}

void PluginStrategy::decide(const evtwin_view& view, evtwin_decision& decision) {
  const int rounding = std::fegetround();
  call("decide", &view, &decision, [&] { return instance_->decide(instance_, &view, &decision); });
  if (std::fegetround() != rounding) {
    std::fesetround(rounding);
    fail("decide", "it changed how this process rounds (fesetround)");
  }
}

bool PluginStrategy::can_save() const {
  return state_ != nullptr || (params_->strategy().flags & EVTWIN_STRATEGY_STATELESS) != 0;
}

void PluginStrategy::save(std::vector<std::byte>& bytes) {
  if (state_ == nullptr) return;
  Sink sink(bytes);
  call("save", nullptr, nullptr, [&] { return state_->save(instance_, &sink.c); });
}

void PluginStrategy::load(std::span<const std::byte> bytes) {
  if (state_ == nullptr && bytes.empty()) return;
  if (state_ == nullptr) fail("load", "it is stateless, the saved state is of another strategy");
  Source source(bytes);
  call("load", nullptr, nullptr, [&] { return state_->load(instance_, &source.c); });
  if (!source.left.empty()) fail("load", fmt::format("it left {} bytes of the state unread", source.left.size()));
}

template <class Call>
void PluginStrategy::call(const char* what, const evtwin_view* view, const evtwin_decision* decision, Call&& plugin) {
  error_.clear();  // an earlier call's words would explain this one wrongly
  evtwin_status status = EVTWIN_FAILED;
  caller_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  // The contract lets no exception cross; one that does all the same still ends in an error that names the plugin.
  const Breach breach = call_fenced(
      [&] {
        try {
          status = plugin();
        } catch (const std::bad_alloc&) {
          error_ = "it ran out of memory (std::bad_alloc crossed the C ABI)";
        } catch (const std::exception& error) {
          error_ = fmt::format("{} (an exception crossed the C ABI)", error.what());
        } catch (...) {
          error_ = "an exception of unknown type (it crossed the C ABI)";
        }
      },
      limits_, who_.c_str(), what);
  caller_.store({}, std::memory_order_relaxed);
  if (breach) cut_off(what, breach, view, decision);
  if (spoke_out_of_turn_.load(std::memory_order_relaxed))
    fail(what, "it called report() from a thread of its own, or when it was not asked");
  if (status != EVTWIN_OK) fail(what, error_.empty() ? status_text(status) : error_);
}

/// Nothing of the plugin is called again, and its code stays where it is.
void PluginStrategy::cut_off(const char* what, const Breach& breach, const evtwin_view* view,
                             const evtwin_decision* decision) {
  abandon(std::exchange(instance_, nullptr));
  library_->keep_loaded();
  throw StrategyError(
      fmt::format("{}: {} {}{}", who_, what, words_of(breach, limits_), place_of(breach, view, decision)));
}

void PluginStrategy::fail(const char* what, const std::string& why) const {
  throw StrategyError(fmt::format("{}: {} failed: {}", who_, what, why));
}

void PluginStrategy::report(const evtwin_host* host, std::uint32_t severity, const char* text) {
  PluginStrategy& self = of(host);
  if (self.caller_.load(std::memory_order_relaxed) != std::this_thread::get_id()) {
    self.spoke_out_of_turn_.store(true, std::memory_order_relaxed);
    return;
  }
  if (text == nullptr) return;
  const std::string_view words = std::string_view(text).substr(0, most_words);
  if (severity >= EVTWIN_ERROR) {
    self.error_ = words;
  } else if (severity != EVTWIN_DEBUG && self.remarks.size() < most_remarks) {
    self.remarks.push_back({severity, std::string(words)});
  }
}

std::uint64_t PluginStrategy::random(const evtwin_host* host, std::uint64_t stream, std::uint64_t index) {
  constexpr std::uint32_t purpose = kernel::purpose_of("control.plugin");
  const PluginStrategy& self = of(host);
  return kernel::draw_u64(self.seed_, kernel::mix_bits(self.site_ + 1) ^ stream, purpose, index);
}

}  // namespace evtwin::control
