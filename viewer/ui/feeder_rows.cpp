#include "viewer/ui/feeder_rows.hpp"

#include <algorithm>
#include <map>

namespace evtwin::viewer::ui {
namespace {

using Kind = FeederRow::Kind;

class Builder {
 public:
  explicit Builder(const model::Run& run) : run_(run) {}

  void site(std::uint32_t site) {
    const model::Site& s = run_.sites[site];
    evses_of_.clear();
    children_of_.clear();
    for (const std::uint32_t evse : s.evses) evses_of_[run_.evses[evse].feeder].push_back(evse);
    for (const std::uint32_t feeder : s.feeders) children_of_[run_.feeders[feeder].parent].push_back(feeder);

    const std::uint32_t top = add(Kind::connection, 0, model::no_row, site);
    if (!s.pv_kw.empty()) add(Kind::pv, 1, top, site);
    if (!s.load_kw.empty()) add(Kind::load, 1, top, site);
    for (const std::uint32_t storage : s.storages) add(Kind::storage, 1, top, storage);
    below(model::no_row, 1, top);
  }
  FeederTree take() { return std::move(tree_); }

 private:
  std::uint32_t add(Kind kind, std::uint32_t depth, std::uint32_t parent, std::uint32_t row) {
    tree_.rows.push_back({kind, depth, parent, row});
    return static_cast<std::uint32_t>(tree_.rows.size() - 1);
  }

  /// A file of a stranger may hang feeders on each other in a circle: those are reached from nowhere, and left out.
  void below(std::uint32_t feeder, std::uint32_t depth, std::uint32_t parent) {
    for (const std::uint32_t child : children_of_[feeder]) {
      const std::uint32_t at = add(Kind::feeder, depth, parent, child);
      below(child, depth + 1, at);
    }
    for (StationRow& station : stations_of(run_, evses_of_[feeder])) {
      tree_.stations.push_back(std::move(station));
      add(Kind::station, depth, parent, static_cast<std::uint32_t>(tree_.stations.size() - 1));
    }
  }

  const model::Run& run_;
  FeederTree tree_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> evses_of_, children_of_;  // by feeder; no_row: the connection
};

}  // namespace

FeederTree feeder_tree(const model::Run& run, std::uint32_t site) {
  Builder builder(run);
  for (std::uint32_t s = 0; s < run.sites.size(); ++s) {
    if (site == model::no_row || site == s) builder.site(s);
  }
  return builder.take();
}

double full_power_kw(const model::Run& run, std::uint32_t site) {
  double most_kw = 0.0;
  for (std::uint32_t s = 0; s < run.sites.size(); ++s) {
    if (site != model::no_row && s != site) continue;
    double site_kw = 0.0;
    for (const std::uint32_t evse : run.sites[s].evses) site_kw += run.evses[evse].max_kw;
    most_kw = std::max(most_kw, site_kw);
  }
  return most_kw + 1.0;
}

}  // namespace evtwin::viewer::ui
