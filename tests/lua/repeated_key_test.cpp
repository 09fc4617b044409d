// A key that stands twice in one table constructor: found wherever it is constant, and nowhere else.
#include "lua/repeated_key.hpp"

#include <gtest/gtest.h>

#include "sandbox_fixture.hpp"

namespace evtwin::lua {
namespace {

std::string found(std::string_view source) {
  const auto repeated = find_repeated_key(source);
  return repeated ? repeated->key + " " + std::to_string(repeated->first_line) + " " + std::to_string(repeated->line)
                  : "";
}

TEST(RepeatedKey, IsFoundInEveryFormOfAConstantKey) {
  EXPECT_EQ(found("return { kw = 7, kw = 11 }"), "kw 1 1");
  EXPECT_EQ(found("return {\n  kw = 7,\n  evses = 2;\n  kw = 11,\n}"), "kw 2 4");
  EXPECT_EQ(found("return { kw = 7, ['kw'] = 11 }"), "['kw'] 1 1");
  EXPECT_EQ(found("return { [\"k\\119\"] = 7, ['\\x6b\\x77'] = 8 }"), "['\\x6b\\x77'] 1 1");
  EXPECT_EQ(found("return { [ [[kw]] ] = 7, kw = 8 }"), "kw 1 1");
  EXPECT_EQ(found("return { [2] = 7, [0x2] = 8 }"), "[0x2] 1 1");
  EXPECT_EQ(found("return { [2] = 7, [2.0] = 8 }"), "[2.0] 1 1");
  EXPECT_EQ(found("return { [true] = 7, [true] = 8 }"), "[true] 1 1");
  EXPECT_EQ(found("return { 5, 6,\n [2] = 8 }"), "[2] 1 2");
  EXPECT_EQ(found("return { [1] = 8, { 5 } }"), "[1] 1 1");
}

TEST(RepeatedKey, IsFoundInsideTablesCallsAndFunctions) {
  EXPECT_EQ(found("return scenario { site { stations = { { kw = 7, name = 'A', kw = 8 } } } }"), "kw 1 1");
  EXPECT_EQ(found("local f = function() if x then return { a = 1, a = 2 } end end"), "a 1 1");
  EXPECT_EQ(found("t = { a = function() local a, b = 1, 2 end, c = (1), a = 2 }"), "a 1 1");
  EXPECT_EQ(found("t = { a = x[ { b = 1, b = 2 } ] }"), "b 1 1");
}

TEST(RepeatedKey, LegalTablesHaveNone) {
  for (const char* source : {
           "return { { kw = 7 }, { kw = 11 } }",
           "return { kw = 7, inner = { kw = 11 } }",
           "return { kw = 7, KW = 8, [1] = 2, ['1'] = 3 }",
           "return { kw = 7, --[[ kw = 8, ]] x = 1 } -- kw = 9",
           "return { kw = 7, text = 'kw = 8, kw = 9', long = [==[ , kw = 8, ]==] }",
           "return { [key] = 7, [key] = 8, [1 + 1] = 2, [2] = 3 }",
           "return { f = function() local a, b = 1, 2; a, b = b, a; return a, b end, a = 1, b = 2 }",
           "return { f = function() if x then y = 1, z elseif w then y = 2 else y = 3 end end, y = 1 }",
           "return { f = function() for i = 1, 2 do i = 1 end while x do i = 2 end repeat i = 3 until y end, i = 1 }",
           "return { a == b, a == b, a <= c, a = 1 }",
           "return { a = b == c, b = f{ a = 1 }, c = g'a = 1, a = 2' }",
           "return { [1] = 5, f() }",
           "return { [1] = 5, ... }",
           "return { [2] = 5, 4, f{} , }",
           "return { 'a', 'a', \"b\", [[b]] }",
           "return { a = 'it\\'s, a = 2', b = '\\z\n  a = 3, a = 4' }",
           "return { a = 0x1p-4, b = 3e+5, c = .5, d = 1 .. 2 }",
           "#!/usr/bin/lua a = { b = 1, b = 2 }\nreturn { a = 1 }",
           "goto done do local t = { x = 1 } end ::done:: return { x = 2 }",
       })
    EXPECT_EQ(found(source), "") << source;
}

TEST(RepeatedKey, SurvivesTextThatIsNoLua) {
  for (const char* source : {"", "{", "}", "{ a = ", "{ [", "{ ['a", "{ [[a", "end } ) ]", "{ a = 1, [", "--[[", "{,"})
    EXPECT_EQ(found(source), "") << source;
}

TEST(RepeatedKey, IsRefusedInAScriptAndInItsModulesWithFileAndLine) {
  EXPECT_EQ(testing::error("local t = {\n  kw = 7,\n  kw = 11 }"),
            "script.lua:3: the key kw stands twice in one table, first on line 2; which one holds? Leave one out");
  Sandbox sandbox(SandboxLimits{}, 7);
  sandbox.set_loader(testing::modules({{"site", "return { kw = 7, kw = 11 }"}}));
  EXPECT_EQ(testing::error(sandbox, "require 'site'"),
            "site.lua:1: the key kw stands twice in one table; which one holds? Leave one out");
}

}  // namespace
}  // namespace evtwin::lua
