// A plugin that is wrong in the one way its build says (BAD_OLDER: it only was built earlier).
#include <evtwin/strategy.hpp>
#include <stdexcept>

#ifdef BAD_UNDEFINED
extern "C" void evtwin_of_nowhere();
#endif

namespace {

struct Bad {
  static constexpr evtwin_info info = evtwin::sdk::describe("bad", "Bad", "1.0", "Wrong in one way.");
  explicit Bad(const evtwin::sdk::Setup&) {
#ifdef BAD_UNDEFINED
    evtwin_of_nowhere();
#endif
#ifdef BAD_CREATE
    throw std::runtime_error("no licence for this site");
#endif
  }
  void decide(const evtwin::sdk::View& view, evtwin::sdk::Decision& decision) {
#ifdef BAD_DECIDE
    throw std::runtime_error("the solver gave up");
#endif
#ifdef BAD_OVERRUN
    decision.evse_kw.data()[view.evse_count()] = 1.0;
#endif
    for (std::size_t i = 0; i < view.evse_count(); ++i) decision.evse_kw[i] = 0.0;
  }
};

using Library = evtwin::sdk::Library<Bad>;

}  // namespace

#ifdef BAD_SYMBOL
extern "C" EVTWIN_EXPORT const int evtwin_other_entry = 0;
#else
extern "C" {
const evtwin_entry evtwin_strategy_entry = {
#ifdef BAD_SIZE
    8,
#else
    sizeof(evtwin_entry),
#endif
#ifdef BAD_MAJOR
    EVTWIN_ABI_MAJOR + 1,
#else
    EVTWIN_ABI_MAJOR,
#endif
#ifdef BAD_MINOR
    EVTWIN_ABI_MINOR + 1,
#elif defined(BAD_OLDER)
    EVTWIN_ABI_MINOR - 1,
#else
    EVTWIN_ABI_MINOR,
#endif
#ifdef BAD_NO_INFO
    2,
#else
    1,
#endif
#ifdef BAD_DIGEST
    "0000",
#else
    EVTWIN_ABI_DIGEST,
#endif
    &Library::info,
#ifdef BAD_NO_CREATE
    nullptr
#else
    &Library::create
#endif
};
}
#endif
