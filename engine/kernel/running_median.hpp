// The median of all that was added so far.
#pragma once
#include <functional>
#include <queue>
#include <vector>

namespace evtwin::kernel {

/// Two heaps, O(log n) for each value added.
template <class T>
class RunningMedian {
 public:
  void add_value(T value) {
    if (low_.empty() || value <= low_.top()) {
      low_.push(value);
    } else {
      high_.push(value);
    }
    if (low_.size() > high_.size() + 1) {
      high_.push(low_.top());
      low_.pop();
    } else if (high_.size() > low_.size()) {
      low_.push(high_.top());
      high_.pop();
    }
  }

  bool empty() const { return low_.empty(); }
  /// The lower of the two in the middle. @pre !empty()
  T lower_of_middle() const { return low_.top(); }
  /// The mean of the two in the middle. @pre !empty()
  T mean_of_middle() const { return low_.size() > high_.size() ? low_.top() : (low_.top() + high_.top()) / 2; }

 private:
  std::priority_queue<T> low_;  ///< as many as high_, or one more
  std::priority_queue<T, std::vector<T>, std::greater<>> high_;
};

}  // namespace evtwin::kernel
