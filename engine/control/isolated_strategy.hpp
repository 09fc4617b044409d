// A strategy in a child process: the same plugin, the same calls, the same answers, over shared memory. Whatever it
// does to its process, this one lives on. Costs a switch to the child and back and a copy of the columns per decision.
//
//     this process             shared memory                     the child
//     ask_child(): writes the view   view (read only there), columns   serve(): waits for its turn
//     gives the turn away      turn, request, what was said      answers, gives the turn back
//     waits, looks whether     fault: what was touched, where    crashes: the handler writes it down
//     the child still lives
#pragma once
#include <evtwin/strategy.h>

#include <functional>
#include <memory>
#include <string>

#include "control/call.hpp"
#include "control/strategy.hpp"

namespace evtwin::control {

class IsolatedStrategy : public Strategy {
 public:
  /// @param who   "strategy half (libhalf.so)"
  /// @param make  called in the child: opens the plugin and makes the instance. @throws StrategyError there, here.
  IsolatedStrategy(std::string who, const CallLimits& limits, const evtwin_view& first,
                   const std::function<std::unique_ptr<Strategy>(const evtwin_view& first)>& make);
  ~IsolatedStrategy() override;
  IsolatedStrategy(const IsolatedStrategy&) = delete;
  IsolatedStrategy& operator=(const IsolatedStrategy&) = delete;

  void decide(const evtwin_view& view, evtwin_decision& decision) override;
  void end(const evtwin_view& last) override;
  std::string name_in_messages() const override { return who_; }
  bool can_save() const override { return can_save_; }
  void save_memory(std::vector<std::byte>& bytes) override;
  void load_memory(std::span<const std::byte> bytes) override;

 private:
  class Segment;
  void ask_child(std::uint32_t request, const char* what);
  void lost_child();
  bool child_ended(const char* what);
  void look_after_child(const char* what, double waited_s);
  [[noreturn]] void end_child(const std::string& why);
  [[noreturn]] void throw_fault(const std::string& why) const;

  std::string who_;
  CallLimits limits_;
  std::unique_ptr<Segment> segment_;
  int child_ = -1;
  bool can_save_ = false;
};

/// A factory whose instances live in processes of their own: `in_child` is called there, with the same view and seed.
/// @param who  for messages: "strategy half (libhalf.so)"
StrategyFactory isolate_strategy(std::string who, const CallLimits& limits, StrategyFactory in_child);

}  // namespace evtwin::control
