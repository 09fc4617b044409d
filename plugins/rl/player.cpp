#include "player.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::rl {

namespace {

/// Vehicles are answered for that would take power, beyond the request as well, and those that may lend.
bool is_asked_about(const evtwin_view& view, std::uint32_t evse) {
  return can_charge(view, evse) || can_lend(view, evse);
}

}  // namespace

void Eyes::look_at(const evtwin_view& view, Sight& sight) const {
  sight.site.resize(n_site_);
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

void Hands::write_decision(const evtwin_view& view, const Sight& sight, const Answer& answer,
                           evtwin_decision& decision) {
  const auto share = [&](Common which) { return static_cast<double>(answer.common[which]); };
  const bool pays_peaks = view.demand_price_per_kw * view.demand_fraction > 0.0;
  const double target_kw =
      pays_peaks ? std::min(site_kw_, view.billed_peak_kw + site_kw_ * share(raise) * share(raise) * share(raise))
                 : site_kw_;
  double give_kw = 0.0;
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    // Power that it could give for the hour to come.
    const double stored_kwh = std::max(0.0, view.storage_soc[s] - view.storage_soc_min[s]) * view.storage_kwh[s];
    give_kw += std::min(view.storage_max_discharge_kw[s], stored_kwh * view.storage_discharge_efficiency[s]);
  }
  const double room_kw = std::max(0.0, target_kw - (view.load_kw - view.pv_kw) + share(help) * give_kw);

  std::fill(cells_.begin(), cells_.end(), 0.0F);
  if (shape_ == Shape::evse) {
    hand_out_by_share(view, sight, answer, room_kw, decision);
  } else {
    reader_.write_decision(view, cells_.data(), decision);
    split_.hand_out(view, storage_kw_, share(use) * room_kw);
    for (const std::uint32_t i : sight.who) decision.evse_kw[i] = split_.kw()[i];
  }
  if (sight.storages) act_for_storages(view, answer, target_kw, decision);
}

void Hands::hand_out_by_share(const evtwin_view& view, const Sight& sight, const Answer& answer, double room_kw,
                              evtwin_decision& decision) {
  order_.resize(sight.who.size());
  for (std::size_t k = 0; k < order_.size(); ++k) order_[k] = k;
  std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    return answer.evses[a] != answer.evses[b] ? answer.evses[a] > answer.evses[b] : a < b;
  });
  for (std::size_t k = 0; k < sight.who.size(); ++k) {
    const std::uint32_t i = sight.who[k];
    const float low = can_lend(view, i) ? -1.0F : 0.0F, high = can_charge(view, i) ? 1.0F : 0.0F;
    cells_[i] = low + (high - low) * answer.evses[k];
  }
  reader_.write_decision(view, cells_.data(), decision);
  for (const std::size_t k : order_) {
    double& kw = decision.evse_kw[sight.who[k]];
    if (kw > room_kw) kw = fleet::offer_at_most_kw(view, sight.who[k], room_kw);
    room_kw -= kw;
  }
}

/// Keeps the import below the target, and fills storages while it is lower still, as far as power and content allow.
void Hands::act_for_storages(const evtwin_view& view, const Answer& answer, double target_kw,
                             evtwin_decision& decision) {
  double net_kw = view.load_kw - view.pv_kw, take_kw = 0.0, give_kw = 0.0;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) net_kw += decision.evse_kw[view.connected_evse[c]];
  const double above_kw = target_kw * (1.0 - static_cast<double>(answer.common[give]));
  const double below_kw = std::min(above_kw, target_kw * static_cast<double>(answer.common[refill]));
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    take_kw += view.storage_max_charge_kw[s];
    give_kw += view.storage_max_discharge_kw[s];
  }
  double share = 0.0;
  if (net_kw > above_kw && give_kw > 0.0) share = std::max(-1.0, (above_kw - net_kw) / give_kw);
  if (net_kw < below_kw && take_kw > 0.0) share = std::min(1.0, (below_kw - net_kw) / take_kw);
  for (std::uint32_t s = 0; s < view.n_storages; ++s) decision.storage_kw[s] = fleet::storage_kw_of(view, s, share);
}

void set_storages(std::size_t choice, Answer& answer) {
  answer.common[give] = choice == 0 ? 1.0F : 0.0F;
  answer.common[refill] = choice == 2 ? 1.0F : 0.0F;
}

std::size_t storage_choice(const Answer& answer) {
  if (answer.common[refill] > 0.5F) return 2;
  return answer.common[give] > 0.5F ? 0 : 1;
}

