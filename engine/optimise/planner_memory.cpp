#include "optimise/planner_memory.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <tuple>
#include <type_traits>

namespace evtwin::optimise {

namespace {

constexpr std::uint64_t memory_mark = 0x31'6e'61'6c'70'76'65ull;  // "evplan1"
static_assert(static_cast<char>(memory_mark) == 'e' && static_cast<char>(memory_mark >> 48U) == '1',
              "bytes lie in a file from the lowest on");
static_assert(std::endian::native == std::endian::little, "numbers are saved as they lie in memory");

class Writer {
 public:
  template <typename T>
  void put(const T& value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  template <typename T>
  void put_all(const std::vector<T>& values) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    put(static_cast<std::uint64_t>(values.size()));
    const auto at = bytes_.size();
    bytes_.resize(at + values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(bytes_.data() + at, values.data(), values.size() * sizeof(T));
  }
  std::vector<std::byte> bytes() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <typename T>
  T get() {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    T value;
    need(sizeof value);
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }
  /// A count of things of at least `size` bytes each: what is not there is not made room for.
  std::size_t count(std::size_t size) {
    const auto n = get<std::uint64_t>();
    if (n > bytes_.size() / size) refuse();
    return static_cast<std::size_t>(n);
  }
  template <typename T>
  std::vector<T> get_all() {
    std::vector<T> values(count(sizeof(T)));
    if (!values.empty()) std::memcpy(values.data(), bytes_.data(), values.size() * sizeof(T));
    bytes_ = bytes_.subspan(values.size() * sizeof(T));
    return values;
  }
  bool done() const { return bytes_.empty(); }
  [[noreturn]] static void refuse() {
    throw std::invalid_argument("these bytes are no planner's memory: they must be what Planner::save gave");
  }

 private:
  void need(std::size_t size) const {
    if (bytes_.size() < size) refuse();
  }
  std::span<const std::byte> bytes_;
};

auto rank(const RememberedPowers& powers) { return std::tuple(powers.storage, powers.owner); }

}  // namespace

double PlannerMemory::last_kw(bool storage, bool charge, std::uint64_t owner, std::int64_t number) const {
  const auto found = std::lower_bound(powers.begin(), powers.end(), std::tuple(storage, owner),
                                      [](const RememberedPowers& a, const auto& b) { return rank(a) < b; });
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  if (found == powers.end() || rank(*found) != std::tuple(storage, owner)) return nothing;
  const auto& kw = charge ? found->charge_kw : found->discharge_kw;
  const std::int64_t step = number - found->first_number;
  return step < 0 || step >= static_cast<std::int64_t>(kw.size()) ? nothing : kw[static_cast<std::size_t>(step)];
}

void PlannerMemory::remember_powers(const PlanProblem& problem, const Plan& plan) {
  powers.clear();
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v)
    powers.push_back({problem.vehicles[v].key, false, problem.first_step_number + plan.vehicles[v].first_step,
                      plan.vehicles[v].charge_kw, plan.vehicles[v].discharge_kw});
  for (std::size_t s = 0; s < plan.storages.size(); ++s)
    powers.push_back({problem.storages[s].key, true, problem.first_step_number, plan.storages[s].charge_kw,
                      plan.storages[s].discharge_kw});
  std::sort(powers.begin(), powers.end(),
            [](const RememberedPowers& a, const RememberedPowers& b) { return rank(a) < rank(b); });
}

std::vector<std::byte> bytes_of(const PlannerMemory& memory) {
  Writer out;
  out.put(memory_mark);
  out.put(static_cast<std::uint64_t>(memory.basis.series.size()));
  for (const Series& series : memory.basis.series) {
    out.put(series.part);
    out.put(static_cast<std::uint8_t>(series.row));
    out.put(series.future);
    out.put(series.owner);
    out.put(series.first_number);
    out.put(series.offset);
    out.put(series.length);
  }

  out.put_all(memory.basis.standings);

  out.put(static_cast<std::uint64_t>(memory.powers.size()));
  for (const RememberedPowers& powers : memory.powers) {
    out.put(powers.owner);
    out.put(static_cast<std::uint8_t>(powers.storage));
    out.put(powers.first_number);
    out.put_all(powers.charge_kw);
    out.put_all(powers.discharge_kw);
  }

  out.put(static_cast<std::uint64_t>(memory.sides.size()));
  for (const RememberedSide& side : memory.sides) {
    out.put(side.future);
    out.put(side.magnitude);
    out.put(side.side);
    out.put(side.number);
  }
  return out.bytes();
}

PlannerMemory memory_from(std::span<const std::byte> bytes) {
  Reader in(bytes);
  if (in.get<std::uint64_t>() != memory_mark) Reader::refuse();
  PlannerMemory memory;

  // The size of a smallest entry bounds each count: no bytes ask for more memory than they could fill.
  memory.basis.series.resize(in.count(30));
  for (Series& series : memory.basis.series) {
    series.part = in.get<Part>();
    series.row = in.get<std::uint8_t>() != 0;
    series.future = in.get<std::uint32_t>();
    series.owner = in.get<std::uint64_t>();
    series.first_number = in.get<std::int64_t>();
    series.offset = in.get<std::uint32_t>();
    series.length = in.get<std::uint32_t>();
  }
  memory.basis.standings = in.get_all<Standing>();

  // Every series must lie within the standings.
  for (const Series& series : memory.basis.series)
    if (series.length > memory.basis.standings.size() || series.offset > memory.basis.standings.size() - series.length)
      Reader::refuse();
  for (const Standing standing : memory.basis.standings)
    if (standing > Standing::at_lower) Reader::refuse();

  memory.powers.resize(in.count(33));
  for (RememberedPowers& powers : memory.powers) {
    powers.owner = in.get<std::uint64_t>();
    powers.storage = in.get<std::uint8_t>() != 0;
    powers.first_number = in.get<std::int64_t>();
    powers.charge_kw = in.get_all<double>();
    powers.discharge_kw = in.get_all<double>();
  }

  memory.sides.resize(in.count(20));
  for (RememberedSide& side : memory.sides) {
    side.future = in.get<std::uint32_t>();
    side.magnitude = in.get<std::uint32_t>();
    side.side = in.get<std::uint32_t>();
    side.number = in.get<std::int64_t>();
  }

  if (!in.done()) Reader::refuse();
  return memory;
}

}  // namespace evtwin::optimise
