#include "optimise/keyed_basis.hpp"

#include <algorithm>
#include <unordered_map>

namespace evtwin::optimise {

namespace {

/// Name of a series without its steps.
struct Name {
  std::uint64_t owner;
  std::uint32_t part_and_future;
  bool operator==(const Name&) const = default;
};

Name name_of(const Series& series) {
  return {series.owner, (series.future << 9) | (static_cast<std::uint32_t>(series.part) << 1) | (series.row ? 1u : 0u)};
}

struct Hash {
  std::size_t operator()(const Name& name) const {
    return (name.owner ^ (std::uint64_t{name.part_and_future} << 40)) * 0x9e3779b97f4a7c15ull >> 20;
  }
};

/// Sides of a polygon have several series of one name; each is one step, which is then part of the name.
Name full_name(const Series& series) {
  Name name = name_of(series);
  if (series.part == Part::side) name.owner ^= static_cast<std::uint64_t>(series.first_number) << 32;
  return name;
}

}  // namespace

KeyedBasis key_basis(const PlanModel& model, const Basis& basis) {
  KeyedBasis saved;
  saved.series = model.series;
  saved.standings.resize(model.ids.size());
  for (const Series& series : model.series)
    for (std::uint32_t i = series.offset; i < series.offset + series.length; ++i) {
      const std::uint32_t id = model.ids[i];
      saved.standings[i] = id == no_index ? (series.row ? Standing::basic : Standing::at_lower)
                                          : (series.row ? basis.rows[id] : basis.columns[id]);
    }
  return saved;
}

Basis fit_basis(const KeyedBasis& saved, const PlanModel& model, Basis basis) {
  if (saved.empty()) return basis;
  std::unordered_map<Name, std::uint32_t, Hash> index;
  index.reserve(saved.series.size());
  for (std::uint32_t s = 0; s < saved.series.size(); ++s) index.emplace(full_name(saved.series[s]), s);

  for (const Series& series : model.series) {
    const auto found = index.find(full_name(series));
    if (found == index.end()) continue;
    const Series& old = saved.series[found->second];
    // One-step series (a goal, a peak) are the same whenever they begin.
    const std::int64_t ahead = series.length == 1 && old.length == 1 ? 0 : series.first_number - old.first_number;
    auto& standings = series.row ? basis.rows : basis.columns;
    for (std::uint32_t i = 0; i < series.length; ++i) {
      const std::int64_t then = ahead + i;
      const std::uint32_t id = model.ids[series.offset + i];
      if (id == no_index || then < 0 || then >= old.length) continue;
      standings[id] = saved.standings[old.offset + static_cast<std::uint32_t>(then)];
    }
  }

  // A goal whose basic column lies in a step that is past rests on its own slack.
  std::int64_t lacking = static_cast<std::int64_t>(basis.rows.size());
  for (const Standing standing : basis.columns) lacking -= standing == Standing::basic ? 1 : 0;
  for (const Standing standing : basis.rows) lacking -= standing == Standing::basic ? 1 : 0;

  for (const ModelBlock& block : model.blocks)
    for (std::size_t v = 0; lacking > 0 && v < block.vehicles.size(); ++v) {
      const VehicleColumns& columns = block.vehicles[v];
      if (columns.need_row == no_index || basis.rows[columns.need_row] == Standing::basic) continue;
      const auto stands_basic = [&](std::uint32_t column) {
        return column != no_index && basis.columns[column] == Standing::basic;
      };

      bool has_basic = stands_basic(columns.unmet);
      for (std::uint32_t i = 0; !has_basic && i < columns.length; ++i)
        has_basic =
            stands_basic(columns.charge + i) || (columns.discharge != no_index && stands_basic(columns.discharge + i));
      if (has_basic) continue;
      basis.rows[columns.need_row] = Standing::basic;
      --lacking;
    }

  // A basis has exactly as many basic members as rows: slacks make up for the rest, and columns too many go to a bound.
  for (std::size_t r = 0; lacking > 0 && r < basis.rows.size(); ++r)
    if (basis.rows[r] != Standing::basic) {
      basis.rows[r] = Standing::basic;
      --lacking;
    }
  for (std::size_t c = basis.columns.size(); lacking < 0 && c-- > 0;)
    if (basis.columns[c] == Standing::basic) {
      basis.columns[c] = Standing::at_lower;
      ++lacking;
    }
  return basis;
}

}  // namespace evtwin::optimise
