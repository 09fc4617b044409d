// The process under a plugin's calls: memory, files, threads, streams, and what is global in C stay as they were.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "control/process_state.hpp"

namespace evtwin::plugin_check {

/// Calls `live(0)`, `live(1)`, ...: each makes an instance, has it do something and destroys it.
/// @throws Failed where they leave files, threads or memory behind.
void expect_lives_leave_nothing(const std::function<void(std::uint64_t life)>& live);

/// @throws Failed where `work` writes to the standard streams, or closes or replaces one.
void expect_silence(const std::function<void()>& work);

/// @param when  "in create()". @throws Failed naming the first thing that is other than when `before` was made.
void expect_unchanged(const control::ProcessState& before, const std::string& when);

/// Bytes that are allocated in this process; the allocator's own caches are in it.
std::size_t allocated_bytes();
/// ... and those that were mapped beside the allocator.
std::size_t taken_bytes();
std::size_t open_files();

/// After destroy(). @throws Failed where a process that the plugin started still runs; it is ended.
void expect_no_processes_left();
std::size_t threads_now();
/// Lets threads that are on their way out leave; those that mean to stay are still there afterwards.
void wait_for_threads(std::size_t expected);
/// After destroy(). @param before  how many there were; @param may_stay  it said EVTWIN_STRATEGY_KEEP_LOADED
void expect_no_threads_left(std::size_t before, bool may_stay);

}  // namespace evtwin::plugin_check
