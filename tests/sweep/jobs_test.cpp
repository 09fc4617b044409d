// Many processes on one sweep, as others start them: the script for GNU parallel, Open MPI's mpirun, Slurm's array
// (played by a script of this test). One that is killed loses the world it was in, and nothing else.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Jobs : public Command {
 protected:
  static constexpr std::size_t runs = 24;

  /// 3 points x 4 seeds x 2 strategies of one day, planned in `folder`.
  void plan(const std::string& folder) const {
    const Said said =
        run({"sweep", "plan", source_dir + "/scenarios/workplace_week.lua", "--vary", "contract_kw=60:120:30",
             "--strategies", "asap,edf", "--seeds", "1..4", "--days", "1", "--out", path(folder)});
    ASSERT_EQ(said.status, 0) << said.err;
  }
  /// The table of one process alone.
  std::string whole_table() const {
    plan("whole");
    EXPECT_EQ(run({"sweep", "run", path("whole")}).status, 0);
    return read_all(path("whole/table.csv"));
  }
  static bool has_program(const std::string& name) {
    return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
  }
  /// A script of the shell in the background, its words in `name`.out.
  pid_t start_script(const std::string& script, const std::string& name) const {
    const pid_t child = fork();
    if (child != 0) return child;
    setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
    if (freopen(path(name + ".out").c_str(), "wb", stdout) == nullptr || dup2(1, 2) < 0) _exit(99);
    execl("/bin/bash", "bash", "-c", script.c_str(), nullptr);
    _exit(98);
  }
  int finish_script(pid_t child) const {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int run_script(const std::string& script, const std::string& name) const {
    return finish_script(start_script(script, name));
  }
  /// A process of the program that works in the folder, below `ancestor`.
  pid_t worker_below(pid_t ancestor, const std::string& folder) const {
    for (const auto& entry : fs::directory_iterator("/proc")) {
      const pid_t pid = std::atoi(entry.path().filename().c_str());
      if (pid <= 0) continue;
      const std::string words = read_all(entry.path().string() + "/cmdline");
      if (words.find(path(folder)) == std::string::npos || !words.starts_with(paths::program)) continue;
      for (pid_t up = pid; up > 1; up = parent_of(up)) {
        if (up == ancestor) return pid;
      }
    }
    return 0;
  }
  static pid_t parent_of(pid_t pid) {
    const std::string stat = read_all("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t behind_name = stat.rfind(')');
    if (behind_name == std::string::npos) return 0;
    std::istringstream rest(stat.substr(behind_name + 1));
    char state = ' ';
    pid_t parent = 0;
    rest >> state >> parent;
    return parent;
  }
  /// Lines of all rows below a folder, whose first ones name figures.
  std::size_t rows_below(const std::string& folder) const {
    std::size_t rows = 0;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(path(folder), error)) {
      if (entry.path().extension() != ".jsonl") continue;
      const std::string text = read_all(entry.path().string());
      const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
      rows += lines > 0 ? lines - 1 : 0;
    }
    return rows;
  }
  /// Waits until some rows are there, then kills one of the workers. @returns whether there was one
  bool kill_a_worker(pid_t starter, const std::string& folder) const {
    while (rows_below(folder) < 3) {
      if (is_over(starter)) return false;
    }
    for (;;) {
      const pid_t worker = worker_below(starter, folder);
      if (worker > 0 && ::kill(worker, SIGKILL) == 0) return true;
      if (is_over(starter)) return false;
    }
  }
  static bool is_over(pid_t child) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
  }
  std::string emitted(const std::string& kind, const std::string& folder) const {
    const Said said = run({"sweep", "emit", kind, path(folder), "--shards", "3"});
    EXPECT_EQ(said.status, 0) << said.err;
    return write(kind + ".sh", said.out);
  }
};

TEST_F(Jobs, TheScriptForGnuParallelDoesTheSweep) {
  if (!has_program("parallel")) GTEST_SKIP() << "GNU parallel is not installed (apt install parallel)";
  const std::string whole = whole_table();
  plan("study");
  const std::string script = emitted("parallel", "study");
  EXPECT_EQ(run_script("bash " + script, "first"), 0) << read_all(path("first.out"));
  EXPECT_TRUE(read_all(path("study/table.csv")) == whole);
  EXPECT_EQ(rows_below("study"), runs);
}

TEST_F(Jobs, AKilledShardOfGnuParallelIsTriedAgainAndGoesOn) {
  if (!has_program("parallel")) GTEST_SKIP() << "GNU parallel is not installed (apt install parallel)";
  const std::string whole = whole_table();
  plan("study");
  const std::string script = emitted("parallel", "study");
  const pid_t started = start_script("bash " + script, "killed");
  const bool killed = kill_a_worker(started, "study");
  EXPECT_EQ(finish_script(started), 0) << read_all(path("killed.out"));
  EXPECT_TRUE(killed);
  EXPECT_TRUE(read_all(path("study/table.csv")) == whole);
  EXPECT_EQ(rows_below("study"), runs) << "nothing that was done is done again";
}

TEST_F(Jobs, ARankOfMpirunThatIsKilledLosesItsWorldOnly) {
  if (!has_program("mpirun")) GTEST_SKIP() << "Open MPI is not installed (apt install openmpi-bin)";
  const std::string whole = whole_table();
  plan("study");
  const std::string command = "mpirun --allow-run-as-root --oversubscribe --enable-recovery -np 3 " + paths::program +
                              " sweep run " + path("study") + " --threads 1";
  const pid_t started = start_script("exec " + command, "mpirun");
  const bool killed = kill_a_worker(started, "study");
  finish_script(started);  // the killed rank is in mpirun's status
  EXPECT_TRUE(killed) << read_all(path("mpirun.out"));
  EXPECT_TRUE(read_all(path("study/table.csv")) == whole) << read_all(path("mpirun.out"));
  EXPECT_EQ(rows_below("study"), runs) << "nobody does what another has";
}

// sbatch of the test: runs each job of the array at once, the one that depends on it afterwards.
TEST_F(Jobs, TheScriptForSlurmDoesTheSweepAsAnArray) {
  const std::string whole = whole_table();
  plan("study");
  const std::string script = emitted("slurm", "study");
  fs::create_directories(path("bin"));
  write(
      "bin/sbatch",
      "#!/bin/bash\nset -e\njob=$(mktemp)\ncat >\"$job\"\nlast=1\nfor word in \"$@\"; do\n  case $word in --array=1-*) "
      "last=${word#--array=1-} ;; esac\ndone\nfor i in $(seq $last); do SLURM_ARRAY_TASK_ID=$i bash \"$job\" >&2; "
      "done\n"
      "rm \"$job\"\necho 7\n");
  fs::permissions(path("bin/sbatch"), fs::perms::owner_all);
  EXPECT_EQ(run_script("PATH=" + path("bin") + ":$PATH bash " + script, "slurm"), 0) << read_all(path("slurm.out"));
  EXPECT_TRUE(read_all(path("study/table.csv")) == whole);
  EXPECT_EQ(rows_below("study"), runs);
}

}  // namespace
}  // namespace evtwin::testing
