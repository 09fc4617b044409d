#include "play.hpp"

#include <fmt/format.h>

#include "policy/policy_file.hpp"

namespace evtwin::rl {

Play::Play(sdk::Setup& setup, const char* kind) {
  const std::string file(setup.text("policy"));
  if (file.empty())
    throw sdk::BadParameter(fmt::format("{} needs a policy: {}:policy=FILE, as `evtwin train` writes it", kind, kind));
  try {
    const policy::PolicyFile read = policy::read_policy_file(file);
    const std::string made = read.head.value("kind", "");
    if (made != kind)
      throw policy::PolicyError(
          fmt::format("it is a policy of kind '{}'; play it with --strategy {}:policy=...", made, made));
    policy_ = std::make_unique<Policy>(read);
  } catch (const policy::PolicyError& error) {
    throw sdk::BadParameter(fmt::format("policy {}: {}", file, error.what()));
  }
  const evtwin_view& first = setup.first().raw;
  eyes_ = std::make_unique<Eyes>(first, policy_->shape(), policy_->n_site());
  hands_ = std::make_unique<Hands>(first, policy_->shape(), eyes_->features().site_kw());
  setup.subscribes = asked_at;
  setup.horizon_steps = Features::horizon_steps(first.tick_ns);
  setup.horizon_reads = Features::horizon_reads(policy_->ahead());
  if (policy_->ahead() == Features::Ahead::all)
    setup.levels.assign(std::begin(Features::levels), std::end(Features::levels));
}

void Play::decide(const sdk::View& view, sdk::Decision& decision) {
  eyes_->look_at(view.raw, sight_);
  policy_->answer_sight(sight_, answer_);
  evtwin_decision raw{};
  raw.evse_kw = decision.evse_kw.data();
  raw.storage_kw = decision.storage_kw.data();
  hands_->write_decision(view.raw, sight_, answer_, raw);
}

}  // namespace evtwin::rl
