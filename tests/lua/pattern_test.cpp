// Our matcher against Lua's own: the same answer on every pattern that is not an attack.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lualib.h>
#include <rapidcheck/gtest.h>

#include <memory>

#include "sandbox_fixture.hpp"

namespace evtwin::lua {
namespace {

using ::testing::HasSubstr;

// All results of one call as text, "error" if it fails.
constexpr const char* show =
    "local function show(ok, ...) if not ok then return 'error' end local out = {} for i = 1, select('#', ...) do\n"
    "out[i] = tostring((select(i, ...))) end return table.concat(out, '|') end\n"
    "local function all(s, p, r, init)\n"
    "  local out = { show(pcall(string.find, s, p, init)), show(pcall(string.match, s, p, init)), "
    "show(pcall(string.find, s, p, init, true)),\n"
    "    show(pcall(string.gsub, s, p, r)), show(pcall(string.gsub, s, p, r, 2)), show(pcall(string.gsub, s, p, "
    "'<%0%1>')),\n"
    "    show(pcall(string.gsub, s, p, { a = 'A', b = false })), show(pcall(string.gsub, s, p, function(x, y) return y "
    "end)) }\n"
    "  out[#out + 1] = show(pcall(function() local g = {} for x, y in string.gmatch(s, p, init) do g[#g + 1] = "
    "tostring(x) .. tostring(y) end\n"
    "    return table.concat(g, ';') end))\n"
    "  return table.concat(out, '\\n') end\n"
    "return all(...)\n";

struct Case {
  std::string subject, pattern, replacement;
  lua_Integer init = 1;
};

void push(lua_State* L, const Case& c) {
  lua_pushlstring(L, c.subject.data(), c.subject.size());
  lua_pushlstring(L, c.pattern.data(), c.pattern.size());
  lua_pushlstring(L, c.replacement.data(), c.replacement.size());
  lua_pushinteger(L, c.init);
}

class BothMatchers {
 public:
  BothMatchers() : stock_(luaL_newstate(), lua_close), ours_(SandboxLimits{}, 1) {
    luaL_openlibs(stock_.get());
    luaL_loadstring(stock_.get(), show);
    ours_.run_chunk("return function(...) " + std::string(show) + " end", "show.lua", 1);
  }
  std::string stock(const Case& c) {
    lua_pushvalue(stock_.get(), 1);
    push(stock_.get(), c);
    lua_call(stock_.get(), 4, 1);
    return testing::pop_text(stock_.get());
  }
  std::string ours(const Case& c) {
    lua_pushvalue(ours_.lua_state(), 1);
    push(ours_.lua_state(), c);
    ours_.call_pushed(4, 1);
    return testing::pop_text(ours_.lua_state());
  }

 private:
  std::unique_ptr<lua_State, decltype(&lua_close)> stock_;
  Sandbox ours_;
};

TEST(Patterns, AnswerAsLuaDoesOnHandPickedCases) {
  BothMatchers both;
  const std::vector<Case> cases{{"hello world", "o w", "x"},
                                {"hello world", "(%w+) (%w+)", "%2 %1"},
                                {"key = value", "^(%w+)%s*=%s*(%w+)$", "%1"},
                                {"(a(b)c)", "%b()", "x"},
                                {"THE (quick) fox", "%f[%a]%a+%f[%A]", "w"},
                                {"aaab", "a-b", "x"},
                                {"aaab", "^a*", "x"},
                                {"", "", "x"},
                                {"abc", "", "-"},
                                {"abc", "()", "x"},
                                {"abc", "b()", "%1"},
                                {"abab", "(ab)%1", "x"},
                                {"a.b", "%.", "%%"},
                                {"a]b", "[]]", "x"},
                                {"a^b", "[b^]", "x"},
                                {"a-b", "[a%-]", "x"},
                                {"x", "[a-", "x"},
                                {"x", "%", "x"},
                                {"x", "(", "x"},
                                {"x", ")", "x"},
                                {"x", "%1", "x"},
                                {"x", "%f", "x"},
                                {"x", "%b", "x"},
                                {"x", "[%", "x"},
                                {"x", "x", "%2"},
                                {"x", "x", "%x"},
                                {"x", "x", "%"},
                                {"abc", "^b", "x", 2},
                                {"abc", "c", "x", -1},
                                {"abc", "a", "x", 5},
                                {"abc", "a", "x", -10},
                                {"a$", "a$", "x"},
                                {"a$b", "$b", "x"},
                                {std::string("a\0b", 3), "%z", "x"},
                                {std::string("a\0b", 3), "[^\1-\2]", "x"},
                                {"\xFF\x80", "[\x80-\xFF]", "x"},
                                {"aXb", "%u", "x"},
                                {"2025-06-02", "(%d+)-(%d+)-(%d+)", "%3.%2.%1"},
                                {"  trim  ", "^%s*(.-)%s*$", "%1"},
                                {"((()", "%b()", "x"},
                                {"abc", "((a)(b))", "%3%2%1"},
                                {"abc", "(a)(", "x"},
                                {"x=1,y=2", "(%w)=(%w)", "%2"},
                                {"aaa", "a?a?a?aaa", "x"},
                                {"ab", "[^%a]*", "x"},
                                {"a", "a**", "x"},
                                {"a+", "a+-", "x"},
                                {"ab", "(a*(.)%w(%s*))", "%1"}};
  for (const Case& c : cases) EXPECT_EQ(both.ours(c), both.stock(c)) << c.subject << " ~ " << c.pattern;
}

RC_GTEST_PROP(Patterns, AnswerAsLuaDoesOnRandomCases, ()) {
  static BothMatchers both;
  const auto letter = rc::gen::elementOf(std::string("ab()[]^$%.*+-?1bfwas]"));
  const auto text = rc::gen::container<std::string>(rc::gen::elementOf(std::string("aabb()1 ")));
  Case c;
  c.subject = (*text).substr(0, 12);
  c.pattern = (*rc::gen::container<std::string>(letter)).substr(0, 10);
  c.replacement = (*rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab%012")))).substr(0, 4);
  c.init = *rc::gen::inRange(-6, 8);
  RC_ASSERT(both.ours(c) == both.stock(c));
}

TEST(Patterns, RefuseWhatIsTooDeepOrTooMany) {
  EXPECT_THAT(testing::error("string.find(('a'):rep(300), ('a?'):rep(250) .. 'b')"), HasSubstr("too complex"));
  EXPECT_THAT(testing::error("string.find('', ('()'):rep(33))"), HasSubstr("too many captures"));
}

}  // namespace
}  // namespace evtwin::lua
