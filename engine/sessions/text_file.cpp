#include "sessions/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>

#include "kernel/name_text.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::sessions {
namespace {

using namespace std::string_view_literals;

std::string place(std::string_view file, std::size_t line) {
  return line == 0 ? kernel::make_printable(file) : fmt::format("{}:{}", kernel::make_printable(file), line);
}

/// Takes text piece by piece and refuses it as soon as it is too much.
class Sink {
 public:
  Sink(const std::string& shown, const TextLimits& limits) : shown_(shown), limits_(limits) {}

  void append(std::string_view piece) {
    if (piece.size() > limits_.file_bytes - text_.size()) {
      throw InputError(shown_, 0, fmt::format("the text has a size above the limit of {} bytes", limits_.file_bytes));
    }
    std::size_t from = 0;
    while (from < piece.size()) {
      const std::size_t newline = piece.find('\n', from);
      const std::size_t end = std::min(newline, piece.size());
      line_bytes_ += end - from;
      if (line_bytes_ > limits_.line_bytes) {
        throw InputError(shown_, line_,
                         fmt::format("the line is too long: the limit is {} bytes a line", limits_.line_bytes));
      }
      from = end;
      if (newline == std::string_view::npos) break;
      ++line_;
      line_bytes_ = 0;
      ++from;
    }
    text_.append(piece);
  }

  std::string take() { return std::move(text_); }

