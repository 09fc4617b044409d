#include "ocpp/log_source.hpp"

#include <fmt/format.h>
#include <iconv.h>
#include <simdjson.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "kernel/name_text.hpp"
#include "kernel/text.hpp"

namespace evtwin::ocpp {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t shown_bytes = 400;  // of a line, for messages

[[noreturn]] void refuse_source(const std::string& name, std::string_view what) {
  throw LogError(fmt::format("{}: {}", kernel::make_printable(name), what));
}

// Raw bytes.
class Bytes {
 public:
  virtual ~Bytes() = default;
  virtual std::size_t read(char* into, std::size_t bytes) = 0;
  /// What ended it too early, though what came before is good; empty: nothing.
  virtual std::string trouble() const { return {}; }
};

class FileBytes final : public Bytes {
 public:
  FileBytes(const std::string& path, const std::string& name) : name_(name), file_(std::fopen(path.c_str(), "rb")) {
    if (!file_) refuse_source(name, fmt::format("can not be opened: {}", std::strerror(errno)));
  }
  std::size_t read(char* into, std::size_t bytes) override {
    const std::size_t got = std::fread(into, 1, bytes, file_.get());
    if (got == 0 && std::ferror(file_.get()))
      refuse_source(name_, fmt::format("can not be read: {}", std::strerror(errno)));
    return got;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
};

class TextBytes final : public Bytes {
 public:
  explicit TextBytes(std::string_view text) : rest_(text) {}
  std::size_t read(char* into, std::size_t bytes) override {
    const std::size_t got = std::min(bytes, rest_.size());
    if (got > 0) std::memcpy(into, rest_.data(), got);
    rest_.remove_prefix(got);
    return got;
  }

 private:
  std::string_view rest_;
};

// The bytes of another source, some of them read already.
class Unread final : public Bytes {
 public:
  Unread(std::string head, std::unique_ptr<Bytes> rest) : head_(std::move(head)), rest_(std::move(rest)) {}
  std::size_t read(char* into, std::size_t bytes) override {
    const std::size_t got = std::min(bytes, head_.size() - at_);
    if (got == 0) return rest_->read(into, bytes);
    std::memcpy(into, head_.data() + at_, got);
    at_ += got;
    return got;
  }
  std::string trouble() const override { return rest_->trouble(); }

 private:
  std::string head_;
  std::size_t at_ = 0;
  std::unique_ptr<Bytes> rest_;
};

// RFC 1952, several members in a row included.
class Unpacked final : public Bytes {
 public:
  Unpacked(std::unique_ptr<Bytes> packed, std::string name) : packed_(std::move(packed)), name_(std::move(name)) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) refuse_source(name_, "can not be unpacked: no memory");
  }
  ~Unpacked() override { inflateEnd(&stream_); }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;

  std::size_t read(char* into, std::size_t bytes) override {
    stream_.next_out = reinterpret_cast<Bytef*>(into);
    stream_.avail_out = static_cast<uInt>(bytes);
    while (stream_.avail_out > 0 && trouble_.empty()) {
      if (stream_.avail_in == 0) {
        const std::size_t got = packed_->read(buffer_.data(), buffer_.size());
        stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
        stream_.avail_in = static_cast<uInt>(got);
        if (got == 0) {
          if (!between_members_) end_early("the gzip data are cut off");
          break;
        }
      }

      // A gzip file may hold several members, one after the other (RFC 1952, 2.2).
      if (between_members_ && started_) {
        if (*stream_.next_in != 0x1F) break;  // padding after the last member
        inflateReset(&stream_);
      }

      between_members_ = false;
      started_ = true;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        between_members_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        end_early(fmt::format("the gzip data are damaged: {}", stream_.msg ? stream_.msg : "no more is known"));
      }
    }
    return bytes - stream_.avail_out;
  }
  std::string trouble() const override { return trouble_; }

 private:
  /// What was unpacked by then is read, and is not taken for the whole. @throws LogError where nothing was.
  void end_early(const std::string& what) {
    if (stream_.total_out == 0) refuse_source(name_, what);
    trouble_ = what;
  }
  std::unique_ptr<Bytes> packed_;
  std::string name_;
  z_stream stream_{};
  std::array<char, 65536> buffer_{};
  bool between_members_ = true, started_ = false;
  std::string trouble_;
};

