// The turn of two processes that work one after the other, in memory that both see.
//
// The one that waits looks at the turn for some microseconds before it sleeps: where each has a core of its own most
// answers come in that time, and no system call is made. Where they share one, looking keeps the other from its work.
// So looks that came to nothing make the next waits sleep at once: one, three, seven of them, and so on.
#pragma once
#include <atomic>
#include <cstdint>

namespace evtwin::control {

class HandOver {
 public:
  enum Turn : std::uint32_t { parent, child };

  /// One of the two, in its own process.
  class Side {
   public:
    Side(HandOver& shared, Turn mine) : shared_(shared), mine_(mine) {}
    /// Until it is this side's turn, or for about `ms` milliseconds. @returns whether it is.
    bool wait_for_turn(long ms);
    /// The turn is the other side's now.
    void give_turn();

   private:
    bool come_while_looking();

    HandOver& shared_;
    Turn mine_;
    std::uint32_t missed_ = 0;    ///< times in a row that looking came to nothing
    std::uint32_t to_sleep_ = 0;  ///< waits from now on that sleep at once
  };

 private:
  std::atomic<std::uint32_t> turn_{parent};
  std::atomic<std::uint32_t> asleep_[2]{};  ///< by side: it must be woken
};

}  // namespace evtwin::control