 private:
  const std::string& shown_;
  const TextLimits& limits_;
  std::string text_;
  std::size_t line_ = 1;
  std::size_t line_bytes_ = 0;
};

/// A regular file's bytes.
class Input {
 public:
  Input(const std::string& shown, const std::string& real) : shown_(shown) {
    if (real.find('\0') != std::string::npos) refuse("the name has a NUL byte");
    // A pipe must not block before it is known to be one.
    descriptor_ = open(real.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor_ < 0 && errno == ENOENT) refuse("there is no such file");
    if (descriptor_ < 0) refuse(fmt::format("can not be read: {}", std::strerror(errno)));
    struct stat info {};
    if (fstat(descriptor_, &info) != 0) refuse_and_close(std::strerror(errno));
    if (S_ISDIR(info.st_mode)) refuse_and_close("is a folder; a file is due");
    if (!S_ISREG(info.st_mode)) refuse_and_close("is no regular file (a pipe or device); a file is due");
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { close(descriptor_); }

  /// The next bytes; empty at the end.
  std::span<unsigned char> read() {
    while (true) {
      const ssize_t got = ::read(descriptor_, buffer_.data(), buffer_.size());
      if (got >= 0) return {buffer_.data(), static_cast<std::size_t>(got)};
      if (errno != EINTR) refuse(fmt::format("can not be read: {}", std::strerror(errno)));
    }
  }

  [[noreturn]] void refuse(std::string_view what) const { throw InputError(shown_, 0, what); }

 private:
  // The constructor's own throw: no destructor runs.
  [[noreturn]] void refuse_and_close(std::string_view what) {
    close(descriptor_);
    refuse(what);
  }

  const std::string& shown_;
  int descriptor_ = -1;
  std::array<unsigned char, 65536> buffer_{};
};

std::string_view as_text(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An inflater that is ended whatever happens.
struct Inflater {
  z_stream stream{};
  explicit Inflater(const Input& input) {
    constexpr int gzip_only = 16 + MAX_WBITS;
    if (inflateInit2(&stream, gzip_only) != Z_OK) input.refuse("not enough memory to unpack it");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

// Unpacks all members of a gzip file, as `gzip -d` does; `first` are the bytes read already.
void unpack(Input& input, std::span<unsigned char> first, Sink& sink) {
  Inflater inflater(input);
  z_stream& z = inflater.stream;
  std::array<unsigned char, 65536> out{};
  bool member_open = true;
  for (std::span<unsigned char> in = first; !in.empty(); in = input.read()) {
    z.next_in = in.data();
    z.avail_in = static_cast<uInt>(in.size());
    // Also goes on while unpacked bytes are waiting inside zlib for room.
    bool more = true;
    while (more) {
      if (!member_open) {
        if (z.avail_in == 0) break;
        inflateReset(&z);
        member_open = true;
      }

      z.next_out = out.data();
      z.avail_out = static_cast<uInt>(out.size());
      const int status = inflate(&z, Z_NO_FLUSH);
      sink.append(as_text({out.data(), out.size() - z.avail_out}));
      if (status == Z_STREAM_END) {
        member_open = false;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        input.refuse(fmt::format("damaged gzip ({}); pack it again", z.msg != nullptr ? z.msg : "broken data"));
      }
      more = z.avail_in > 0 || z.avail_out == 0;
    }
  }
  if (member_open) input.refuse("truncated gzip: unexpected end; the file is not whole, fetch or pack it again");
}

struct Kind {
  std::string_view magic;
  std::string_view what;
};
constexpr std::array not_text{
    Kind{"PK\x03\x04"sv, "is a zip or .xlsx archive, and text is due; save as CSV"},
    Kind{"PK\x05\x06"sv, "is a zip or .xlsx archive, and text is due; save as CSV"},
    Kind{"\xD0\xCF\x11\xE0"sv,
         "is an old Office (.xls) or an encrypted file; save as .xlsx without a password, or as CSV"},
    Kind{"\x28\xB5\x2F\xFD"sv, "is packed with zstd; unpack it, or pack it with gzip"},
    Kind{"\xFD"
         "7zXZ"sv,
         "is packed with xz; unpack it, or pack it with gzip"},
    Kind{"BZh"sv, "is packed with bzip2; unpack it, or pack it with gzip"},
    Kind{"SQLite format 3\0"sv, "is an SQLite database; a CSV table is due"},
    Kind{"PAR1"sv, "is a Parquet file; save as CSV"},
};
static_assert(kernel::none_is_hidden(not_text, &Kind::magic, [](std::string_view earlier, std::string_view later) {
  return later.starts_with(earlier);
}));

void refuse_other_kinds(const std::string& shown, std::string_view text) {
  for (const Kind& kind : not_text) {
    if (text.starts_with(kind.magic)) throw InputError(shown, 0, kind.what);
  }
  if (const std::string_view encoding = kernel::wide_encoding(text); !encoding.empty())
    throw InputError(shown, 0, fmt::format("is {}; save as UTF-8", encoding));
}

bool all_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen = static_cast<unsigned char>(seen | static_cast<unsigned char>(c));
  return seen < 0x80;
}

// NUL bytes and bytes that are not UTF-8, line by line, so that the error can say where.
void check_characters(const std::string& shown, std::string_view text) {
  const bool ascii = all_ascii(text);
  if (ascii && text.find('\0') == std::string_view::npos) return;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view here = text.substr(at, end - at);
    if (here.find('\0') != std::string_view::npos) {
      throw InputError(shown, line, "a NUL byte; a text file has none (if it is UTF-16, save as UTF-8)");
    }
    if (!ascii && !kernel::is_utf8(here)) {
      throw InputError(shown, line, "not UTF-8 (perhaps CP949 or Latin-1); save as UTF-8");
    }
    at = end + 1;
  }
}

// CP949, also called UHC: KS X 1001 in the form EUC-KR, and the other syllables.
std::string utf8_of_cp949(const std::string& shown, std::string text) {
  const iconv_t converter = iconv_open("UTF-8", "CP949");
  if (converter == reinterpret_cast<iconv_t>(-1))
    throw InputError(shown, 0, "is not UTF-8, and this system can not read CP949; save as UTF-8");
  std::string out(text.size() * 3, '\0');
  char* from = text.data();
  char* to = out.data();
  std::size_t left = text.size(), room = out.size();
  const bool failed = iconv(converter, &from, &left, &to, &room) == static_cast<std::size_t>(-1);
  iconv_close(converter);
  if (failed) {
    const auto line = static_cast<std::size_t>(std::count(text.data(), from, '\n')) + 1;
    throw InputError(shown, line, "is neither UTF-8 nor CP949 (EUC-KR); save as UTF-8");
  }
  out.resize(out.size() - room);
  return out;
}

}  // namespace

InputError::InputError(std::string_view file, std::size_t line, std::string_view what)
    : std::runtime_error(fmt::format("{}: {}", place(file, line), kernel::make_printable(what))) {}

std::string read_text_file(const std::string& shown, const std::string& real, const TextLimits& limits) {
  Input input(shown, real);
  Sink sink(shown, limits);
  const std::span<unsigned char> first = input.read();
  if (as_text(first).starts_with("\x1F\x8B")) {
    unpack(input, first, sink);
  } else {
    refuse_other_kinds(shown, as_text(first));
    for (std::span<unsigned char> piece = first; !piece.empty(); piece = input.read()) sink.append(as_text(piece));
  }

  std::string text = sink.take();
  refuse_other_kinds(shown, text);
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (limits.korean && !kernel::is_utf8(text)) text = utf8_of_cp949(shown, text);
  check_characters(shown, text);
  return text;
}

}  // namespace evtwin::sessions