class Converter {
 public:
  Converter(const char* to, const char* from) : handle_(iconv_open(to, from)) {}
  ~Converter() {
    if (good()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  bool good() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

  /// @returns bytes used of `in`: less than all where they are not what they should be, or end within a character
  std::size_t convert(std::string_view in, std::string& out) {
    std::string copy(in);  // iconv asks for a pointer that is not const
    char* from = copy.data();
    std::size_t left = copy.size();
    std::array<char, 4096> buffer;
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t status = iconv(handle_, &from, &left, &to, &room);
      out.append(buffer.data(), buffer.size() - room);
      if (status == static_cast<std::size_t>(-1) && errno != E2BIG) break;
    }
    return in.size() - left;
  }

 private:
  iconv_t handle_;
};

class Plain final : public LogSource {
 public:
  explicit Plain(std::unique_ptr<Bytes> bytes) : bytes_(std::move(bytes)) {}
  bool read_more(std::string& text, std::size_t bytes) override {
    const std::size_t before = text.size();
    text.resize(before + bytes);
    const std::size_t got = bytes_->read(text.data() + before, bytes);
    text.resize(before + got);
    return got > 0;
  }
  std::string trouble() const override { return bytes_->trouble(); }

 private:
  std::unique_ptr<Bytes> bytes_;
};

class Utf16 final : public LogSource {
 public:
  Utf16(std::unique_ptr<Bytes> bytes, const char* encoding) : bytes_(std::move(bytes)), convert_("UTF-8", encoding) {}
  bool read_more(std::string& text, std::size_t bytes) override {
    std::string raw(bytes / 2 + 2, '\0');
    raw.resize(bytes_->read(raw.data(), raw.size()));
    if (raw.empty()) return false;
    rest_ += raw;
    std::size_t used = 0;
    while (used + 4 <= rest_.size() || used + 2 == rest_.size()) {
      const std::size_t now = convert_.convert(std::string_view(rest_).substr(used), text);
      used += now;
      if (used + 4 > rest_.size()) break;
      text += "\xEF\xBF\xBD";  // half a surrogate pair
      used += 2;
    }
    rest_.erase(0, used);
    return true;
  }
  bool was_utf16() const override { return true; }
  std::string trouble() const override { return bytes_->trouble(); }

 private:
  std::unique_ptr<Bytes> bytes_;
  Converter convert_;
  std::string rest_;
};

std::string take_bytes(Bytes& bytes, std::size_t count) {
  std::string head(count, '\0');
  std::size_t got = 0;
  while (got < count) {
    const std::size_t now = bytes.read(head.data() + got, count - got);
    if (now == 0) break;
    got += now;
  }
  head.resize(got);
  return head;
}

std::unique_ptr<LogSource> decoded(std::unique_ptr<Bytes> bytes, const std::string& name) {
  for (int layer = 0; layer < 2; ++layer) {
    std::string head = take_bytes(*bytes, 2);
    const bool gzip = head == "\x1F\x8B";
    bytes = std::make_unique<Unread>(std::move(head), std::move(bytes));
    if (!gzip) break;
    bytes = std::make_unique<Unpacked>(std::move(bytes), name);
  }
  constexpr std::size_t looked_at = 256;
  std::string head = take_bytes(*bytes, looked_at);
  // Without a mark UTF-32 looks like many a binary file; with one it is meant to be text.
  const std::string_view wide = kernel::wide_encoding(head);
  const bool little_mark = head.starts_with("\xFF\xFE"), big_mark = head.starts_with("\xFE\xFF");
  if (wide == "UTF-32" && (little_mark || head.substr(2, 2) == "\xFE\xFF"))
    refuse_source(name, "is UTF-32; save as UTF-8");
  const char* utf16 = nullptr;
  if (wide == "UTF-16") utf16 = big_mark || head.front() == '\0' ? "UTF-16BE" : "UTF-16LE";
  if (little_mark || big_mark) head.erase(0, 2);
  if (head.starts_with("\xEF\xBB\xBF")) head.erase(0, 3);
  bytes = std::make_unique<Unread>(std::move(head), std::move(bytes));
  if (utf16) return std::make_unique<Utf16>(std::move(bytes), utf16);
  return std::make_unique<Plain>(std::move(bytes));
}

}  // namespace

