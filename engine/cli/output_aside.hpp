// The standard output is for the answer: what a plugin prints while it runs goes to the standard error.
#pragma once

namespace evtwin::cli {

/// While it lives, whatever writes to descriptor 1 writes to descriptor 2.
class OutputAside {
 public:
  OutputAside();
  ~OutputAside();
  OutputAside(const OutputAside&) = delete;
  OutputAside& operator=(const OutputAside&) = delete;

 private:
  int kept_;
};

}  // namespace evtwin::cli
