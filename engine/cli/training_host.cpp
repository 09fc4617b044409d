#include "cli/training_host.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "kernel/text.hpp"
#include "policy/sha256.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::string_view checkpoint_title = "evtwin-training/1\n";

bool is_there(const std::string& file) { return fs::exists(fs::symlink_status(file)); }

std::string bytes_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Whole or not at all: written beside and moved to its name. @returns errno; 0: done
/// @param over  in place of what is there; else EEXIST
int write_whole(const std::string& file, std::string_view bytes, bool over) {
  const std::string part = fmt::format("{}.{}.part", file, ::getpid());
  std::FILE* const stream = std::fopen(part.c_str(), "wbx");
  if (stream == nullptr) return errno;
  errno = 0;
  bool good = std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size() && std::fflush(stream) == 0 &&
              ::fsync(::fileno(stream)) == 0;
  int why = good ? 0 : errno;
  if (std::fclose(stream) != 0 && why == 0) why = errno;
  good = good && why == 0;
  if (good) {
    good = ::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, file.c_str(), over ? 0 : RENAME_NOREPLACE) == 0;
    why = good ? 0 : errno;
    if (!good && why == EINVAL) {  // a file system without that
      good = !is_there(file) && std::rename(part.c_str(), file.c_str()) == 0;
      why = good ? 0 : EEXIST;
    }
  }
  if (!good) std::remove(part.c_str());
  return good ? 0 : std::max(why, 1);
}

std::string why_not(int error) { return fmt::format("can not be written ({})", std::strerror(error)); }

/// The checkpoint: the title, the line "head N", N bytes of JSON, a line feed, the policy kept by then, the learner's
/// state, and the SHA-256 of all before.
struct Checkpoint {
  Json head;
  std::string policy, state;
};

std::string checkpoint_bytes(Json head, std::string_view policy, std::string_view state) {
  head["policy_bytes"] = policy.size();
  head["state_bytes"] = state.size();
  const std::string text = head.dump();
  std::string bytes = fmt::format("{}head {}\n{}\n", checkpoint_title, text.size(), text);
  bytes.append(policy).append(state);
  return bytes + policy::sha256_hex(bytes);
}

Checkpoint read_checkpoint(const std::string& file) {
  const auto refuse = [&](const char* why) { throw CommandError(fmt::format("{}: {}", file, why)); };
  const std::string bytes = bytes_of(file);
  std::string_view rest = bytes;
  if (!rest.starts_with(checkpoint_title)) refuse("it is no checkpoint of a training");

  // The sum is checked before anything is parsed.
  constexpr std::size_t sum_size = 64;
  if (bytes.size() < checkpoint_title.size() + sum_size ||
      policy::sha256_hex(rest.substr(0, bytes.size() - sum_size)) != rest.substr(bytes.size() - sum_size))
    refuse("it is cut short or damaged; begin anew without --resume");

  rest.remove_suffix(sum_size);
  rest.remove_prefix(checkpoint_title.size() + std::string_view("head ").size());
  std::size_t size = 0;
  const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (fault != std::errc() || rest.size() < size + 2) refuse("it is damaged");

  Checkpoint read;
  try {
    read.head = Json::parse(rest.substr(1, size));
    rest.remove_prefix(size + 2);
    read.policy = rest.substr(0, read.head.at("policy_bytes").get<std::size_t>());
    read.state = rest.substr(read.policy.size());
    if (read.state.size() != read.head.at("state_bytes").get<std::size_t>()) refuse("it is damaged");
  } catch (const Json::exception&) {
    refuse("it is damaged");
  }
  return read;
}

double number_of(const Json& value) { return value.is_number() ? value.get<double>() : kernel::unknown; }

/// The first thing in which two trainings differ.
std::string difference(const std::string& then, const std::string& now) {
  const Json a = Json::parse(then, nullptr, false), b = Json::parse(now, nullptr, false);
  for (const auto& [key, value] : b.items()) {
    if (!a.is_object() || !a.contains(key) || a[key] != value)
      return fmt::format("its {} was {}, now it is {}", key,
                         a.is_object() && a.contains(key) ? kernel::make_printable(a[key].dump(), 120) : "not told",
                         kernel::make_printable(value.dump(), 120));
  }
  return "it was asked for otherwise";
}

/// "policy.entropy" as TensorBoard groups it.
std::string tag_of(std::string_view id) {
  std::string tag(id);
  if (const std::size_t dot = tag.find('.'); dot != std::string::npos) tag[dot] = '/';
  return tag;
}

double unix_s() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

TrainingHost& host_of(const evtwin_training* training) { return *static_cast<TrainingHost*>(training->context); }

}  // namespace

