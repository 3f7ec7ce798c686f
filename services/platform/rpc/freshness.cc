#include "services/platform/rpc/freshness.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"

namespace clarity::rpc {

std::string FormatFreshness(const std::vector<storage::StreamPosition>& positions) {
  std::string token;
  for (const storage::StreamPosition& position : positions) {
    absl::StrAppend(&token, token.empty() ? "" : ",", position.stream, "@", position.position);
  }
  return token;
}

absl::StatusOr<std::vector<storage::StreamPosition>> ParseFreshness(absl::string_view token) {
  std::vector<storage::StreamPosition> positions;
  const auto malformed = [] {
    return base::InvalidField(kFreshnessKey, "is no freshness token of this server");
  };
  if (token.size() > limits::kTokenBytesMax) return malformed();
  for (absl::string_view part : absl::StrSplit(token, ',', absl::SkipEmpty())) {
    const std::vector<absl::string_view> halves = absl::StrSplit(part, '@');
    storage::StreamPosition position;
    if (halves.size() != 2 || halves[0].empty() ||
        !absl::SimpleAtoi(halves[1], &position.position) || position.position < 0 ||
        positions.size() >= limits::kFreshnessStreamsMax) {
      return malformed();
    }
    position.stream = std::string(halves[0]);
    positions.push_back(std::move(position));
  }
  return positions;
}

absl::Status CheckFreshness(storage::Transaction& transaction,
                            const std::vector<storage::StreamPosition>& positions) {
  for (const storage::StreamPosition& wanted : positions) {
    ASSIGN_OR_RETURN(const int64_t position, storage::LastPosition(transaction, wanted.stream));
    if (position < wanted.position) {
      return base::Unavailable("a write this caller has made is not to be seen here yet",
                               limits::kRetryAfter);
    }
  }
  return absl::OkStatus();
}

}  // namespace clarity::rpc