std::array<bool, n_common> answers_that_matter(const Sight& sight, Shape shape) {
  const bool somebody = !sight.who.empty();
  return {somebody && shape == Shape::site, somebody || sight.storages, sight.storages && somebody, sight.storages,
          sight.storages};
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

  // Networks read features by their place: the table must be the very one of the training. @returns its length
  const auto check_features = [&](const char* key, std::span<const Feature> due, auto&& is_table) -> std::size_t {
    if (!head.contains("features") || !head["features"].is_object() || !head["features"].contains(key) ||
        !head["features"][key].is_array())
      throw policy::PolicyError(std::string("its head has no features.") + key);
    const auto& had = head["features"][key];
    bool same = is_table(had.size());
    for (std::size_t i = 0; same && i < had.size(); ++i)
      same = had[i].is_object() && had[i].contains("id") && had[i]["id"] == due[i].id;
    if (!same)
      throw policy::PolicyError(std::string("its table features.") + key +
                                " is not the one of this evtwin; train it anew");
    return had.size();
  };

  // A policy of an older evtwin looks at fewer forecasts.
  const std::size_t n_site = check_features("site", Features::of_site(ahead_),
                                            [&](std::size_t n) { return Features::is_site_table(ahead_, n); });
  sizes_ = {n_site, Features::of_evse().size(), head["hidden"].get<std::size_t>()};

  const std::string kind = text("kind");
  has_rate_ = kind == "ppo" || kind == "ppo-dqn";
  has_gate_ = kind == "dqn" || kind == "ppo-dqn";
  if (!has_rate_ && !has_gate_) throw policy::PolicyError("its kind is '" + kind + "'; ppo, dqn or ppo-dqn is due");
  if (has_gate_ && shape_ == Shape::site) throw policy::PolicyError("a gate is per EVSE; its shape is 'site'");

  site_scale_ = Normaliser(file, "site", sizes_.site);
  if (shape_ == Shape::evse) {
    check_features("evse", Features::of_evse(), [](std::size_t n) { return n == Features::of_evse().size(); });
    evse_scale_ = Normaliser(file, "evse", sizes_.evse);
  }
  if (has_rate_ && shape_ == Shape::site) site_rate_ = SiteNetwork(file, "rate", sizes_, common_outputs);
  if (has_rate_ && shape_ == Shape::evse)
    evse_rate_ = EvseNetwork(file, "rate", sizes_, rate_outputs_each, common_outputs);
  if (has_gate_) gate_ = EvseNetwork(file, "gate", sizes_, gate_outputs_each, gate_storage_outputs);
}

void Policy::normalise_sight(Sight& sight) const {
  site_scale_.normalise_row(sight.site.data());
  if (shape_ == Shape::site) return;
  for (std::size_t i = 0; i < sight.who.size(); ++i) evse_scale_.normalise_row(sight.evses.data() + i * sizes_.evse);
}

void Policy::rate_outputs(const Sight& sight, std::vector<float>& outputs, float* common) const {
  outputs.resize(shape_ == Shape::evse ? sight.who.size() * rate_outputs_each : 0);
  if (shape_ == Shape::site) {
    site_rate_.run_forward(sight.site.data(), common);
  } else {
    evse_rate_.run_forward(sight.site.data(), sight.evses.data(), sight.who.size(), outputs.data(), common);
  }
}

void Policy::gate_outputs(const Sight& sight, std::vector<float>& outputs, float* storages) const {
  outputs.resize(sight.who.size() * gate_outputs_each);
  gate_.run_forward(sight.site.data(), sight.evses.data(), sight.who.size(), outputs.data(), storages);
}

double Policy::rate_of(const float* outputs) const {
  const Beta beta = Beta::from_outputs(outputs);
  return by_mean_ ? beta.mean() : beta.mode();
}

void Policy::answer_sight(Sight& sight, Answer& answer) const {
  normalise_sight(sight);
  answer.common = Answer{}.common;
  answer.evses.assign(shape_ == Shape::evse ? sight.who.size() : 0, 1.0F);
  float out[common_outputs];
  if (has_rate_) {
    rate_outputs(sight, outputs_, out);
    for (std::size_t c = 0; c < n_common; ++c) answer.common[c] = static_cast<float>(rate_of(out + 2 * c));
    for (std::size_t i = 0; i < answer.evses.size(); ++i)
      answer.evses[i] = static_cast<float>(rate_of(outputs_.data() + i * rate_outputs_each));
  }
  if (!has_gate_) return;
  gate_outputs(sight, gates_, out);
  for (std::size_t i = 0; i < answer.evses.size(); ++i) {
    const float* const q = gates_.data() + i * gate_outputs_each;
    if (!(q[1] > q[0])) answer.evses[i] = 0.0F;
  }
  // Where rates are learnt, storages are theirs.
  if (!has_rate_)
    set_storages(static_cast<std::size_t>(std::max_element(out, out + gate_storage_outputs) - out), answer);
}

}  // namespace evtwin::rl
