#ifndef CLARITY_SERVICES_PLATFORM_RPC_FRESHNESS_H_
#define CLARITY_SERVICES_PLATFORM_RPC_FRESHNESS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// A write answers in the trailing metadata with how far its streams have come; a read that sends
// this back sees at least that write, whichever replica it asks.
inline constexpr char kFreshnessKey[] = "clarity-freshness";

// "clinic:lake-forest@12,org@7"; empty without positions.
std::string FormatFreshness(const std::vector<storage::StreamPosition>& positions);
// INVALID_ARGUMENT when it is not one of ours.
absl::StatusOr<std::vector<storage::StreamPosition>> ParseFreshness(absl::string_view token);
// UNAVAILABLE (try again) when this snapshot lacks a write the caller knows of.
absl::Status CheckFreshness(storage::Transaction& transaction,
                            const std::vector<storage::StreamPosition>& positions);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_FRESHNESS_H_
