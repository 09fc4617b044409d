// Scripts that try to run for ever, to eat all memory, or to get out. Each ends with a message; that the message is the
// one of the instruction or memory limit, and not of the CPU limit behind them, says that it ended after a bounded
// amount of work.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>

#include "sandbox_fixture.hpp"
#include "support/paths.hpp"

namespace evtwin::lua {
namespace {

using ::testing::AllOf;
using testing::error;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::value;

struct Attack {
  const char* name;
  const char* script;
  const char* message = "instruction limit of 10000000 reached";
};
void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.script; }

constexpr const char* memory = "memory limit of 256 MB reached";

std::string name_of(const ::testing::TestParamInfo<Attack>& attack) { return attack.param.name; }

class SandboxAttack : public ::testing::TestWithParam<Attack> {};

TEST_P(SandboxAttack, EndsWithOneMessageThatNamesTheLine) {
  SandboxLimits limits;
  limits.cpu_seconds = 60;  // out of the way, also of a slow machine under a sanitizer
  // Memory takes more instructions to fill than a loop needs to be recognised as one.
  if (std::string_view(GetParam().message) != memory) limits.instructions = 10'000'000;
  Sandbox sandbox(limits, 7);
  const std::string message = error(sandbox, GetParam().script);
  EXPECT_THAT(message, AllOf(StartsWith("script.lua:1: "), HasSubstr(GetParam().message)));
  // A stop is final, and every further entry says the same.
  if (!sandbox.stop_message().empty()) {
    EXPECT_EQ(error(sandbox, "return 1"), message);
  }
}

const Attack loops[] = {
    {"Loop", "while true do end"},
    {"LoopInPcall", "while true do pcall(function() while true do end end) end"},
    {"LoopInXpcallHandler", "xpcall(error, function() while true do end end)"},
    {"LoopAfterStopInXpcallHandler",
     "while true do xpcall(function() while true do end end, function() while true do end end) end"},
    {"LoopInClose",
     "do local x <close> = setmetatable({}, { __close = function() while true do end end }) error('x') end"},
    {"LoopInCloseAfterStop",
     "do local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end end"},
    {"LoopInCoroutines", "while true do pcall(coroutine.wrap(function() for i = 1, 4e7 do end end)) end"},
    {"ShortCoroutines", "while true do coroutine.wrap(function() for i = 1, 200 do end end)() end"},
    {"LoopInCoroutineClose",
     "local c = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() while true do "
     "end end }) "
     "coroutine.yield() end) coroutine.resume(c) coroutine.close(c)"},
    {"CloseOfACoroutineStoppedWithHooksOff",
     "local c = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() while true do "
     "end end }) "
     "while true do end end) pcall(coroutine.resume, c) coroutine.close(c)"},
    {"PcallRecursion", "local function f() pcall(f) pcall(f) end f()"},
    {"ErrorLoop", "while true do pcall(error, 'x') end"},
    {"DeepErrorLoop",
     "local function d(n) if n == 0 then error('x') end return 1 + d(n - 1) end while true do pcall(d, 50000) end"},
    {"TailCalls", "local function f() return f() end f()"},
    {"LoopInSortComparison", "table.sort({ 3, 2, 1 }, function() while true do end end)"},
    {"LoopInMetamethod", "local t = setmetatable({}, { __index = function() while true do end end }) return t.x"},
    {"LoopInTostring", "tostring(setmetatable({}, { __tostring = function() while true do end end }))"},
    {"LoopInErrorTostring", "error(setmetatable({}, { __tostring = function() while true do end end }))"},
    {"LoopInGsubFunction", "('abc'):gsub('%w', function() while true do end end)"},
    {"LoopInPairsMetamethod", "pairs(setmetatable({}, { __pairs = function() while true do end end }))"},
};
INSTANTIATE_TEST_SUITE_P(Loops, SandboxAttack, ::testing::ValuesIn(loops), name_of);

const Attack library_calls[] = {
    {"PatternBombInFind", "string.find(('a'):rep(60000), ('.-'):rep(12) .. 'b')"},
    {"PatternBombInMatch", "string.match(('a'):rep(60000), ('a*'):rep(30) .. 'b')"},
    {"PatternBombInGmatch", "for a in string.gmatch(('a'):rep(60000), ('.-'):rep(12) .. 'b') do end"},
    {"PatternBombInGsub", "string.gsub(('a'):rep(60000), ('.-'):rep(12) .. 'b', '')"},
    {"LongSetOverLongText", "local p, s = '[' .. ('b'):rep(60000) .. ']', ('a'):rep(1e6) while true do s:find(p) end"},
    {"BalancedOverLongText", "('('):rep(1e6):find('%b()')"},
    {"PlainFind", "local s, p = ('a'):rep(30e6), ('a'):rep(15e6) .. 'b' while true do s:find(p, 1, true) end"},
    {"MoveForEver", "table.move({}, 1, math.maxinteger - 1, 2)"},
    {"InsertWithLyingLength",
     "table.insert(setmetatable({}, { __len = function() return math.maxinteger - 1 end }), 1, 1)"},
    {"RemoveWithLyingLength", "table.remove(setmetatable({}, { __len = function() return math.maxinteger end }), 1)"},
    {"SortWithLyingLength", "table.sort(setmetatable({}, { __len = function() return 1 << 30 end }))"},
    {"ConcatOfMetamethod", "table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, 1 << 62)"},
    {"ConcatOfCFunction", "table.concat(setmetatable({}, { __index = rawlen }), '', 1, 1 << 62)"},
    {"InsertAtFront", "local t = {} for i = 1, 1e6 do table.insert(t, 1, i) end"},
    {"RemoveAtFront", "local t = {} for i = 1, 1e6 do t[i] = i end for i = 1, 1e6 do table.remove(t, 1) end"},
    {"SortAgainAndAgain",
     "local t = {} for i = 1, 1e5 do t[i] = i end while true do table.sort(t, function() return true end) end"},
    {"UnpackAgainAndAgain",
     "local t = {} for i = 1, 9e5 do t[i] = i end while true do select('#', table.unpack(t)) end"},
    {"ByteAgainAndAgain", "local s = ('x'):rep(9e5) while true do s:byte(1, -1) end"},
    {"UpperOfLongText", "local s = ('x'):rep(60e6) while true do s:upper() end"},
    {"FormatOfLongText", "local s = ('x'):rep(60e6) while true do string.format('%.3s', s) end"},
    {"ToNumberOfLongText", "local s = (' '):rep(60e6) .. '1' while true do tonumber(s) end"},
    {"LengthInUtf8", "local s = ('x'):rep(60e6) while true do utf8.len(s) end"},
    {"OffsetInUtf8", "local s = ('x'):rep(60e6) while true do utf8.offset(s, 60000000) end"},
    {"JoiningLongText", "local s = ('x'):rep(60e6) while true do local t = s .. 'y' end"},
    {"RepAgainAndAgain", "while true do local s = ('x'):rep(100e6) end"},
    {"PairsOfALargeTable", "local t = {} for i = 1, 1e5 do t['k' .. i] = i end while true do pairs(t) end"},
    {"NextOfALargeTable", "local t = {} for i = 1, 1e5 do t['k' .. i] = i end while true do next(t) end"},
    {"MissingNames",
     "for i = 1, 1e4 do _G['v' .. i] = 1 end while true do pcall(function() return zzzzzzzzzz end) end"},
    {"MissingModules", "while true do pcall(require, 'nope') end"},
    {"PrintFlood", "while true do print(('x'):rep(1000)) end"},
};
INSTANTIATE_TEST_SUITE_P(LibraryCalls, SandboxAttack, ::testing::ValuesIn(library_calls), name_of);

const Attack hoarders[] = {
    {"TenBillionBytes", "local s = ('x'):rep(1e10)", memory},
    {"RepOfAlmostEverything", "string.rep('x', 1e15)", memory},
    {"RepInPcall", "while true do pcall(string.rep, 'x', 1e15) end", memory},
    {"Doubling", "local s = 'x' for i = 1, 60 do s = s .. s end", memory},
    {"Tables", "local t = {} for i = 1, 1e9 do t[i] = { i } end", memory},
    {"CaughtInALoop", "local t = {} while true do pcall(function() while true do t[#t + 1] = { 1, 2, 3 } end end) end",
     memory},
    {"HiddenByClose",
     "local t = {} while true do pcall(function() local x <close> = setmetatable({}, { __close = function() error('m') "
     "end }) "
     "while true do t[#t + 1] = {} end end) end",
     memory},
    {"CaughtInACoroutine",
     "local t = {} while true do coroutine.wrap(function() while true do t[#t + 1] = {} end end)() end", memory},
    {"LivingAtTheLimit",
     "local t = {} for i = 1, 3.2e6 do t[i] = {} end local j = 0 while true do j = j + 1 local x = { j } end", memory},
    {"GrowingGsub", "('a'):rep(1e5):gsub('a', ('b'):rep(1e5))", memory},
    {"GrowingConcat",
     "local t = {} for i = 1, 1e4 do t[i] = ('x'):rep(1e3) end local u = {} for i = 1, 1e3 do u[i] = t[1]:rep(1000) "
     "end "
     "return #table.concat(u, u[1])",
     memory},
    {"FormatOfManyLongTexts", "local s = ('x'):rep(60e6) return #string.format('%s%s%s%s%s', s, s, s, s, s)", memory},
};
INSTANTIATE_TEST_SUITE_P(Memory, SandboxAttack, ::testing::ValuesIn(hoarders), name_of);

const Attack stack_eaters[] = {
    {"Recursion", "local function f(n) return f(n + 1) + 1 end f(1)", "stack overflow"},
    {"Coroutines", "local function f() return coroutine.wrap(f)() end f()", "C stack overflow"},
    {"TostringOfItself", "local t = {} setmetatable(t, { __tostring = function() return tostring(t) end }) tostring(t)",
     "C stack overflow"},
    {"NestedCloses",
     "local function f() local c = coroutine.create(function() local x <close> = setmetatable({}, { __close = "
     "function() f() end }) "
     "coroutine.yield() end) coroutine.resume(c) assert(coroutine.close(c)) end f()",
     "C stack overflow"},
    {"Sorts", "local function f() table.sort({ 2, 1 }, function() f() end) end f()", "C stack overflow"},
    {"Gsubs", "local function f() ('x'):gsub('x', f) end f()", "C stack overflow"},
    {"PatternRecursion", "string.find(('a'):rep(1e5), ('a?'):rep(1e4) .. 'b')", "pattern too complex"},
};
INSTANTIATE_TEST_SUITE_P(Stack, SandboxAttack, ::testing::ValuesIn(stack_eaters), name_of);

const Attack escapes[] = {
    {"Files", "io.open('OWNED', 'w')", "io: "},
    {"Processes", "os.execute('touch OWNED')", "os: "},
    {"Libraries", "package.loadlib('libc.so.6', 'system')", "package: "},
    {"Registry", "debug.getregistry()", "debug: "},
    {"Bytecode", "load('\\27Lua', 'x', 'b')", "bytecode"},
    {"Finalizer", "setmetatable({}, { __gc = function() while true do end end })", "__gc"},
    {"StringMethods", "getmetatable('').__index = {}", "index"},
    {"Globals", "setmetatable(_G, nil)", "protected"},
    {"GlobalsRaw", "rawset(_G, 'pairs', nil)", "part of the language"},
    {"Libraries2", "rawset(string, 'rep', nil)", "read-only"},
    {"Addresses", "string.format('%p', {})", "%p"},
};
INSTANTIATE_TEST_SUITE_P(Escapes, SandboxAttack, ::testing::ValuesIn(escapes), name_of);

TEST(SandboxParser, HoldsAgainstDeepAndQuadraticSources) {
  EXPECT_THAT(error("local x = " + std::string(100000, '(') + "1" + std::string(100000, ')')), HasSubstr("overflow"));
  EXPECT_THAT(error("local x = " + std::string(100000, '{') + std::string(100000, '}')), HasSubstr("overflow"));
  std::string labels;
  for (int i = 0; i < 100000; ++i) labels += "::a" + std::to_string(i) + "::";
  EXPECT_THAT(error(labels), HasSubstr("labels"));
}

TEST(SandboxStop, AFinalizerGivenLaterNeverRuns) {
  EXPECT_EQ(value("local mt = {} local x = setmetatable({}, mt) mt.__gc = function() while true do end end x = nil\n"
                  "for i = 1, 1e6 do local t = { i } end return 'done'"),
            "done");
}

TEST(SandboxStop, HoldsInsideFunctionsOfTheHost) {
  Sandbox sandbox(SandboxLimits{}, 1);
  sandbox.set_function("apply", [&sandbox](lua_State* L) {
    lua_settop(L, 1);
    sandbox.call_pushed(0, 0);
    return 0;
  });
  EXPECT_THAT(error(sandbox, "while true do pcall(apply, function() while true do end end) end"),
              HasSubstr("instruction limit"));
}

TEST(SandboxStop, ChargesWorkOfTheHost) {
  Sandbox sandbox(SandboxLimits{}, 1);
  sandbox.set_function("series", [&sandbox](lua_State*) { return sandbox.charge_steps(1'000'000), 0; });
  EXPECT_THAT(error(sandbox, "while true do pcall(series) end"), HasSubstr("instruction limit"));
}

TEST(SandboxStop, HostGetsAnErrorWhenItPushesMoreThanFits) {
  SandboxLimits limits;
  limits.memory_bytes = 1 << 20;
  Sandbox sandbox(limits, 1);
  const std::string large(1 << 20, 'x');
  EXPECT_THROW(lua_pushlstring(sandbox.lua_state(), large.data(), large.size()), ScriptError);
}

// Steps that the instruction budget can not see: the clock stops them.
TEST(SandboxCpuLimit, StopsAScriptWhoseInstructionsAreSlow) {
  SandboxLimits limits;
  limits.cpu_seconds = 0.1;
  EXPECT_THAT(error("local a, b = ('x'):rep(30e6), ('x'):rep(30e6) while true do local t = a == b end", limits),
              HasSubstr("CPU limit of 0.1 s reached"));
  EXPECT_THAT(error("local a, b = ('x'):rep(30e6) .. 'a', ('x'):rep(30e6) .. 'b' while true do pcall(function() return "
                    "a < b end) end",
                    limits),
              HasSubstr("CPU limit of 0.1 s reached"));
}

TEST(SandboxCpuLimitDeathTest, EndsTheProcessWhenAStepNeverReturns) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  SandboxLimits limits;
  limits.cpu_seconds = 0.1;
  // A value that is its own __call: Lua 5.4.4 looks for the function behind it without end, in one instruction.
  EXPECT_EXIT(error("local t = {} t.__call = t setmetatable(t, t) t()", limits), ::testing::ExitedWithCode(1),
              "error: script.lua: CPU limit of 0.1 s reached");
}

