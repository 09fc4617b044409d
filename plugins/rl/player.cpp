#include "player.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::rl {

namespace {

/// Who is answered for: whoever lacks something of the request, and whoever may lend.
bool is_asked_about(const evtwin_view& view, std::uint32_t evse) {
  return (can_charge(view, evse) && view.evse_remaining_kwh[evse] > 0.0) || can_lend(view, evse);
}

}  // namespace

void Eyes::look(const evtwin_view& view, Sight& sight) const {
  sight.site.resize(Features::of_site(ahead_).size());
  features_.write_site(view, sight.site.data());
  sight.who.clear();
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    if (is_asked_about(view, view.connected_evse[c])) sight.who.push_back(view.connected_evse[c]);
  }
  sight.storages = view.n_storages > 0;
  if (shape_ == Shape::site) return;
  const std::size_t n = Features::of_evse().size();
  sight.evses.resize(sight.who.size() * n);
  for (std::size_t i = 0; i < sight.who.size(); ++i)
    features_.write_evse(view, sight.who[i], sight.evses.data() + i * n);
}

Hands::Hands(const evtwin_view& first, Shape shape, double site_kw)
    : shape_(shape),
      site_kw_(site_kw),
      reader_(EVTWIN_ACT_EVSE, first.n_evses, first),
      split_(first),
      storage_kw_(first.n_storages),
      cells_(first.n_evses + first.n_storages) {}

void Hands::act(const evtwin_view& view, const Sight& sight, const Answer& answer, evtwin_decision& decision) {
  std::fill(cells_.begin(), cells_.end(), 0.0F);
  for (std::uint32_t s = 0; s < view.n_storages; ++s) cells_[view.n_evses + s] = 2.0F * answer.storages - 1.0F;
  if (shape_ == Shape::evse) {
    for (std::size_t k = 0; k < sight.who.size(); ++k) {
      const std::uint32_t i = sight.who[k];
      const bool charges = can_charge(view, i) && view.evse_remaining_kwh[i] > 0.0;
      const float low = can_lend(view, i) ? -1.0F : 0.0F, high = charges ? 1.0F : 0.0F;
      cells_[i] = low + (high - low) * answer.evses[k];
    }
    reader_.decide(view, cells_.data(), decision);
  } else {
    reader_.decide(view, cells_.data(), decision);  // storages; vehicles nothing
    std::copy(decision.storage_kw, decision.storage_kw + view.n_storages, storage_kw_.begin());
    double asked_kw = 0.0;
    for (const std::uint32_t i : sight.who) asked_kw += can_charge(view, i) ? view.evse_car_max_kw[i] : 0.0;
    const double wanted_kw = site_kw_ * static_cast<double>(answer.vehicles) * static_cast<double>(answer.vehicles);
    const double most_kw = std::min(split_.most_kw(view, storage_kw_), asked_kw);
    split_.hand_out(view, storage_kw_, std::min(wanted_kw, most_kw));
    for (const std::uint32_t i : sight.who) decision.evse_kw[i] = split_.kw()[i];
  }
  cap_at_request(view, decision);
}

/// Nobody gets more until the next tick than what is still requested.
void Hands::cap_at_request(const evtwin_view& view, evtwin_decision& decision) const {
  const double until_tick_h = static_cast<double>(view.next_tick_ns - view.now_ns) / 3.6e12;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const double enough_kw = view.evse_remaining_kwh[i] / std::max(1e-6, until_tick_h);
    if (decision.evse_kw[i] <= enough_kw) continue;
    decision.evse_kw[i] = fleet::offer_at_least_kw(view, i, enough_kw);
  }
}

