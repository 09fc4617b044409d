#include "plugin_check/specimen.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include "control/given_columns.hpp"
#include "kernel/random.hpp"
#include "plugin_check/imports.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::uint32_t most_steps = 100'000;

}  // namespace

std::string name_of_status(evtwin_status status) {
  switch (status) {
    case EVTWIN_OK:
      return "EVTWIN_OK";
    case EVTWIN_BAD_PARAMETER:
      return "EVTWIN_BAD_PARAMETER";
    case EVTWIN_UNSUPPORTED:
      return "EVTWIN_UNSUPPORTED";
    case EVTWIN_FAILED:
      return "EVTWIN_FAILED";
    case EVTWIN_BAD_STATE:
      return "EVTWIN_BAD_STATE";
    default:
      return fmt::format("status {}", status);
  }
}

Specimen::Specimen(const std::string& file, std::span<const evtwin_param_value> asked) : asked_(asked) {
  const std::vector<const link_map*> before = loaded_objects();
  handle_ = dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) throw Failed(fmt::format("not a loadable shared object ({})", dlerror()));
  entry_ = static_cast<const evtwin_entry*>(dlsym(handle_, "evtwin_strategy_entry"));
  forecasters_ = static_cast<const evtwin_forecaster_entry*>(dlsym(handle_, "evtwin_forecasters"));
  if (entry_ == nullptr && forecasters_ == nullptr)
    throw Failed("exports no symbol evtwin_strategy_entry and no evtwin_forecasters");
  for (const link_map* object : loaded_objects()) {
    if (std::find(before.begin(), before.end(), object) == before.end()) objects_.push_back(object);
  }
  watch_allocations(objects_);
}

void Specimen::unload_library() {
  const CallMark mark("dlclose()");
  dlclose(handle_);
}

const evtwin_info& Specimen::info(std::uint32_t index) const {
  const evtwin_info* info = call_marked("info()", [&] { return entry_->info(index); });
  if (info == nullptr) throw Failed(fmt::format("info({}) has no description", index));
  return *info;
}

const evtwin_info& Specimen::forecaster_info(std::uint32_t index) const {
  const evtwin_info* info = call_marked("info()", [&] { return forecasters_->info(index); });
  if (info == nullptr) throw Failed(fmt::format("info({}) has no description", index));
  return *info;
}

std::vector<evtwin_param_value> Specimen::starting_params(const evtwin_info& info) const {
  std::vector<evtwin_param_value> values;
  for (std::uint32_t p = 0; p < info.n_params; ++p) {
    const evtwin_param_info& param = info.params[p];
    evtwin_param_value& value =
        values.emplace_back(evtwin_param_value{param.id, param.default_number, param.default_text});
    for (const evtwin_param_value& asked : asked_) {
      if (std::strcmp(asked.id, param.id) == 0) value.number = asked.number, value.text = asked.text;
    }
  }
  return values;
}

std::vector<Variant> variants_of(const Specimen& specimen, const evtwin_info& info) {
  const std::vector<evtwin_param_value> start = specimen.starting_params(info);
  std::vector<Variant> all{{"", start}};
  for (std::uint32_t p = 0; p < info.n_params; ++p) {
    const evtwin_param_info& param = info.params[p];
    if (param.type == EVTWIN_PARAM_BOOL) {
      auto params = start;
      params[p].number = 1.0 - start[p].number;
      all.push_back({fmt::format("{} = {}", param.id, params[p].number != 0.0), std::move(params)});
    }
    for (std::uint32_t c = 0; param.type == EVTWIN_PARAM_CHOICE && c < param.n_choices; ++c) {
      if (std::strcmp(param.choices[c], start[p].text) == 0) continue;
      auto params = start;
      params[p].text = param.choices[c];
      all.push_back({fmt::format("{} = '{}'", param.id, param.choices[c]), std::move(params)});
    }
  }
  return all;
}

Services::Services(std::uint64_t seed, std::size_t extra)
    : memory_((sizeof(evtwin_host) + extra + 7) / 8, 0xA5A5A5A5A5A5A5A5U),
      host_(reinterpret_cast<evtwin_host*>(memory_.data())),
      seed_(seed) {
  const evtwin_host host{static_cast<std::uint32_t>(sizeof(evtwin_host) + extra),
                         EVTWIN_ABI_MAJOR,
                         EVTWIN_ABI_MINOR,
                         0,
                         this,
                         &report,
                         &random,
                         &extension};
  std::memcpy(host_, &host, sizeof host);
}

