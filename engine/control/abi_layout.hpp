// Layout of strategy.h and forecaster.h as tables: structs, fields, offsets, types, constants. For faces in other
// languages, which read them as JSON (`evtwin plugin layout --json`) and need no header. A test holds the tables to the
// headers' text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace evtwin::control {

/// Types of the C ABI. A pointer's `of` is what it points to.
enum class AbiType : std::uint8_t { u8, u32, i32, u64, i64, f64, text, structure, opaque, pointer, function };
std::string_view name_of(AbiType type);

struct AbiField {
  std::string_view name;
  std::size_t offset, size;
  AbiType type;
  AbiType of = AbiType::opaque;     ///< pointer: to cells of this type
  std::string_view structure = {};  ///< where `type` or `of` is structure: "evtwin_ledger"
  std::string_view length = {};     ///< pointer to a column: cells in terms of the same struct's fields, "n_evses + 1"
  std::size_t count = 1;            ///< above 1: a fixed array of so many of `type`, `size` is that of all
};

struct AbiStruct {
  std::string_view name;
  std::size_t size;
  std::span<const AbiField> fields;  ///< in the order of the struct
};

struct AbiConstant {
  std::string_view name;
  std::uint32_t number;
  std::string_view text = {};  ///< for ids of extensions; then `number` means nothing
};

enum class AbiHeader : std::uint8_t { strategy, forecaster };
std::string_view name_of(AbiHeader header);  ///< "strategy.h"

/// Structs that this header itself declares, without those of headers that it includes; in its order.
std::span<const AbiStruct> abi_structs(AbiHeader header);
std::span<const AbiConstant> abi_constants(AbiHeader header);

}  // namespace evtwin::control
