// Bytes as a page carries them.
#pragma once
#include <string>
#include <string_view>

namespace evtwin::web {

/// A gzip member (RFC 1952), smallest; the same bytes for the same input. @throws std::bad_alloc
std::string gzip_bytes(std::string_view bytes);

/// RFC 4648, section 4, with padding and without line breaks.
std::string base64_of(std::string_view bytes);

/// A JSON string, quotes included, that may stand inside a <script>: no <, >, &, U+2028 and U+2029 in it. Bytes that
/// are no UTF-8 become U+FFFD.
std::string script_string(std::string_view text);

}  // namespace evtwin::web
