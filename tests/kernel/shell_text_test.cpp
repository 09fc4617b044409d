// Words of commands, as a real shell reads them.
#include "kernel/shell_text.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace evtwin::kernel {
namespace {

std::string read_by_a_shell(const std::string& word) {
  FILE* shell = popen(("printf %s " + word).c_str(), "r");
  std::string read;
  for (int c = 0; (c = std::fgetc(shell)) != EOF;) read += static_cast<char>(c);
  pclose(shell);
  return read;
}

TEST(ShellText, AShellReadsWhatWasMeant) {
  for (const std::string text : {"plain/file-1.so", "", "two words", "it's", "'", "a'b'c", "$HOME `id` \\", "~", "#edf",
                                 "x.so#edf", "a;b|c&d>e<f", "*?[a]", "\"quoted\"", "충전소 1.so", "!", "{a,b}"}) {
    EXPECT_EQ(read_by_a_shell(shell_word(text)), text) << text;
    EXPECT_EQ(read_by_a_shell(shell_quoted(text)), text) << text;
  }
}

TEST(ShellText, PlainWordsStayAsTheyAre) {
  EXPECT_EQ(shell_word("./build/libmy_idea.so"), "./build/libmy_idea.so");
  EXPECT_EQ(shell_word("lp:v2g=true,gap=0.01"), "lp:v2g=true,gap=0.01");
}

}  // namespace
}  // namespace evtwin::kernel
