#ifndef CLARITY_TESTS_SUPPORT_RESULTS_H_
#define CLARITY_TESTS_SUPPORT_RESULTS_H_

#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/core/errors.h"
#include "clients/core/page_range.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"

// What came of a call, for tests.
namespace clarity::tests {

// What a call gave that has to succeed; otherwise the test ends with what it said.
inline void Succeed(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}
template <typename T>
T Value(absl::StatusOr<T> result) {
  Succeed(result.status());
  return *std::move(result);
}

// All items of a list, however many pages they come in.
template <typename T>
std::vector<T> All(client::PageRange<T> range) {
  std::vector<T> items;
  for (const absl::StatusOr<T>& item : range) items.push_back(Value(item));
  return items;
}

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}
// Of a list: of the first item that failed.
template <typename T>
absl::Status StatusOf(client::PageRange<T> range) {
  for (const absl::StatusOr<T>& item : range) {
    if (!item.ok()) return item.status();
  }
  return absl::OkStatus();
}

// What every error promises, whichever it is: the reason in an ErrorInfo of our domain, and details
// that fit into gRPC's metadata. Empty when all is well.
inline std::string BrokenPromise(const absl::Status& status) {
  constexpr size_t kDetailBytesMax = 4096;
  size_t bytes = status.message().size();
  status.ForEachPayload(
      [&](absl::string_view, const absl::Cord& payload) { bytes += payload.size(); });
  if (bytes > kDetailBytesMax) return "its details have " + std::to_string(bytes) + " bytes";
  const auto info = client::DetailOf<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return "it has no ErrorInfo";
  if (info->domain() != "clarity") return "its domain is " + info->domain();
  return "";
}

inline std::vector<std::string> ViolatedFields(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto details = client::DetailOf<google::rpc::BadRequest>(status);
  if (!details.has_value()) return fields;
  for (const auto& violation : details->field_violations()) fields.push_back(violation.field());
  return fields;
}

// Refused(code, "REASON"): the call failed with just this, and as every error has to.
MATCHER_P2(Refused, code, reason, "") {
  const absl::Status status = StatusOf(arg);
  *result_listener << "which gave " << status.ToString();
  if (status.code() != code) return false;
  if (client::ReasonOf(status) != reason) {
    *result_listener << ", whose reason is \"" << client::ReasonOf(status) << "\"";
    return false;
  }
  const std::string broken = BrokenPromise(status);
  *result_listener << (broken.empty() ? "" : ", but " + broken);
  return broken.empty();
}

}  // namespace clarity::tests

// gmock prints what it compares.
namespace absl {
template <typename T>
void PrintTo(const StatusOr<T>& result, std::ostream* out) {
  *out << result.status();
}
}  // namespace absl

#endif  // CLARITY_TESTS_SUPPORT_RESULTS_H_
