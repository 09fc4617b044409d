#include <fmt/format.h>

#include "sweep/drawing.hpp"

namespace evtwin::sweep {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string hex(Color color) { return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue); }

}  // namespace

std::string svg_of(const Drawing& drawing) {
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\" "
      "font-family=\"sans-serif\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      drawing.width, drawing.height, escaped(drawing.title));
  for (const Drawing::Line& line : drawing.lines) {
    text += fmt::format(
        "<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" stroke=\"{}\" stroke-width=\"{}\"/>\n", line.x1,
        line.y1, line.x2, line.y2, hex(line.color), line.width);
  }
  for (const Drawing::Disc& disc : drawing.discs)
    text += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{}\" fill=\"{}\"/>\n", disc.x, disc.y, disc.radius,
                        hex(disc.color));
  for (const Drawing::Text& one : drawing.texts) {
    const char* anchor = one.anchor == Drawing::Anchor::start ? "start"
                         : one.anchor == Drawing::Anchor::end ? "end"
                                                              : "middle";
    const std::string turned =
        one.upright ? fmt::format(" transform=\"rotate(-90 {:.2f} {:.2f})\"", one.x, one.y) : std::string();
    text += fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\"{}>{}</text>\n",
                        one.x, one.y, one.size, anchor, hex(one.color), turned, escaped(one.text));
  }
  return text + "</svg>\n";
}

std::string page_of(const Drawing& drawing, const std::vector<std::string>& notes, std::string_view language) {
  std::string text = fmt::format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
      "<style>body{{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}}"
      "svg{{width:100%;height:auto}}p{{line-height:1.5}}</style>\n</head>\n<body>\n{}",
      language, escaped(drawing.title), svg_of(drawing));
  for (const std::string& note : notes) text += "<p>" + escaped(note) + "</p>\n";
  return text + "</body>\n</html>\n";
}

}  // namespace evtwin::sweep
