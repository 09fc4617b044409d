#include "plugin_check/imports.hpp"

#include <elf.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <span>
#include <string_view>

#include "plugin_check/child.hpp"

namespace evtwin::plugin_check {

namespace {

struct Replacement {
  std::string_view name;
  void* function;
};

/// Tables of a shared object's dynamic section (System V ABI, chapter 5), as the loader keeps them.
struct Tables {
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  std::span<const ElfW(Rela)> data, calls;
};

Tables tables_of(const link_map& object) {
  Tables tables;
  const ElfW(Rela)* data = nullptr, *calls = nullptr;
  std::size_t data_bytes = 0, calls_bytes = 0;
  for (const ElfW(Dyn)* entry = object.l_ld; entry->d_tag != DT_NULL; ++entry) {
    // Addresses are absolute, but where the section could not be written.
    const ElfW(Addr) at = entry->d_un.d_ptr < object.l_addr ? entry->d_un.d_ptr + object.l_addr : entry->d_un.d_ptr;
    switch (entry->d_tag) {
      case DT_SYMTAB:
        tables.symbols = reinterpret_cast<const ElfW(Sym)*>(at);
        break;
      case DT_STRTAB:
        tables.names = reinterpret_cast<const char*>(at);
        break;
      case DT_RELA:
        data = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_RELASZ:
        data_bytes = entry->d_un.d_val;
        break;
      case DT_JMPREL:
        calls = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_PLTRELSZ:
        calls_bytes = entry->d_un.d_val;
        break;
      default:
        break;
    }
  }
  if (data != nullptr) tables.data = {data, data_bytes / sizeof(ElfW(Rela))};
  if (calls != nullptr) tables.calls = {calls, calls_bytes / sizeof(ElfW(Rela))};
  return tables;
}

void write_cell(void** cell, void* function) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(cell) / page * page;
  // The loader closes these pages once they are filled in; they stay open in this process, which ends soon.
  if (mprotect(reinterpret_cast<void*>(begin), page, PROT_READ | PROT_WRITE) == 0) *cell = function;
}

void replace(const link_map& object, std::span<const Replacement> replacements) {
  const Tables tables = tables_of(object);
  if (tables.symbols == nullptr || tables.names == nullptr) return;
  for (const auto& relocations : {tables.data, tables.calls}) {
    for (const ElfW(Rela) & relocation : relocations) {
      const auto symbol = ELF64_R_SYM(relocation.r_info);
      if (symbol == 0 || relocation.r_addend != 0) continue;
      const std::string_view name = tables.names + tables.symbols[symbol].st_name;
      const auto found = std::find_if(replacements.begin(), replacements.end(),
                                      [&](const Replacement& other) { return other.name == name; });
      // A table of the plugin's own functions has cells for names it defines itself: those stay.
      if (found == replacements.end() || tables.symbols[symbol].st_shndx != SHN_UNDEF) continue;
      write_cell(reinterpret_cast<void**>(object.l_addr + relocation.r_offset), found->function);
    }
  }
}

template <class Function>
void* address(Function* function) {
  return reinterpret_cast<void*>(function);
}

// ---- Memory. ----

void* noted(void* memory, std::size_t bytes) {
  if (memory == nullptr && bytes > 0) note_refused(bytes);
  return memory;
}

void* new_memory(std::size_t bytes) {
  try {
    return ::operator new(bytes);
  } catch (const std::bad_alloc&) {
    note_refused(bytes);
    throw;
  }
}
void* new_aligned(std::size_t bytes, std::align_val_t alignment) {
  try {
    return ::operator new(bytes, alignment);
  } catch (const std::bad_alloc&) {
    note_refused(bytes);
    throw;
  }
}
void* new_or_null(std::size_t bytes, const std::nothrow_t&) noexcept {
  return noted(::operator new(bytes, std::nothrow), bytes);
}
void* watched_malloc(std::size_t bytes) { return noted(std::malloc(bytes), bytes); }
void* watched_calloc(std::size_t n, std::size_t bytes) { return noted(std::calloc(n, bytes), n * bytes); }
void* watched_realloc(void* memory, std::size_t bytes) { return noted(std::realloc(memory, bytes), bytes); }
void* watched_aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return noted(std::aligned_alloc(alignment, bytes), bytes);
}
int watched_posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  const int result = posix_memalign(memory, alignment, bytes);
  if (result == ENOMEM) note_refused(bytes);
  return result;
}
void* watched_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  void* memory = mmap(at, bytes, protection, flags, file, offset);
  if (memory == MAP_FAILED && errno == ENOMEM) note_refused(bytes);
  return memory;
}

// ---- Clocks. ----

constexpr std::int64_t second_ns = 1'000'000'000;
std::int64_t first_wall_ns = 0, first_steady_ns = 0;
std::atomic<std::int64_t> shift_ns{0}, passed_ns{0}, stepped_at_ns{0};
std::atomic<std::uint64_t> reads{0};