void Services::begin_call() {
  const std::lock_guard guard(lock_);
  caller_ = std::this_thread::get_id();
  reports_ = 0;
}

void Services::end_call() {
  const std::lock_guard guard(lock_);
  caller_ = {};
}

std::string Services::take_words() {
  const std::lock_guard guard(lock_);
  return std::exchange(words_, {});
}

void Services::report(const evtwin_host* host, std::uint32_t severity, const char* text) {
  auto& self = *static_cast<Services*>(host->context);
  const std::lock_guard guard(self.lock_);
  if (self.caller_ != std::this_thread::get_id()) self.elsewhere_ = true;
  if (severity != EVTWIN_DEBUG) ++self.reports_;
  if (severity >= EVTWIN_ERROR && text != nullptr) self.words_ = text;
}

std::uint64_t Services::random(const evtwin_host* host, std::uint64_t stream, std::uint64_t index) {
  constexpr std::uint32_t purpose = kernel::purpose_of("plugin_check.host");
  return kernel::draw_u64(static_cast<const Services*>(host->context)->seed_, stream, purpose, index);
}

Instance::Instance(const Specimen& specimen, const evtwin_info& info, const evtwin_view& first) : services_(host_seed) {
  const auto params = specimen.starting_params(info);
  make_instance(specimen, info.id, params, first);
  expect_made();
}

void Instance::expect_made() const {
  if (made_.status != EVTWIN_OK)
    throw Failed(fmt::format("create() answered {}: {}", name_of_status(made_.status),
                             made_.words.empty() ? "and reported no reason" : made_.words));
}

Instance::Instance(const Specimen& specimen, const char* id, std::span<const evtwin_param_value> params,
                   const evtwin_view& first, std::size_t extra)
    : services_(host_seed, extra) {
  make_instance(specimen, id, params, first);
}

void Instance::make_instance(const Specimen& specimen, const char* id, std::span<const evtwin_param_value> params,
                             const evtwin_view& first) {
  services_.begin_call();
  made_.status = call_marked("create()", [&] {
    return specimen.entry().create(services_.c_host(), id, params.data(), static_cast<std::uint32_t>(params.size()),
                                   &first, &strategy_);
  });
  services_.end_call();
  made_.words = services_.take_words();

  // A refusal makes no instance; an instance comes with EVTWIN_OK, its size and its functions.
  if (made_.status != EVTWIN_OK) {
    if (strategy_ != nullptr)
      throw Failed(fmt::format("create() answered {} and made an instance all the same", name_of_status(made_.status)));
    return;
  }

  if (strategy_ == nullptr) throw Failed("create() answered EVTWIN_OK and made no instance");
  if (strategy_->struct_size != sizeof(evtwin_strategy))
    throw Failed(fmt::format("create() made an evtwin_strategy of {} bytes, {} are due", strategy_->struct_size,
                             sizeof(evtwin_strategy)));
  if (strategy_->decide == nullptr || strategy_->destroy == nullptr)
    throw Failed("create() made an instance without decide or destroy");

  // Bits that this host does not know ask for events that it can not tell of. Its own wake-up needs no subscription;
  // one changes nothing.
  constexpr std::uint32_t known = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE |
                                  EVTWIN_WHY_LIMIT | EVTWIN_WHY_WAKE | EVTWIN_WHY_FINISHED | EVTWIN_WHY_POWER |
                                  EVTWIN_WHY_GRANT | EVTWIN_WHY_BOOKING | EVTWIN_WHY_READING;
  static_assert(known == 2 * EVTWIN_WHY_READING - 1, "all that strategy.h has");
  if ((strategy_->subscribes & ~known) != 0)
    throw Failed(fmt::format("subscribes has unknown bits: 0x{:x}", strategy_->subscribes & ~known));

  if (strategy_->horizon_steps > most_steps)
    throw Failed(fmt::format("it asks for {} horizon steps; {} are the most that are tried here",
                             strategy_->horizon_steps, most_steps));

  if (strategy_->plan_steps > strategy_->horizon_steps)
    throw Failed(fmt::format("create() made an instance that plans {} steps of a horizon of {}", strategy_->plan_steps,
                             strategy_->horizon_steps));
  expect_levels();
}

