#include "sweep/jobs.hpp"

#include <fmt/format.h>

#include "kernel/shell_text.hpp"

namespace evtwin::sweep {

using kernel::shell_quoted;

std::string slurm_script(const std::string& program, const std::string& folder, std::size_t shards) {
  return fmt::format(
      "#!/bin/bash\n"
      "# {1} shards of the sweep in {2}. A job that is killed loses only the worlds it was running:\n"
      "# submitted again, each shard goes on where it was. Submit:  bash THIS_FILE\n"
      "set -euo pipefail\n"
      "jobs=$(sbatch --parsable --array=1-{1} --cpus-per-task=\"${{CPUS:-1}}\" <<'JOB'\n"
      "#!/bin/bash\n"
      "#SBATCH --job-name=evtwin-sweep\n"
      "exec {0} sweep run {2} --out {2}/shards/\"$SLURM_ARRAY_TASK_ID\" --shard \"$SLURM_ARRAY_TASK_ID\"/{1} \\\n"
      "  --threads \"${{SLURM_CPUS_PER_TASK:-1}}\"\n"
      "JOB\n"
      ")\n"
      "sbatch --dependency=afterok:\"$jobs\" --job-name=evtwin-merge <<'JOB'\n"
      "#!/bin/bash\n"
      "exec {0} sweep merge {2}/shards/* --out {2}\n"
      "JOB\n",
      shell_quoted(program), shards, shell_quoted(folder));
}

std::string parallel_script(const std::string& program, const std::string& folder, std::size_t shards) {
  return fmt::format(
      "#!/bin/bash\n"
      "# {1} shards of the sweep in {2}, one per core. One that is killed is started again and goes on where it was,\n"
      "# as all of them do when this is run again.\n"
      "set -euo pipefail\n"
      "seq {1} | parallel --retries 3 --halt soon,fail=1 {3}\n"
      "exec {0} sweep merge {2}/shards/* --out {2}\n",
      shell_quoted(program), shards, shell_quoted(folder),
      shell_quoted(fmt::format("{0} sweep run {2} --out {2}/shards/{{}} --shard {{}}/{1} --threads 1",
                               shell_quoted(program), shards, shell_quoted(folder))));
}

}  // namespace evtwin::sweep