// The files of the shared folder that concern the interpreter.
TEST(SandboxBadInput, AnswersEveryHostileFileWithTheWordThatIsDue) {
  const std::filesystem::path folder = std::filesystem::path(paths::shared_dir) / "bad_input" / "lua";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
  struct Case {
    const char* file;
    const char* word;
  };
  const Case cases[] = {{"bom.lua", ""},
                        {"crlf.lua", ""},
                        {"control_valid.lua", ""},
                        {"debug_registry.lua", "debug"},
                        {"deep_recursion.lua", "overflow"},
                        {"error_is_nil.lua", "error_is_nil.lua:1"},
                        {"error_is_table.lua", "error_is_table.lua:1"},
                        {"error_message_huge.lua", "error_message_huge.lua:1"},
                        {"error_tostring_throws.lua", "error_tostring_throws.lua:1"},
                        {"io_open.lua", "io"},
                        {"load_bytecode.lua", "bytecode"},
                        {"loop_forever.lua", "instruction limit"},
                        {"loop_in_close.lua", "limit"},
                        {"loop_in_coroutine.lua", "limit"},
                        {"loop_in_gc.lua", "__gc"},
                        {"loop_in_pcall.lua", "instruction limit"},
                        {"misspelt_function.lua", "did you mean sessions?"},
                        {"nul_in_source.lua", "nul_in_source.lua:2"},
                        {"order_of_pairs.lua", ""},
                        {"os_execute.lua", "os"},
                        {"package_loadlib.lua", "package"},
                        {"pattern_bomb.lua", "limit"},
                        {"random_without_seed.lua", ""},
                        {"require_circular.lua", "circular_a -> circular_b"},
                        {"require_stdlib.lua", "os"},
                        {"require_traversal.lua", "require"},
                        {"source_is_bytecode.lua", "bytecode"},
                        {"string_bomb.lua", "memory"},
                        {"string_bomb_doubling.lua", "memory"},
                        {"string_metatable.lua", "string_metatable.lua:1"},
                        {"syntax_missing_brace.lua", ":8"},
                        {"syntax_open_string.lua", ":2"},
                        {"syntax_typographic_quotes.lua", ":2"},
                        {"table_bomb.lua", "memory"},
                        {"table_move_forever.lua", "limit"},
                        {"tamper_globals.lua", "part of the language"},
                        {"tariff_name_misspelt.lua", "did you mean self_use_low_voltage?"}};
  SandboxLimits limits;
  limits.cpu_seconds = 60;  // the words are those of counted limits; a slow machine must not end an entry first
  for (const Case& c : cases) {
    Sandbox sandbox(limits, 7);
    for (const char* name : {"scenario", "site", "sessions"})
      sandbox.set_function(name, [](lua_State* L) { return lua_settop(L, 1), 1; });
    sandbox.set_loader([&folder](std::string_view module, std::string& file) -> std::string {
      if (module == "tariffs.kepco_ev") return "return { self_use_low_voltage = {} }";
      file = std::string(module) + ".lua";
      if (module.find('/') != std::string_view::npos || !std::filesystem::exists(folder / file))
        throw std::runtime_error("no such module");
      return testing::read_file(folder / file);
    });
    std::string message;
    try {
      sandbox.run_chunk(testing::read_file(folder / c.file), c.file, 0);
    } catch (const ScriptError& e) {
      message = e.message;
    }
    if (std::string_view(c.word).empty())
      EXPECT_EQ(message, "") << c.file;
    else
      EXPECT_THAT(message, HasSubstr(c.word)) << c.file;
    EXPECT_LE(message.size(), 500u) << c.file;
  }
}

}  // namespace
}  // namespace evtwin::lua
