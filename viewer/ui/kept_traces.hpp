// Where what is made from a run for plots is kept while the run is open.
#pragma once
#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "viewer/ui/traces.hpp"

namespace evtwin::viewer::ui {

/// Things made from a run, by (run, key): the last few runs' are kept.
template <class Key, class Value>
class KeptTraces {
 public:
  template <class Make>
  const Value& get_or_make(std::uint64_t run, const Key& key, Make make) {
    auto place = std::find_if(runs_.begin(), runs_.end(), [&](const auto& entry) { return entry.first == run; });
    if (place == runs_.end()) {
      runs_.emplace_front(run, std::map<Key, Value>());
      place = runs_.begin();
      if (runs_.size() > 4) runs_.pop_back();
    }
    const auto found = place->second.find(key);
    return found != place->second.end() ? found->second : place->second.emplace(key, make()).first->second;
  }

 private:
  std::list<std::pair<std::uint64_t, std::map<Key, Value>>> runs_;
};

struct TraceStore {
  using SiteStation = std::pair<std::uint32_t, std::string>;
  KeptTraces<std::uint32_t, EvseTrace> evses;
  KeptTraces<std::uint32_t, model::Series> storages;
  KeptTraces<SiteStation, Stack> stacks;
  KeptTraces<std::pair<std::uint64_t, std::uint32_t>, SharedSignals> shared;  ///< of (other run, site)
  KeptTraces<std::pair<SiteStation, model::EvseOrder>, std::vector<std::uint32_t>> shown;
};

}  // namespace evtwin::viewer::ui