void Instance::expect_levels() const {
  if ((strategy_->horizon_reads & ~EVTWIN_READS_ALL) != 0)
    throw Failed(fmt::format("create() made an instance whose horizon_reads are {:#x}; bits of {:#x} are due",
                             strategy_->horizon_reads, EVTWIN_READS_ALL));
  const std::uint32_t n = strategy_->n_levels;
  if (n == 0) return;
  if (n > EVTWIN_MOST_LEVELS || strategy_->levels == nullptr || strategy_->horizon_steps == 0)
    throw Failed(fmt::format("it asks for {} levels of a horizon of {} steps; at most {} of a horizon can be had", n,
                             strategy_->horizon_steps, EVTWIN_MOST_LEVELS));
  for (std::uint32_t l = 0; l < n; ++l) {
    if (!(strategy_->levels[l] > (l == 0 ? 0.0 : strategy_->levels[l - 1]) && strategy_->levels[l] < 1.0))
      throw Failed(
          fmt::format("its level number {} is {:g}; levels ascend and lie between 0 and 1", l, strategy_->levels[l]));
  }
}

void Instance::decide(const evtwin_view& view, evtwin_decision& decision) {
  const evtwin_decision given = decision;
  services_.begin_call();
  const evtwin_status status = call_marked(
      "decide()", [&] { return strategy_->decide(strategy_, &view, &decision); }, number_of(view));
  services_.end_call();
  if (const std::string trouble = control::trouble_of_columns(given, decision); !trouble.empty())
    throw Failed(fmt::format("{}, in decide() number {}", trouble, number_of(view)));
  if (status == EVTWIN_OK) return;
  const std::string words = services_.take_words();
  throw Failed(fmt::format("decide() number {} answered {}: {}", number_of(view), name_of_status(status),
                           words.empty() ? "and reported no reason" : words));
}

void Instance::end(const evtwin_view& last) {
  if (strategy_->end == nullptr) return;
  services_.begin_call();
  const evtwin_status status = call_marked("end()", [&] { return strategy_->end(strategy_, &last); });
  services_.end_call();
  if (status == EVTWIN_OK) return;
  const std::string words = services_.take_words();
  throw Failed(
      fmt::format("end() answered {}: {}", name_of_status(status), words.empty() ? "and reported no reason" : words));
}

void Instance::destroy() {
  services_.begin_call();
  call_marked("destroy()", [&] {
    strategy_->destroy(strategy_);
    return 0;
  });
  services_.end_call();
  strategy_ = nullptr;
}

const void* Instance::extension(const char* id) const {
  if (strategy_->extension == nullptr) return nullptr;
  return call_marked("extension()", [&] { return strategy_->extension(strategy_, id); });
}

const evtwin_state* Instance::state_extension() const {
  const auto* state = static_cast<const evtwin_state*>(extension(EVTWIN_STATE));
  if (state == nullptr) return nullptr;
  if (state->struct_size != sizeof(evtwin_state) || state->save == nullptr || state->load == nullptr)
    throw Failed("its " EVTWIN_STATE " is incomplete: struct_size, save or load");
  return state;
}

void Instance::save(std::vector<std::byte>& bytes) {
  const evtwin_sink sink{&bytes, [](const evtwin_sink* to, const void* data, std::uint64_t n) -> evtwin_status {
                           const auto* from = static_cast<const std::byte*>(data);
                           auto& all = *static_cast<std::vector<std::byte>*>(to->context);
                           all.insert(all.end(), from, from + n);
                           return EVTWIN_OK;
                         }};
  const evtwin_state& functions = *state_extension();
  services_.begin_call();
  const evtwin_status status = call_marked("save()", [&] { return functions.save(strategy_, &sink); });
  services_.end_call();
  if (status != EVTWIN_OK)
    throw Failed(fmt::format("save() answered {}: {}", name_of_status(status), services_.take_words()));
}

evtwin_status Instance::load(std::span<const std::byte> bytes, std::size_t at_most) {
  struct Rest {
    std::span<const std::byte> bytes;
    std::size_t at_most;
  } rest{bytes, at_most};
  const evtwin_source source{&rest, [](const evtwin_source* from, void* data, std::uint64_t n) -> std::uint64_t {
                               auto& left = *static_cast<Rest*>(from->context);
                               std::size_t some = std::min<std::size_t>(n, left.bytes.size());
                               if (left.at_most > 0) some = std::min(some, left.at_most);
                               if (some > 0) std::memcpy(data, left.bytes.data(), some);
                               left.bytes = left.bytes.subspan(some);
                               return some;
                             }};
  const evtwin_state& functions = *state_extension();
  services_.begin_call();
  const evtwin_status status = call_marked("load()", [&] { return functions.load(strategy_, &source); });
  services_.end_call();
  services_.take_words();
  return status;
}

}  // namespace evtwin::plugin_check
