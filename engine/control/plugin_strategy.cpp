#include "control/plugin_strategy.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <new>
#include <utility>

#include "control/given_columns.hpp"

namespace evtwin::control {

namespace {

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

}  // namespace

PluginStrategy::PluginStrategy(std::shared_ptr<const PluginLibrary> library,
                               std::shared_ptr<const CheckedParams> params, const evtwin_view& first,
                               std::uint64_t seed, std::uint32_t site, bool (*stop)())
    : library_(std::move(library)),
      params_(std::move(params)),
      call_(fmt::format("strategy {} ({})", params_->strategy().id,
                        std::filesystem::path(library_->file()).filename().string()),
            "strategy.h", seed, site, this),
      stop_(stop) {
  const auto values = params_->values();
  call_("create", [&] {
    return library_->strategy_entry().create(call_.host(), params_->strategy().id.c_str(), values.data(),
                                             static_cast<std::uint32_t>(values.size()), &first, &instance_);
  });

  if (instance_ == nullptr || instance_->struct_size != sizeof(evtwin_strategy) || instance_->decide == nullptr ||
      instance_->destroy == nullptr) {
    const std::string why = instance_ != nullptr && instance_->struct_size != sizeof(evtwin_strategy)
                                ? fmt::format("it made an instance of {} bytes, {} are due", instance_->struct_size,
                                              sizeof(evtwin_strategy))
                                : "it made no complete instance";
    instance_ = nullptr;  // what it is can not be told, so nothing of it is called
    call_.throw_failure("create", why);
  }

  // An instance's own figures hold for the whole run, so that they are checked once.
  subscribes = instance_->subscribes;
  horizon_steps = instance_->horizon_steps;
  plan_steps = instance_->plan_steps;
  if (plan_steps > horizon_steps)
    refuse_instance(fmt::format("create failed: it plans {} steps of a horizon of {}", plan_steps, horizon_steps));
  horizon_reads = instance_->horizon_reads == 0 ? EVTWIN_READS_ALL : instance_->horizon_reads;
  if ((horizon_reads & ~EVTWIN_READS_ALL) != 0)
    refuse_instance(fmt::format("create failed: its horizon_reads are {:#x}; bits of {:#x} are due",
                                instance_->horizon_reads, EVTWIN_READS_ALL));

  take_levels();
  if (instance_->extension != nullptr) take_extensions();
}

void PluginStrategy::take_levels() {
  const std::uint32_t n = instance_->n_levels;
  const double* const given = instance_->levels;
  if (n == 0) return;
  if (given == nullptr || n > EVTWIN_MOST_LEVELS || horizon_steps == 0)
    refuse_instance(
        fmt::format("create failed: it asks for {} levels of a horizon of {} steps; at most {} of a "
                    "horizon can be had",
                    n, horizon_steps, EVTWIN_MOST_LEVELS));
  levels.assign(given, given + n);
  for (std::uint32_t l = 0; l < n; ++l) {
    if (!(levels[l] > (l == 0 ? 0.0 : levels[l - 1]) && levels[l] < 1.0))
      refuse_instance(
          fmt::format("create failed: its level number {} is {}; levels ascend and lie between 0 and 1", l, levels[l]));
  }
}

void PluginStrategy::take_extensions() {
  call_("extension", [&] {
    state_ = static_cast<const evtwin_state*>(instance_->extension(instance_, EVTWIN_STATE));
    batch_ = static_cast<const evtwin_batch*>(instance_->extension(instance_, EVTWIN_BATCH));
    return EVTWIN_OK;
  });
  if (state_ != nullptr &&
      (state_->struct_size != sizeof(evtwin_state) || state_->save == nullptr || state_->load == nullptr))
    refuse_instance("extension failed: its evtwin.state/1 is incomplete");
  if (batch_ != nullptr && (batch_->struct_size != sizeof(evtwin_batch) || batch_->decide_many == nullptr))
    refuse_instance("extension failed: its evtwin.batch/1 is incomplete");
}

PluginStrategy::~PluginStrategy() {
  if (instance_ == nullptr) return;
  evtwin_strategy* instance = instance_;
  try {
    call_("destroy", [&] {
      instance->destroy(instance);
      return EVTWIN_OK;
    });
  } catch (const StrategyError& error) {
    fmt::print(stderr, "warning: {}\n", error.what());  // the answers are in; only the plugin's own tidying failed
  }
}

/// For an instance that was made and can not be used: the destructor of this object will not run.
void PluginStrategy::refuse_instance(const std::string& why) {
  evtwin_strategy* instance = std::exchange(instance_, nullptr);
  try {
    call_("destroy", [&] {
      instance->destroy(instance);
      return EVTWIN_OK;
    });
  } catch (const StrategyError&) {
    // The first trouble is the one to tell.
  }
  throw StrategyError(fmt::format("{}: {}", call_.who(), why));
}

void PluginStrategy::decide(const evtwin_view& view, evtwin_decision& decision) {
  if (stop_ != nullptr && stop_()) throw StrategyError(fmt::format("{}: decide was interrupted", call_.who()));
  const evtwin_decision given = decision;
  call_("decide", [&] { return instance_->decide(instance_, &view, &decision); });
  if (!has_columns_of(given, decision)) call_.throw_failure("decide", trouble_of_columns(given, decision));
}

void PluginStrategy::end(const evtwin_view& last) {
  if (instance_->end == nullptr) return;
  call_("end", [&] { return instance_->end(instance_, &last); });
}

/// One call into the library. Every instance of it may report, and whichever said why it failed is heard.
void PluginStrategy::decide_many(std::span<const Asked> asked) {
  std::vector<evtwin_strategy*> instances;
  std::vector<const evtwin_view*> views;
  std::vector<evtwin_decision*> decisions;
  for (const Asked& one : asked) {
    auto& plugin = static_cast<PluginStrategy&>(*one.strategy);
    plugin.call_.let_speak();
    instances.push_back(plugin.instance_);
    views.push_back(one.view);
    decisions.push_back(one.decision);
  }

  const auto leave = [&] {
    for (const Asked& one : asked) static_cast<PluginStrategy&>(*one.strategy).call_.forbid_speaking();
  };

  try {
    call_("decide_many", [&] {
      const evtwin_status status = batch_->decide_many(instances.data(), views.data(), decisions.data(),
                                                       static_cast<std::uint32_t>(instances.size()));
      // Another instance than the one that calls may have said why.
      for (const Asked& one : asked) {
        const auto& plugin = static_cast<const PluginStrategy&>(*one.strategy);
        if (status != EVTWIN_OK && call_.error_text().empty()) call_.keep_error(plugin.call_.error_text());
      }
      return status;
    });
  } catch (...) {
    leave();
    throw;
  }
  leave();
}

bool PluginStrategy::can_save() const {
  return state_ != nullptr || (params_->strategy().flags & EVTWIN_STRATEGY_STATELESS) != 0;
}

bool PluginStrategy::keeps_threads() const { return (params_->strategy().flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0; }

void PluginStrategy::save_memory(std::vector<std::byte>& bytes) {
  if (state_ == nullptr) return;
  Sink sink(bytes);
  call_("save", [&] { return state_->save(instance_, &sink.c); });
}

void PluginStrategy::load_memory(std::span<const std::byte> bytes) {
  if (state_ == nullptr && bytes.empty()) return;
  if (state_ == nullptr) call_.throw_failure("load", "it is stateless, the saved state is of another strategy");
  Source source(bytes);
  call_("load", [&] { return state_->load(instance_, &source.c); });
  if (!source.left.empty())
    call_.throw_failure("load", fmt::format("it left {} bytes of the state unread", source.left.size()));
}

}  // namespace evtwin::control
