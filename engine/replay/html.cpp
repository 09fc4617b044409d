#include "replay/html.hpp"

#include <fmt/format.h>

#include "kernel/text.hpp"

namespace evtwin::replay {
namespace {

constexpr std::string_view style = R"css(
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5a6472; --line: #d9dee5; --paper: #ffffff; --panel: #f5f7f9;
  --metered: #8a98a8; --twin: #0b6bcb; --good: #18794e; --pass: #8a6100; --fail: #c1272d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa5b4; --line: #333b46; --paper: #14181e;
  --panel: #1c222a; --metered: #6d7a8a; --twin: #58a6ff; --good: #4cc38a; --pass: #e2b33c; --fail: #ff7b72; } }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --panel: #fff; --metered: #999;
  --twin: #0b4f9c; --good: #0f5c3a; --pass: #6b4b00; --fail: #a01f24; } section, figure, tr { break-inside: avoid; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.25rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans KR", "Apple SD Gothic Neo", "NanumGothic", sans-serif; word-break: keep-all;
  overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); font-size: .9rem; }
.verdict { border-left: .4rem solid var(--soft); background: var(--panel); padding: .7rem 1rem; margin: 1rem 0; }
.verdict b { font-size: 1.15rem; } .verdict.good { border-color: var(--good); }
.verdict.pass { border-color: var(--pass); } .verdict.fail { border-color: var(--fail); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.tile { background: var(--panel); padding: .6rem .8rem; border-radius: .3rem; } .tile b { display: block;
  font-size: 1.15rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .85rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td small { color: var(--soft); display: block; } .gate { font-weight: 700; white-space: nowrap; }
.gate.good { color: var(--good); } .gate.pass { color: var(--pass); } .gate.fail { color: var(--fail); }
.gate.not_scorable { color: var(--soft); font-weight: 400; }
figure { margin: .5rem 0; } svg { width: 100%; height: auto; display: block; }
figcaption { color: var(--soft); font-size: .85rem; } .key::before { content: ""; display: inline-block; width: .8rem;
  height: .8rem; margin: 0 .3rem -.1rem .6rem; background: var(--metered); } .key.t::before { background: var(--twin); }
svg .grid { stroke: var(--line); } svg .tick { fill: var(--soft); font-size: 11px; }
svg .metered { fill: var(--metered); fill-opacity: .45; } svg .twin { fill: none; stroke: var(--twin);
  stroke-width: 1.6; } svg .seen { fill: none; stroke: var(--metered); stroke-width: 2.4; }
svg .naive { fill: none; stroke: var(--fail); stroke-width: 1.2; stroke-dasharray: 3 3; }
.key.n::before { background: var(--fail); } svg .dot { fill: var(--twin); fill-opacity: .6; } svg .equal { stroke: var(--soft);
  stroke-dasharray: 4 4; }
.scatter { max-width: 24rem; } ul { padding-left: 1.2rem; margin: .3rem 0; } code { font-size: .9em; }
@media (max-width: 34rem) { .scores, .scores tbody, .scores tr, .scores td { display: block; } .scores thead {
  display: none; } .scores td, .scores td.n { border: 0; padding: .1rem 0; text-align: left; } .scores tr {
  border-bottom: 1px solid var(--line); padding: .5rem 0; } .scores td[data-l]::before { content: attr(data-l) ": ";
  color: var(--soft); } svg .tick { font-size: 16px; } }
)css";

}  // namespace

std::string html_text(std::string_view text) {
  // Also for attributes: both kinds of quotes are escaped.
  std::string safe;
  for (const char c : kernel::make_printable(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string html_page(std::string_view language, std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}\n</body>\n</html>\n",
      language, html_text(title), style, body);
}

}  // namespace evtwin::replay
