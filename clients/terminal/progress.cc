#include "clients/terminal/progress.h"

namespace clarity::client {
namespace {

constexpr char kLineAnew[] = "\r\x1b[K";

}  // namespace

void Progress::Show(absl::string_view doing) {
  if (!console_.can_ask) return;
  *console_.err << kLineAnew << console_.Styled(Tone::kFaint, doing) << std::flush;
  shown_ = true;
}

void Progress::Clear() {
  if (shown_) *console_.err << kLineAnew << std::flush;
  shown_ = false;
}

}  // namespace clarity::client
