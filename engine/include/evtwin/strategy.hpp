// strategy.hpp - the thin C++20 face of strategy.h: spans in, parameters by name, exceptions caught at the fence.
//
//   struct Half {
//     static constexpr evtwin_info info = evtwin::sdk::describe("half", "Half power", "1.0", "Offers every car half of
//     what it can take."); Half(const evtwin::sdk::Setup&) {} void decide(const evtwin::sdk::View& view,
//     evtwin::sdk::Decision& decision) {
//       for (std::size_t i = 0; i < view.evse_count(); ++i) decision.evse_kw[i] = 0.5 * view.evse_car_max_kw()[i];
//     }
//   };
//   EVTWIN_STRATEGIES(Half)
#pragma once
#include <evtwin/abi_digest.h>
#include <evtwin/strategy.h>

#include <array>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>
#include <string_view>
#include <tuple>

namespace evtwin::sdk {

/// Description of a strategy; `params` must be a static array.
template <std::size_t N>
constexpr evtwin_info describe(const char* id, const char* name, const char* version, const char* help,
                               const std::array<evtwin_param_info, N>& params, std::uint32_t flags = 0) {
  return {sizeof(evtwin_info), flags, id, name, version, help, params.data(), static_cast<std::uint32_t>(N), 0};
}
constexpr evtwin_info describe(const char* id, const char* name, const char* version, const char* help,
                               std::uint32_t flags = 0) {
  return {sizeof(evtwin_info), flags, id, name, version, help, nullptr, 0, 0};
}

/// Rows of the parameter table.
constexpr evtwin_param_info real(const char* id, const char* unit, double min, double max, double default_value,
                                 const char* help) {
  return {id, unit, help, EVTWIN_PARAM_REAL, 0, nullptr, min, max, default_value, nullptr};
}
constexpr evtwin_param_info integer(const char* id, const char* unit, double min, double max, double default_value,
                                    const char* help) {
  return {id, unit, help, EVTWIN_PARAM_INT, 0, nullptr, min, max, default_value, nullptr};
}
constexpr evtwin_param_info boolean(const char* id, bool default_value, const char* help) {
  return {id, "", help, EVTWIN_PARAM_BOOL, 0, nullptr, 0.0, 1.0, default_value ? 1.0 : 0.0, nullptr};
}
template <std::size_t N>
constexpr evtwin_param_info choice(const char* id, const std::array<const char*, N>& choices, const char* default_value,
                                   const char* help) {
  return {id,  "",  help, EVTWIN_PARAM_CHOICE, static_cast<std::uint32_t>(N), choices.data(),
          0.0, 0.0, 0.0,  default_value};
}

/// What one decision may know; spans over the host's columns, valid during the call.
class View {
 public:
  explicit View(const evtwin_view& view) : raw(view) {}
  const evtwin_view& raw;

  std::size_t evse_count() const { return raw.n_evses; }
  /// Rows with a session, ascending.
  std::span<const std::uint32_t> connected() const { return {raw.connected_evse, raw.n_connected}; }
  bool connected(std::size_t i) const { return raw.evse_session[i] != 0; }
  bool draws(std::size_t i) const { return raw.evse_draws[i] != 0; }
  std::span<const double> evse_max_kw() const { return {raw.evse_max_kw, raw.n_evses}; }
  std::span<const double> evse_car_min_kw() const { return {raw.evse_car_min_kw, raw.n_evses}; }
  std::span<const double> evse_car_max_kw() const { return {raw.evse_car_max_kw, raw.n_evses}; }
  std::span<const double> evse_remaining_kwh() const { return {raw.evse_remaining_kwh, raw.n_evses}; }
  std::span<const std::int64_t> evse_arrived_ns() const { return {raw.evse_arrived_ns, raw.n_evses}; }
  std::span<const std::int64_t> evse_departs_ns() const { return {raw.evse_departs_ns, raw.n_evses}; }
  std::span<const std::int64_t> evse_claimed_departs_ns() const { return {raw.evse_claimed_departs_ns, raw.n_evses}; }
  /// Finite rates of row i in kW, ascending, without 0; empty: any power between car_min and car_max.
  std::span<const double> evse_rates_kw(std::size_t i) const {
    return {raw.evse_rate_kw + raw.evse_rate_start[i], raw.evse_rate_start[i + 1] - raw.evse_rate_start[i]};
  }
  std::size_t storage_count() const { return raw.n_storages; }
  std::size_t limit_count() const { return raw.n_limits; }
  std::span<const std::uint32_t> limit_members(std::size_t r) const {
    return {raw.limit_member + raw.limit_start[r], raw.limit_start[r + 1] - raw.limit_start[r]};
  }
  std::span<const double> limit_coefficients(std::size_t r) const {
    return {raw.limit_coefficient + raw.limit_start[r], raw.limit_start[r + 1] - raw.limit_start[r]};
  }
  double hours_until(std::int64_t instant_ns) const { return static_cast<double>(instant_ns - raw.now_ns) / 3.6e12; }
};

/// Where the answer goes; NaN (the prefill) leaves a setpoint as it is.
struct Decision {
  std::span<double> evse_kw;
  std::span<double> storage_kw;
  std::int64_t& wake_ns;
  double& expected_cost;
};

/// What a strategy is made from: host services, parameters (checked by the host, defaults filled in), the site at the
/// start.
class Setup {
 public:
  Setup(const evtwin_host& host, std::span<const evtwin_param_value> params, const evtwin_view& first)
      : host_(host), params_(params), first_(first) {}
  const View& first() const { return first_; }
  double number(std::string_view id) const {
    for (const auto& p : params_)
      if (id == p.id) return p.number;
    return std::numeric_limits<double>::quiet_NaN();
  }
  /// false where there is no such parameter.
  bool flag(std::string_view id) const { return number(id) == 1.0; }
  std::string_view text(std::string_view id) const {
    for (const auto& p : params_)
      if (id == p.id && p.text != nullptr) return p.text;
    return {};
  }
  const evtwin_host& host() const { return host_; }