Policy::Policy(const policy::PolicyFile& file) {
  const auto& head = file.head;
  const auto text = [&](const char* key) {
    if (!head.contains(key) || !head[key].is_string()) throw policy::PolicyError(std::string("its head has no ") + key);
    return head[key].get<std::string>();
  };
  const std::string shape = text("shape"), ahead = text("ahead"), act = text("act");
  if (shape != "site" && shape != "evse")
    throw policy::PolicyError("its shape is '" + shape + "'; site or evse is due");
  if (ahead != "prices" && ahead != "all")
    throw policy::PolicyError("it looks ahead at '" + ahead + "'; prices or all is due");
  if (act != "mode" && act != "mean") throw policy::PolicyError("it acts by '" + act + "'; mode or mean is due");
  shape_ = shape == "site" ? Shape::site : Shape::evse;
  ahead_ = ahead == "all" ? Features::Ahead::all : Features::Ahead::prices;
  by_mean_ = act == "mean";
  if (!head.contains("hidden") || !head["hidden"].is_number_unsigned() || head["hidden"] < 1 || head["hidden"] > 4096)
    throw policy::PolicyError("its head has no hidden between 1 and 4096");
  const auto check_features = [&](const char* key, std::span<const Feature> due) {
    if (!head.contains("features") || !head["features"].is_object() || !head["features"].contains(key) ||
        !head["features"][key].is_array())
      throw policy::PolicyError(std::string("its head has no features.") + key);
    const auto& had = head["features"][key];
    bool same = had.size() == due.size();
    for (std::size_t i = 0; same && i < due.size(); ++i)
      same = had[i].is_object() && had[i].contains("id") && had[i]["id"] == due[i].id;
    if (!same)
      throw policy::PolicyError(std::string("its table features.") + key +
                                " is not the one of this evtwin; train it anew");
  };
  sizes_ = {Features::of_site(ahead_).size(), Features::of_evse().size(), head["hidden"].get<std::size_t>()};
  check_features("site", Features::of_site(ahead_));
  const std::string kind = text("kind");
  has_rate_ = kind == "ppo" || kind == "ppo-dqn";
  has_gate_ = kind == "dqn" || kind == "ppo-dqn";
  if (!has_rate_ && !has_gate_) throw policy::PolicyError("its kind is '" + kind + "'; ppo, dqn or ppo-dqn is due");
  if (has_gate_ && shape_ == Shape::site) throw policy::PolicyError("a gate is per EVSE; its shape is 'site'");
  site_scale_ = Normaliser(file, "site", sizes_.site);
  if (shape_ == Shape::evse) {
    check_features("evse", Features::of_evse());
    evse_scale_ = Normaliser(file, "evse", sizes_.evse);
  }
  if (has_rate_ && shape_ == Shape::site) site_rate_ = SiteNetwork(file, "rate", sizes_, site_outputs);
  if (has_rate_ && shape_ == Shape::evse)
    evse_rate_ = EvseNetwork(file, "rate", sizes_, rate_outputs_each, rate_outputs_each);
  if (has_gate_) gate_ = EvseNetwork(file, "gate", sizes_, gate_outputs_each, gate_storage_outputs);
}

void Policy::normalise(Sight& sight) const {
  site_scale_.apply(sight.site.data());
  if (shape_ == Shape::site) return;
  for (std::size_t i = 0; i < sight.who.size(); ++i) evse_scale_.apply(sight.evses.data() + i * sizes_.evse);
}

void Policy::rate_outputs(const Sight& sight, std::vector<float>& outputs, float* storage_outputs) const {
  if (shape_ == Shape::site) {
    float out[site_outputs];
    site_rate_.run(sight.site.data(), out);
    outputs.assign(out, out + 2);
    std::copy(out + 2, out + 4, storage_outputs);
    return;
  }
  outputs.resize(sight.who.size() * rate_outputs_each);
  evse_rate_.run(sight.site.data(), sight.evses.data(), sight.who.size(), outputs.data(), storage_outputs);
}

void Policy::gate_outputs(const Sight& sight, std::vector<float>& outputs, float* storage_outputs) const {
  outputs.resize(sight.who.size() * gate_outputs_each);
  gate_.run(sight.site.data(), sight.evses.data(), sight.who.size(), outputs.data(), storage_outputs);
}

double Policy::rate(const float* outputs) const {
  const Beta beta = Beta::of(outputs);
  return by_mean_ ? beta.mean() : beta.mode();
}

void Policy::answer(Sight& sight, Answer& answer) const {
  normalise(sight);
  answer.evses.assign(shape_ == Shape::evse ? sight.who.size() : 0, 1.0F);
  float storage_out[gate_storage_outputs];
  if (has_rate_) {
    rate_outputs(sight, outputs_, storage_out);
    answer.storages = static_cast<float>(rate(storage_out));
    if (shape_ == Shape::site) {
      answer.vehicles = static_cast<float>(rate(outputs_.data()));
      return;
    }
    for (std::size_t i = 0; i < answer.evses.size(); ++i)
      answer.evses[i] = static_cast<float>(rate(outputs_.data() + i * rate_outputs_each));
  }
  if (!has_gate_) return;
  gate_outputs(sight, gates_, storage_out);
  for (std::size_t i = 0; i < answer.evses.size(); ++i) {
    const float* const q = gates_.data() + i * gate_outputs_each;
    if (!(q[1] > q[0])) answer.evses[i] = 0.0F;
  }
  // Where rates are learnt, storages are theirs.
  if (!has_rate_) {
    const auto best = std::max_element(storage_out, storage_out + gate_storage_outputs) - storage_out;
    answer.storages = 0.5F * static_cast<float>(best);
  }
}

}  // namespace evtwin::rl
