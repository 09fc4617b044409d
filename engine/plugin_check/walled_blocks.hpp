// Memory as a strict host shows it: every column in pages of its own between pages that nobody may touch, at new
// addresses each time, and gone for good when the call has returned.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace evtwin::plugin_check {

/// On which side of a column's cells the wall stands, without a gap; on the other there are a few cells to stray into.
enum class Wall : unsigned char { after, before };

class WalledBlocks {
 public:
  struct Block {
    const char* name;          ///< "evse_soc"
    const char* of;            ///< " of the view", or "": for the words of a write
    std::byte *pages, *cells;  ///< where its pages begin, where its cells do
    std::size_t page_bytes, cell_bytes;
  };

  /// Room for cells of these sizes, to be filled. @throws std::bad_alloc
  WalledBlocks(Wall wall, std::span<const std::size_t> bytes);
  ~WalledBlocks();
  WalledBlocks(const WalledBlocks&) = delete;
  WalledBlocks& operator=(const WalledBlocks&) = delete;

  Block& operator[](std::size_t block) { return blocks_[block]; }
  const Block& operator[](std::size_t block) const { return blocks_[block]; }
  std::size_t size() const { return blocks_.size(); }

  /// From now on nobody may write into the first so many blocks, nor touch what lies between any two. A crash on this
  /// memory is explained (crash.hpp), with the names of the blocks.
  void close_walls(std::size_t read_only);
  /// Where something was written beside the cells of the blocks from `first` on, in words; empty: nowhere.
  std::string describe_damage(std::size_t first) const;

 private:
  std::byte* region_ = nullptr;
  std::size_t region_bytes_ = 0;
  std::vector<Block> blocks_;
};

/// Filling of the cells where nobody has business.
inline constexpr auto stray = std::byte{0xA5};

/// For crash.hpp: words about an address in, or in the walls of, the blocks that are shown now or are gone.
bool words_of_blocks(const void* address, bool wrote, char* text, std::size_t size);
/// "it wrote into evse_soc of the view, which is read-only".
void say_written(const char* name, const char* of, char* text, std::size_t size);

}  // namespace evtwin::plugin_check
