// Tokens that come back from callers: of pages, and of how fresh an answer has to be.

#include <string>

#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/freshness.h"
#include "services/platform/rpc/page_token.h"
#include "tests/fuzz/fuzz.h"

namespace clarity::fuzz {
namespace {

void TryPage(const std::string& text) {
  scheduling::v1::ListAppointmentsRequest query;
  query.set_filter("clinic = clinics/a");
  Require(rpc::DecodePageToken(query, text).ok() == text.empty() ||
              rpc::EncodePageToken(query, *rpc::DecodePageToken(query, text)) == text,
          "a page token that is taken was given out");
  const std::string token = rpc::EncodePageToken(query, text);
  const auto cursor = rpc::DecodePageToken(query, token);
  Require(cursor.ok() && *cursor == text, "a cursor comes back as it went");
  query.set_filter("clinic = clinics/b");
  Require(!rpc::DecodePageToken(query, token).ok(), "a page token is of its query");
}

void TryFreshness(const std::string& text) {
  const auto positions = rpc::ParseFreshness(text);
  if (!positions.ok()) return Require(absl::IsInvalidArgument(positions.status()), "it is refused");
  const auto again = rpc::ParseFreshness(rpc::FormatFreshness(*positions));
  Require(again.ok() && again->size() == positions->size(), "positions come back as they went");
}

}  // namespace
}  // namespace clarity::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  clarity::fuzz::TryPage(text);
  clarity::fuzz::TryFreshness(text);
  return 0;
}