std::unique_ptr<LogSource> open_log(const std::string& path, const std::string& name) {
  return decoded(std::make_unique<FileBytes>(path, name), name);
}

std::unique_ptr<LogSource> open_log_text(std::string_view text, const std::string& name) {
  return decoded(std::make_unique<TextBytes>(text), name);
}

std::vector<LogPath> log_paths(std::span<const std::string> given) {
  std::vector<LogPath> paths;
  std::vector<fs::path> known;  // canonical: a file given twice, or by a link, is read once
  const auto add = [&](const std::string& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error || std::find(known.begin(), known.end(), real) != known.end()) return;
    known.push_back(real);
    paths.push_back({path, path});
  };

  for (const std::string& one : given) {
    std::error_code error;
    if (!fs::exists(one, error)) refuse_source(one, "no such file");
    if (fs::is_regular_file(one, error)) {
      add(one);
      continue;
    }
    if (!fs::is_directory(one, error)) refuse_source(one, "neither a file nor a folder");

    std::vector<std::string> inside;
    auto entry = fs::recursive_directory_iterator(one, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      // Hidden files of a folder are nobody's log.
      std::error_code broken_link;
      if (entry->is_regular_file(broken_link) && !name.empty() && name[0] != '.')
        inside.push_back(entry->path().string());
    }
    if (error) refuse_source(one, fmt::format("the folder can not be read: {}", error.message()));
    if (inside.empty()) refuse_source(one, "the folder is empty");
    std::sort(inside.begin(), inside.end());
    for (const std::string& path : inside) add(path);
  }
  return paths;
}

bool same_bytes(const std::string& path_a, const std::string& path_b) {
  std::error_code error;
  const auto size = fs::file_size(path_a, error);
  if (error || size != fs::file_size(path_b, error) || error) return false;
  std::ifstream a(path_a, std::ios::binary), b(path_b, std::ios::binary);
  std::string part_a(std::size_t{1} << 16, ' '), part_b(part_a);
  for (std::uintmax_t left = size; left > 0;) {
    const auto now = static_cast<std::streamsize>(std::min<std::uintmax_t>(left, part_a.size()));
    if (!a.read(part_a.data(), now) || !b.read(part_b.data(), now)) return false;
    if (part_a.compare(0, static_cast<std::size_t>(now), part_b, 0, static_cast<std::size_t>(now)) != 0) return false;
    left -= static_cast<std::uintmax_t>(now);
  }
  return true;
}

DecodedLines decode_lines(std::string& text, std::size_t from) {
  DecodedLines lines;
  if (simdjson::validate_utf8(text.data() + from, text.size() - from)) return lines;
  static thread_local Converter convert("UTF-8", "CP949");
  std::string out;
  out.reserve(text.size() - from);
  std::size_t number = 0;
  for (std::size_t at = from; at < text.size(); ++number) {
    const std::size_t newline = std::min(text.find('\n', at), text.size() - 1);
    const std::string_view line = std::string_view(text).substr(at, newline + 1 - at);
    at = newline + 1;
    const std::size_t before = out.size();
    const bool utf8 = simdjson::validate_utf8(line.data(), line.size());
    if (!utf8 && convert.good() && convert.convert(line, out) == line.size()) {
      ++lines.cp949;
      continue;
    }
    if (!utf8) lines.unknown.emplace_back(number, line.substr(0, shown_bytes));
    out.resize(before);
    out += line;
  }
  text.replace(from, std::string::npos, out);
  return lines;
}

}  // namespace evtwin::ocpp
