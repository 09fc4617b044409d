// Policies by hand, for tests that play them.
#pragma once
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "features.hpp"
#include "player.hpp"
#include "policy/policy_file.hpp"

namespace evtwin::testing {

/// Site features of policies before load and PV had bands: with prices alone, and with all that was foreseen.
inline constexpr std::size_t n_old_prices = 41, n_old_all = 48;

/// A policy of shape `site` that looks at the first n_site features, with a weight on each.
inline policy::PolicyFile made_policy(std::size_t n_site) {
  const bool is_old = n_site <= n_old_prices;
  nlohmann::json table = nlohmann::json::array();
  for (const rl::Feature& row : rl::Features::of_site(rl::Features::Ahead::all).first(n_site))
    table.push_back({{"id", row.id}});
  policy::PolicyFile file;
  file.head = {{"kind", "ppo"}, {"shape", "site"}, {"ahead", is_old ? "prices" : "all"},
               {"act", "mean"}, {"hidden", 3},     {"features", {{"site", table}}}};
  const auto add = [&](const char* name, std::vector<std::uint32_t> shape, auto&& value) {
    std::size_t size = 1;
    for (const std::uint32_t side : shape) size *= side;
    policy::Array array{name, std::move(shape), {}};
    for (std::size_t k = 0; k < size; ++k) array.values.push_back(static_cast<float>(value(k)));
    file.arrays.push_back(std::move(array));
  };
  const auto some = [](double size) { return [=](std::size_t k) { return size * std::sin(1.0 + 2.0 * double(k)); }; };
  const auto zero = [](std::size_t) { return 0.0; };
  const auto n = static_cast<std::uint32_t>(n_site);
  add("site.mean", {n}, zero);
  add("site.sd", {n}, [](std::size_t) { return 1.0; });
  add("rate.first.weight", {3, n}, some(0.5));
  add("rate.first.bias", {3}, zero);
  add("rate.second.weight", {3, 3}, some(1.0));
  add("rate.second.bias", {3}, zero);
  add("rate.head.weight", {rl::common_outputs, 3}, some(2.0));
  add("rate.head.bias", {rl::common_outputs}, zero);
  return file;
}

}  // namespace evtwin::testing
