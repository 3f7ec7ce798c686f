#include "services/platform/rpc/visible.h"

#include "re2/re2.h"

namespace clarity::rpc {

bool HasVisibleCharacter(absl::string_view text) {
  // The named ones are the fillers of Hangul, the empty pattern of Braille, and what Unicode keeps
  // for characters that are not to be seen (Default_Ignorable_Code_Point).
  static const RE2* const kVisible =
      new RE2(R"([^\pZ\pC\pM\x{115F}\x{1160}\x{2065}\x{2800}\x{3164}\x{FFA0}\x{FFF0}-\x{FFF8})"
              R"(\x{E0000}-\x{E0FFF}])");
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *kVisible);
}

}  // namespace clarity::rpc