TrainingHost::TrainingHost(Task task, record::LearningCurve& curve, bool resume)
    : task_(std::move(task)),
      curve_(curve),
      resumed_(resume),
      bar_("training"),
      begun_(std::chrono::steady_clock::now()) {
  if (resume) {
    go_on();
  } else {
    for (const std::string& file : {task_.files.policy, task_.files.events}) {
      if (is_there(file)) throw CommandError(file + ": is there already and is kept; name another file");
    }
    if (is_there(task_.files.checkpoint))
      throw CommandError(task_.files.checkpoint +
                         ": a training was left there; --resume goes on with it, or name another file");
  }
  events_.emplace(task_.files.events, unix_s(), steps > 0 ? steps : episodes);
  curve_.set_training(training_row("running"));
}

/// The state of files is that of the checkpoint: what was kept and drawn after it comes again.
void TrainingHost::go_on() {
  const auto known = curve_.find_training(task_.seed);
  if (known && known->identity != task_.identity)
    throw CommandError(fmt::format("{}: was another training: {}", task_.files.checkpoint,
                                   difference(known->identity, task_.identity)));

  // A policy under that name that this training did not keep is somebody's own.
  const bool policy_there = is_there(task_.files.policy);
  if (policy_there && !curve_.knows_policy(task_.seed, policy::sha256_hex(bytes_of(task_.files.policy))))
    throw CommandError(task_.files.policy + ": is not what this training has kept there, and it stays");

  Checkpoint from;
  if (is_there(task_.files.checkpoint)) {
    from = read_checkpoint(task_.files.checkpoint);
    if (const std::string then = from.head.value("identity", ""); then != task_.identity)
      throw CommandError(
          fmt::format("{}: was another training: {}", task_.files.checkpoint, difference(then, task_.identity)));
    episodes = from.head.value("episodes", std::uint64_t{0});
    steps = from.head.value("steps", std::uint64_t{0});
    wall_before_s_ = from.head.value("wall_s", 0.0);
    first_objective = number_of(from.head["first_objective"]);
    best_objective = number_of(from.head["best_objective"]);
    resume_from_ = std::move(from.state);
  }

  // Rows drawn after the checkpoint come again.
  curve_.forget_rows_after(task_.seed, from.head.is_object() ? from.head.value("curve_row", std::int64_t{0}) : 0);
  if (policy_there && from.policy.empty()) fs::remove(task_.files.policy);

  if (from.policy.empty()) return;
  if (const int why = write_whole(task_.files.policy, from.policy, policy_there))
    throw CommandError(fmt::format("{}: {}", task_.files.policy, why_not(why)));

  kept_ = std::move(from.policy);
  sha256_ = policy::sha256_hex(kept_);
  bytes = kept_.size();
}

void TrainingHost::hand_to(evtwin_training& training) {
  training.context = this;
  training.tell = [](const evtwin_training* t, const evtwin_learner_progress* now) {
    return now == nullptr ? 1U : host_of(t).take_progress(*now);
  };
  training.report = [](const evtwin_training* t, std::uint32_t severity, const char* text) {
    host_of(t).print_report(severity, text == nullptr ? "" : text);
  };
  training.keep = [](const evtwin_training* t, const void* policy, std::uint64_t n) {
    return host_of(t).keep_policy({static_cast<const char*>(policy), policy == nullptr ? 0 : n});
  };
  training.checkpoint = [](const evtwin_training* t, const void* state, std::uint64_t n) {
    return host_of(t).write_checkpoint({static_cast<const char*>(state), state == nullptr ? 0 : n});
  };
  if (resume_from_.empty()) return;
  training.resume_from = resume_from_.data();
  training.resume_bytes = resume_from_.size();
}

std::uint32_t TrainingHost::take_progress(const evtwin_learner_progress& now) {
  episodes = now.episodes;
  steps = now.steps;
  // Of the same measure as the best: the mean of the episodes trained on is of other days, and explores.
  if (std::isnan(first_objective)) first_objective = now.best_objective;
  best_objective = now.best_objective;
  take_shares(now);
  if (curve_stands_) {
    try {
      draw_progress(now);
    } catch (const std::exception& trouble) {
      curve_stands_ = false;
      print_remark(fmt::format("the learning curve ends here: {}", trouble.what()));
    }
  }
  const double share = static_cast<double>(episodes) / static_cast<double>(task_.episodes);
  const double spent_s = wall_s();
  bar_.show_fraction(std::min(1.0, share), "training",
                     fmt::format("{} of {} episodes, best {:.6g}, {:.0f} s left", episodes, task_.episodes,
                                 best_objective, share > 0.0 ? spent_s * (1.0 - std::min(1.0, share)) / share : 0.0));
  return was_interrupted() ? 1 : 0;
}