std::int64_t real_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * second_ns + now.tv_nsec;
}

/// A microsecond a read; a call that lasts sees time go by in large steps, so that a solver's time limit holds.
std::int64_t tick() {
  constexpr std::int64_t microsecond_ns = 1000, large_step_ns = 50'000'000;
  ++reads;
  const std::int64_t lasted_ns = real_ns(CLOCK_MONOTONIC) - stepped_at_ns;
  return (passed_ns += microsecond_ns) + lasted_ns / large_step_ns * large_step_ns;
}
std::int64_t wall_ns() { return first_wall_ns + shift_ns + tick(); }
std::int64_t steady_ns() { return first_steady_ns + tick(); }

int told_gettime(clockid_t clock, timespec* to) {
  if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) return clock_gettime(clock, to);
  const bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
  const std::int64_t now = wall ? wall_ns() : steady_ns();
  *to = {now / second_ns, now % second_ns};
  return 0;
}
int told_timeofday(timeval* to, void*) {
  const std::int64_t now = wall_ns();
  if (to != nullptr) *to = {now / second_ns, now % second_ns / 1000};
  return 0;
}
std::time_t told_time(std::time_t* to) {
  const std::time_t now = wall_ns() / second_ns;
  if (to != nullptr) *to = now;
  return now;
}
int told_timespec_get(timespec* to, int base) {
  const std::int64_t now = wall_ns();
  *to = {now / second_ns, now % second_ns};
  return base;
}
int told_ftime(timeb* to) {
  const std::int64_t now = wall_ns();
  *to = {};
  to->time = now / second_ns;
  to->millitm = static_cast<unsigned short>(now % second_ns / 1'000'000);
  return 0;
}
/// std::chrono's clocks answer with a number of nanoseconds.
std::int64_t told_system_clock() { return wall_ns(); }
std::int64_t told_steady_clock() { return steady_ns(); }

}  // namespace

std::vector<const link_map*> loaded_objects() {
  std::vector<const link_map*> all;
  for (const link_map* object = _r_debug.r_map; object != nullptr; object = object->l_next) all.push_back(object);
  return all;
}

void watch_allocations(const std::vector<const link_map*>& objects) {
  const std::array all{
      Replacement{"malloc", address(&watched_malloc)},
      Replacement{"calloc", address(&watched_calloc)},
      Replacement{"realloc", address(&watched_realloc)},
      Replacement{"aligned_alloc", address(&watched_aligned_alloc)},
      Replacement{"posix_memalign", address(&watched_posix_memalign)},
      Replacement{"mmap", address(&watched_mmap)},
      Replacement{"mmap64", address(&watched_mmap)},
      Replacement{"_Znwm", address(&new_memory)},
      Replacement{"_Znam", address(&new_memory)},
      Replacement{"_ZnwmSt11align_val_t", address(&new_aligned)},
      Replacement{"_ZnamSt11align_val_t", address(&new_aligned)},
      Replacement{"_ZnwmRKSt9nothrow_t", address(&new_or_null)},
      Replacement{"_ZnamRKSt9nothrow_t", address(&new_or_null)},
  };
  for (const link_map* object : objects) replace(*object, all);
}

void take_over_clocks(const std::vector<const link_map*>& objects) {
  const std::array all{
      Replacement{"clock_gettime", address(&told_gettime)},
      Replacement{"gettimeofday", address(&told_timeofday)},
      Replacement{"time", address(&told_time)},
      Replacement{"timespec_get", address(&told_timespec_get)},
      Replacement{"ftime", address(&told_ftime)},
      Replacement{"_ZNSt6chrono3_V212system_clock3nowEv", address(&told_system_clock)},
      Replacement{"_ZNSt6chrono3_V212steady_clock3nowEv", address(&told_steady_clock)},
  };
  if (first_wall_ns == 0) {
    // Early in a second, at another time of day too: what goes by whole seconds does not turn within a short play.
    constexpr std::int64_t early_ns = 200'000'000;
    const std::int64_t now_ns = real_ns(CLOCK_REALTIME);
    first_wall_ns = now_ns - now_ns % second_ns + early_ns;
    first_steady_ns = real_ns(CLOCK_MONOTONIC);
  }
  for (const link_map* object : objects) replace(*object, all);
}

void shift_clocks(std::int64_t shift_s) {
  constexpr std::int64_t odd_part_ns = 123'456'789;  // so that milli-, micro- and nanoseconds are others as well
  shift_ns = shift_s == 0 ? 0 : shift_s * second_ns - odd_part_ns;
}

void step_clocks(std::uint64_t milliseconds) {
  constexpr std::int64_t millisecond_ns = 1'000'000;
  passed_ns = static_cast<std::int64_t>(milliseconds) * millisecond_ns;
  stepped_at_ns = real_ns(CLOCK_MONOTONIC);
}

std::uint64_t clock_reads() { return reads; }

}  // namespace evtwin::plugin_check