  /// Events beyond the tick at which the strategy wants to be asked.
  std::uint32_t subscribes = EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
  std::uint32_t horizon_steps = 0;

 private:
  const evtwin_host& host_;
  std::span<const evtwin_param_value> params_;
  View first_;
};

/// Keeps a C++ strategy S behind the C functions; no exception leaves it.
template <class S>
class Fence {
 public:
  static evtwin_status create(const evtwin_host& host, std::span<const evtwin_param_value> params,
                              const evtwin_view& first, evtwin_strategy** out) noexcept {
    return guarded(host, [&] {
      Setup setup(host, params, first);
      auto* fence = new Fence(host, setup);  // NOLINT(bugprone-unhandled-exception-at-new): guarded() catches
      fence->c_.subscribes = setup.subscribes;
      fence->c_.horizon_steps = setup.horizon_steps;
      *out = &fence->c_;
    });
  }

 private:
  Fence(const evtwin_host& host, Setup& setup)
      : c_{sizeof(evtwin_strategy), 0, 0, 0, this, &decide, &extension, &destroy}, host_(host), strategy_(setup) {}
  static Fence& of(const evtwin_strategy* c) { return *static_cast<Fence*>(c->self); }

  template <class F>
  static evtwin_status guarded(const evtwin_host& host, F&& body) noexcept {
    try {
      body();
      return EVTWIN_OK;
    } catch (const std::exception& error) {
      host.report(&host, EVTWIN_ERROR, error.what());
    } catch (...) {
      host.report(&host, EVTWIN_ERROR, "an exception of unknown type");
    }
    return EVTWIN_FAILED;
  }
  static evtwin_status decide(evtwin_strategy* c, const evtwin_view* view, evtwin_decision* decision) noexcept {
    Fence& fence = of(c);
    return guarded(fence.host_, [&] {
      Decision out{{decision->evse_kw, view->n_evses},
                   {decision->storage_kw, view->n_storages},
                   decision->wake_ns,
                   decision->expected_cost};
      fence.strategy_.decide(View(*view), out);
    });
  }
  static const void* extension(const evtwin_strategy*, const char*) noexcept { return nullptr; }
  static void destroy(evtwin_strategy* c) noexcept { delete &of(c); }

  evtwin_strategy c_;
  const evtwin_host& host_;
  S strategy_;
};

/// The entry's two functions over a list of strategies.
template <class... S>
struct Library {
  static const evtwin_info* info(std::uint32_t index) noexcept {
    static constexpr std::array<const evtwin_info*, sizeof...(S)> all{&S::info...};
    return index < all.size() ? all[index] : nullptr;
  }
  static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params,
                              std::uint32_t n, const evtwin_view* first, evtwin_strategy** out) noexcept {
    *out = nullptr;
    evtwin_status status = EVTWIN_UNSUPPORTED;
    const auto try_one = [&]<class T>() {
      if (std::string_view(id) != T::info.id) return false;
      status = Fence<T>::create(*host, {params, n}, *first, out);
      return true;
    };
    static_cast<void>((try_one.template operator()<S>() || ...));
    return status;
  }
};

}  // namespace evtwin::sdk

/// Exports the strategies given as types; once per shared object.
#define EVTWIN_STRATEGIES(...)                                                \
  extern "C" EVTWIN_EXPORT const evtwin_entry evtwin_strategy_entry = {       \
      sizeof(evtwin_entry),                                                   \
      EVTWIN_ABI_MAJOR,                                                       \
      EVTWIN_ABI_MINOR,                                                       \
      static_cast<std::uint32_t>(std::tuple_size_v<std::tuple<__VA_ARGS__>>), \
      EVTWIN_ABI_DIGEST,                                                      \
      &evtwin::sdk::Library<__VA_ARGS__>::info,                               \
      &evtwin::sdk::Library<__VA_ARGS__>::create};
