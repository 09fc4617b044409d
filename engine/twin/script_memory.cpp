#include "twin/script_memory.hpp"

#include "twin/checkpoint.hpp"

namespace evtwin::twin {

namespace {

/// Passes everything on and writes down what the functions are told.
class Listening : public SiteControls {
 public:
  Listening(SiteControls& real, std::vector<double>& answers) : real_(real), answers_(answers) {}
  double contract_kw(std::uint32_t site) const override { return told(real_.contract_kw(site)); }
  void set_contract_kw(std::uint32_t site, double kw) override { real_.set_contract_kw(site, kw); }
  double export_limit_kw(std::uint32_t site) const override { return told(real_.export_limit_kw(site)); }
  void set_export_limit_kw(std::uint32_t site, double kw) override { real_.set_export_limit_kw(site, kw); }
  double driver_price_per_kwh(std::uint32_t site) const override { return told(real_.driver_price_per_kwh(site)); }
  void set_driver_price_per_kwh(std::uint32_t site, double price) override {
    real_.set_driver_price_per_kwh(site, price);
  }
  double v2g_price_per_kwh(std::uint32_t site) const override { return told(real_.v2g_price_per_kwh(site)); }
  void set_v2g_price_per_kwh(std::uint32_t site, double price) override { real_.set_v2g_price_per_kwh(site, price); }
  void set_evse_available(std::uint32_t site, std::uint32_t evse, bool available) override {
    real_.set_evse_available(site, evse, available);
  }
  bool evse_available(std::uint32_t site, std::uint32_t evse) const override {
    return told(real_.evse_available(site, evse) ? 1.0 : 0.0) != 0.0;
  }

 private:
  double told(double answer) const {
    answers_.push_back(answer);
    return answer;
  }
  SiteControls& real_;
  std::vector<double>& answers_;
};

/// Gives the answers of the time before, in their order; what is set has long been set.
class Repeating : public SiteControls {
 public:
  explicit Repeating(const std::vector<double>& answers) : answers_(answers) {}
  double contract_kw(std::uint32_t) const override { return next(); }
  void set_contract_kw(std::uint32_t, double) override {}
  double export_limit_kw(std::uint32_t) const override { return next(); }
  void set_export_limit_kw(std::uint32_t, double) override {}
  double driver_price_per_kwh(std::uint32_t) const override { return next(); }
  void set_driver_price_per_kwh(std::uint32_t, double) override {}
  double v2g_price_per_kwh(std::uint32_t) const override { return next(); }
  void set_v2g_price_per_kwh(std::uint32_t, double) override {}
  void set_evse_available(std::uint32_t, std::uint32_t, bool) override {}
  bool evse_available(std::uint32_t, std::uint32_t) const override { return next() != 0.0; }

  bool all_given() const { return given_ == answers_.size(); }

 private:
  double next() const {
    if (all_given()) throw CheckpointError("the scenario's functions do not repeat what they did before it");
    return answers_[given_++];
  }
  const std::vector<double>& answers_;
  mutable std::size_t given_ = 0;
};

}  // namespace

void ScriptMemory::run_event(Script& script, std::uint32_t index, TimeNs now_ns, SiteControls& controls) {
  Call& call = calls_.emplace_back();
  call.index = index;
  call.now_ns = now_ns;
  Listening listening(controls, call.answers);
  script.run_event(index, now_ns, listening);
}

void ScriptMemory::replay_events(Script& script) const {
  for (const Call& call : calls_) {
    Repeating repeating(call.answers);
    script.repeat_event(call.index, call.now_ns, repeating);
    if (!repeating.all_given()) throw CheckpointError("the scenario's functions do not repeat what they did before it");
  }
}

}  // namespace evtwin::twin
