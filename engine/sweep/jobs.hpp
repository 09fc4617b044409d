// Scripts that run a sweep's shards on many machines.
#pragma once

#include <cstddef>
#include <string>

namespace evtwin::sweep {

/// A batch script for `sbatch`: an array of `shards` jobs, each with a folder of its own below `folder`, and, when all
/// are done, one that merges them. @param program  evtwin, as the nodes have it
std::string slurm_script(const std::string& program, const std::string& folder, std::size_t shards);
/// The same for GNU parallel, on one machine or with its --sshlogin on several.
std::string parallel_script(const std::string& program, const std::string& folder, std::size_t shards);

}  // namespace evtwin::sweep
