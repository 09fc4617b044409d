// Last words of the program when a plugin in this process crashes or ends it. The process can not go on: what the
// plugin broke nobody knows. One line says which plugin, in which call and why; the run file keeps its state "running".
#pragma once

namespace evtwin::cli {

/// From now on handlers for signals of crashes, and one for exit(), say the line where a plugin is in a call, and end
/// the process with status 1. Any other crash goes its way. For the program alone: a library owns neither.
void name_plugins_that_end_the_process();

/// Says which plugin this thread is in, if any. May be called by a handler of signals.
void say_interrupted_plugin() noexcept;

}  // namespace evtwin::cli