void TrainingHost::draw_progress(const evtwin_learner_progress& now) {
  const record::CurvePoint at{task_.seed, episodes, steps, wall_s()};
  std::vector<record::EventScalar> drawn;
  const auto add = [&](std::string_view id, std::string_view unit, double value) {
    if (unit == "money") unit = task_.currency;
    curve_.add_point(at, id, unit, value);
    if (std::isfinite(value)) drawn.push_back({tag_of(id), static_cast<float>(value)});
  };
  add("episode.objective", "money", now.mean_objective);
  add("best.objective", "money", now.best_objective);
  for (std::uint32_t i = 0; now.scalars != nullptr && i < now.n_scalars; ++i) {
    const evtwin_learner_scalar& scalar = now.scalars[i];
    if (scalar.id == nullptr || *scalar.id == '\0') continue;
    add(kernel::make_printable(scalar.id, 100), scalar.unit == nullptr ? "" : scalar.unit, scalar.value);
  }
  events_->append_scalars(unix_s(), steps > 0 ? steps : episodes, drawn);
  events_->flush_file();
}

/// Names without their prefix; figures that are not known this time stay.
void TrainingHost::take_shares(const evtwin_learner_progress& now) {
  constexpr std::string_view part = "reward.part.", action = "action.", whole = "episode.reward";
  for (std::uint32_t i = 0; now.scalars != nullptr && i < now.n_scalars; ++i) {
    const evtwin_learner_scalar& scalar = now.scalars[i];
    const std::string_view id = scalar.id == nullptr ? "" : scalar.id;
    if (!std::isfinite(scalar.value)) continue;
    if (!id.starts_with(part) && !id.starts_with(action) && id != whole) continue;
    const std::string name = id == whole            ? "reward"
                             : id.starts_with(part) ? fmt::format("  {}", id.substr(part.size()))
                                                    : std::string(id);
    auto share = std::find_if(shares.begin(), shares.end(), [&](const Share& known) { return known.id == name; });
    if (share == shares.end()) share = shares.insert(shares.end(), {name, scalar.value, scalar.value});
    share->last = scalar.value;
  }
}

void TrainingHost::print_report(std::uint32_t severity, const char* text) {
  if (severity == EVTWIN_ERROR) {
    error = text;
  } else if (severity >= EVTWIN_INFO) {
    print_remark(text);
  }
}

void TrainingHost::print_remark(const std::string& text) {
  if (std::find(remarks.begin(), remarks.end(), text) == remarks.end()) remarks.push_back(text);
}

evtwin_status TrainingHost::keep_policy(std::string_view policy) {
  const std::string& file = task_.files.policy;
  if (policy.empty()) return not_kept(file, "a policy has bytes, this one has none");
  try {
    // A file that somebody put there meanwhile stays.
    if (is_there(file) && (kept_.empty() || bytes_of(file) != kept_))
      return not_kept(file, "there is another file by now, and it is kept");
    std::string sha256 = policy::sha256_hex(policy);
    if (curve_stands_) curve_.expect_policy(task_.seed, sha256);
    if (const int why = write_whole(file, policy, !kept_.empty()))
      return not_kept(file, why == EEXIST ? "there is another file by now, and it is kept" : why_not(why));
    kept_ = policy;
    sha256_ = std::move(sha256);
    bytes = policy.size();
    return EVTWIN_OK;
  } catch (const std::exception& trouble) {
    return not_kept(file, trouble.what());
  }
}

evtwin_status TrainingHost::write_checkpoint(std::string_view state) {
  const std::string& file = task_.files.checkpoint;
  try {
    Json head{{"identity", task_.identity}, {"episodes", episodes}, {"steps", steps}, {"wall_s", wall_s()}};
    head["first_objective"] = first_objective;  // NaN becomes null
    head["best_objective"] = best_objective;
    head["curve_row"] = curve_stands_ ? curve_.last_row() : 0;
    if (curve_stands_) curve_.commit_rows();
    if (const int why = write_whole(file, checkpoint_bytes(std::move(head), kept_, state), true))
      return not_kept(file, why_not(why));
    return EVTWIN_OK;
  } catch (const std::exception& trouble) {
    return not_kept(file, trouble.what());
  }
}

/// Said at the end as well, whatever the learner makes of it.
evtwin_status TrainingHost::not_kept(const std::string& file, const std::string& why) {
  error = fmt::format("{}: {}", kernel::make_printable(file), why);
  print_remark(error);
  return EVTWIN_FAILED;
}

void TrainingHost::end_training(const char* state) {
  if (std::string_view(state) == "complete") fs::remove(task_.files.checkpoint);
  events_->close_file();
  if (!resumed_ && !leaves_anything()) events_->remove_file();
  if (!curve_stands_) return;
  curve_.set_training(training_row(state));
}

bool TrainingHost::leaves_anything() const { return bytes > 0 || is_there(task_.files.checkpoint); }

record::TrainingRow TrainingHost::training_row(const char* state) const {
  return {task_.seed, state,           task_.learner,  task_.identity, task_.files.policy, sha256_, episodes,
          steps,      first_objective, best_objective, wall_s()};
}

double TrainingHost::wall_s() const {
  return wall_before_s_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
}

}  // namespace evtwin::cli
