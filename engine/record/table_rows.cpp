#include "record/table_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <stdexcept>
#include <utility>

#include "record/run_file.hpp"

namespace evtwin::record {
namespace {

// sqlite.org/fileformat2.html, "B-tree Pages": type, first free block, cells, where their content begins, free
// fragments; a page of inner nodes has its right-most child besides. Then two bytes for the place of each cell.
constexpr unsigned char inner_page = 0x05, leaf_page = 0x0d;
constexpr std::size_t leaf_header_bytes = 8, inner_header_bytes = 12, cell_pointer_bytes = 2;
// "Cell Payload Overflow Pages": the longest row that stays on its page, and the least of it that does.
constexpr std::size_t max_local_bytes = PageFile::page_bytes - 35;
constexpr std::size_t min_local_bytes = (PageFile::page_bytes - 12) * 32 / 255 - 23;
constexpr std::size_t overflow_bytes = PageFile::page_bytes - 4;

void put_page_header(unsigned char* page, unsigned char type, std::size_t cells, std::size_t content_at) {
  page[0] = type;
  put_big_endian<2>(page + 1, 0);
  put_big_endian<2>(page + 3, cells);
  put_big_endian<2>(page + 5, content_at);
  page[7] = 0;
}

}  // namespace

TableRows::TableRows(const TableContent& content, PageFile& file, std::uint32_t root, std::vector<Column> columns)
    : content_(&content),
      file_(&file),
      root_(root),
      columns_(std::move(columns)),
      header_(columns_.size() * max_varint_bytes),
      body_(columns_.size() * 8) {
  for (std::size_t i = 0; i < columns_.size(); ++i) not_null_ |= std::uint64_t{columns_[i].not_null} << i;
}

/// SQLite takes the row as it is, so nobody else looks.
void TableRows::check_row() const {
  if (column_ != columns_.size())
    throw std::logic_error(fmt::format("a row of {} has {} columns of {}", content_->name, column_, columns_.size()));
  const std::uint64_t wrong = nulls_ & not_null_;
  if (wrong == 0) return;
  refuse_file(file_->run_file(), fmt::format("refused a figure that is none (NULL in {}.{})", content_->name,
                                             columns_[static_cast<std::size_t>(std::countr_zero(wrong))].name));
}

void TableRows::put_wide_integer(std::int64_t value) {
  const std::uint64_t magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  unsigned char* const place = &body_[body_end_];
  const auto put = [&]<std::size_t bytes>(unsigned char type) {
    *header_end_++ = type;
    put_big_endian<bytes>(place, bits);
    body_end_ += bytes;
  };
  if (magnitude < 0x80) return put.operator()<1>(1);
  if (magnitude < 0x8000) return put.operator()<2>(2);
  if (magnitude < 0x80'0000) return put.operator()<3>(3);
  if (magnitude < 0x8000'0000) return put.operator()<4>(4);
  if (magnitude < 0x8000'0000'0000) return put.operator()<6>(5);
  put.operator()<8>(6);
}

TableRows& TableRows::add_text(std::string_view value) {
  ++column_;
  hash_.add_text(value);
  header_end_ = put_varint(header_end_, 2 * value.size() + 13);
  if (value.empty()) return *this;
  const std::size_t numbers = columns_.size() * 8;
  if (body_.size() < body_end_ + value.size() + numbers) body_.resize(2 * (body_end_ + value.size() + numbers));
  std::memcpy(&body_[body_end_], value.data(), value.size());
  body_end_ += value.size();
  return *this;
}

void TableRows::begin_leaf() {
  const std::uint32_t number = file_->add_page();
  leaves_.push_back({number, 0});
  page_ = file_->page(number).data();
  cells_ = 0;
  content_at_ = PageFile::page_bytes;
}

void TableRows::close_leaf(std::uint64_t last_key) {
  put_page_header(page_, leaf_page, cells_, content_at_);
  leaves_.back().last_key = last_key;
}

/// Puts a row that is longer than a page into payload_, as much of it as stays on its page, and the rest into a chain
/// of pages. @returns the bytes that stay; behind them in payload_: the number of the chain's first page.
std::size_t TableRows::spill(std::span<const unsigned char> header_length) {
  payload_.assign(header_length.begin(), header_length.end());
  payload_.insert(payload_.end(), header_.data(), header_end_);
  payload_.insert(payload_.end(), body_.begin(), body_.begin() + static_cast<std::ptrdiff_t>(body_end_));
  const std::size_t payload_bytes = payload_.size();
  std::size_t local_bytes = min_local_bytes + (payload_bytes - min_local_bytes) % overflow_bytes;
  if (local_bytes > max_local_bytes) local_bytes = min_local_bytes;

  std::uint32_t number = file_->add_page();
  const std::uint32_t first = number;
  for (std::size_t done = local_bytes; done < payload_bytes;) {
    const std::size_t part = std::min(payload_bytes - done, overflow_bytes);
    unsigned char* const page = file_->page(number).data();
    const bool is_last = done + part == payload_bytes;
    number = is_last ? 0 : file_->add_page();
    put_big_endian<4>(page, number);
    std::memcpy(page + 4, &payload_[done], part);
    done += part;
  }
  payload_.resize(local_bytes + 4);
  put_big_endian<4>(&payload_[local_bytes], first);
  return local_bytes;
}

/// A row as a cell: bytes of its record, key, record. The record: bytes of its header, types, values.
void TableRows::end_row() {
  if (!is_open_) return;
  is_open_ = false;
  check_row();
  const auto types = static_cast<std::size_t>(header_end_ - header_.data());
  // The length of a header counts itself; two bytes count to 16,383.
  std::array<unsigned char, max_varint_bytes> header_length{};
  const std::size_t length_bytes = types + 1 < 0x80 ? 1 : 2;
  put_varint(header_length.data(), types + length_bytes);
  const std::size_t payload_bytes = length_bytes + types + body_end_;

  std::array<unsigned char, 2 * max_varint_bytes> lead{};
  unsigned char* const lead_end = put_varint(put_varint(lead.data(), payload_bytes), rows_);
  const auto lead_bytes = static_cast<std::size_t>(lead_end - lead.data());
  const bool is_long = payload_bytes > max_local_bytes;
  const std::size_t local_bytes = is_long ? spill(std::span(header_length).first(length_bytes)) : payload_bytes;
  const std::size_t cell_bytes = lead_bytes + local_bytes + (is_long ? 4 : 0);

  // A leaf that has no room for it is full.
  const bool has_room = page_ != nullptr && content_at_ - leaf_header_bytes - cell_pointer_bytes * cells_ >=
                                                cell_bytes + cell_pointer_bytes;
  if (!has_room) {
    if (page_ != nullptr) close_leaf(rows_ - 1);
    begin_leaf();
  }

  content_at_ -= cell_bytes;
  unsigned char* place = page_ + content_at_;
  put_big_endian<2>(page_ + leaf_header_bytes + cell_pointer_bytes * cells_, content_at_);
  ++cells_;
  std::memcpy(place, lead.data(), lead_bytes);
  place += lead_bytes;
  if (is_long) {
    std::memcpy(place, payload_.data(), local_bytes + 4);  // with the number of the first page of the rest
    return;
  }
  std::memcpy(place, header_length.data(), length_bytes);
  std::memcpy(place + length_bytes, header_.data(), types);
  if (body_end_ > 0) std::memcpy(place + length_bytes + types, body_.data(), body_end_);
}

/// A root with one leaf is that leaf; one with more names each with its last key, the last one apart.
void TableRows::close_pages() {
  end_row();
  if (leaves_.empty()) return;
  close_leaf(rows_);
  if (leaves_.size() == 1) {
    file_->swap_pages(root_, leaves_.front().page);
    return;
  }
  unsigned char* const root = file_->page(root_).data();
  std::size_t content_at = PageFile::page_bytes;
  for (std::size_t i = 0; i + 1 < leaves_.size(); ++i) {
    std::array<unsigned char, 4 + max_varint_bytes> cell{};
    unsigned char* const end = put_varint(put_big_endian<4>(cell.data(), leaves_[i].page), leaves_[i].last_key);
    const auto bytes = static_cast<std::size_t>(end - cell.data());
    content_at -= bytes;
    std::memcpy(root + content_at, cell.data(), bytes);
    put_big_endian<2>(root + inner_header_bytes + cell_pointer_bytes * i, content_at);
  }
  put_page_header(root, inner_page, leaves_.size() - 1, content_at);
  put_big_endian<4>(root + 8, leaves_.back().page);
}

void TableRows::forget_pages() {
  leaves_.clear();
  page_ = nullptr;
}

}  // namespace evtwin::record
