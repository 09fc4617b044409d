// Several observers of one simulation.
#pragma once
#include <algorithm>
#include <vector>

#include "twin/observer.hpp"

namespace evtwin::twin {

/// Passes every call on to each of its observers, in the order in which they were added.
class Tee final : public Observer {
 public:
  void add_observer(Observer& observer) { observers_.push_back(&observer); }
  void remove_observer(const Observer& observer) { std::erase(observers_, &observer); }
  bool empty() const { return observers_.empty(); }
  /// The cheapest observer that does the same: null, the only one, or this.
  Observer* cheapest_observer() { return empty() ? nullptr : observers_.size() == 1 ? observers_.front() : this; }

  void on_power(const PowerSegment& segment) override { call_each(&Observer::on_power, segment); }
  void on_session(const SessionRecord& session) override { call_each(&Observer::on_session, session); }
  void on_signal(const SignalRecord& signal) override { call_each(&Observer::on_signal, signal); }
  void on_decision(const DecisionRecord& decision) override { call_each(&Observer::on_decision, decision); }
  void on_plan(const PlanRecord& plan) override { call_each(&Observer::on_plan, plan); }
  void on_correction(const CorrectionRecord& correction) override { call_each(&Observer::on_correction, correction); }
  void on_meter(const MeterRecord& meter) override { call_each(&Observer::on_meter, meter); }
  void on_evse_day(const EvseDayRecord& day) override { call_each(&Observer::on_evse_day, day); }
  void on_event(const EventRecord& event) override { call_each(&Observer::on_event, event); }
  void on_forecast(const ForecastRecord& forecast) override { call_each(&Observer::on_forecast, forecast); }
  void on_limit_step(const LimitStepRecord& step) override { call_each(&Observer::on_limit_step, step); }
  void on_shared_limit(const SharedLimitRecord& limit) override { call_each(&Observer::on_shared_limit, limit); }
  void on_share(const ShareRecord& share) override { call_each(&Observer::on_share, share); }

 private:
  template <class Record>
  void call_each(void (Observer::*call)(const Record&), const Record& record) {
    for (Observer* observer : observers_) (observer->*call)(record);
  }
  std::vector<Observer*> observers_;
};

}  // namespace evtwin::twin
