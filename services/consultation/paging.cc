#include "services/consultation/paging.h"

#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/page_token.h"

namespace clarity::consultation {

absl::StatusOr<Page> PageOf(const google::protobuf::Message& request, absl::string_view page_token,
                            int page_size, Order order) {
  Page page;
  page.size = page_size > 0 ? page_size : rpc::kPageSizeUsual;
  ASSIGN_OR_RETURN(const std::string token, rpc::DecodePageToken(request, page_token));
  if (!token.empty() && !page.cursor.ParseFromString(token)) {
    return base::InvalidReason("PAGE_TOKEN_MISMATCH", "this is no page token");
  }
  if (token.empty()) {
    page.cursor.set_time_micros(order == Order::kNewestFirst ? INT64_MAX : INT64_MIN);
  }
  return page;
}

std::string NextPageToken(const google::protobuf::Message& request,
                          const storage::v1::PageCursor& last) {
  return rpc::EncodePageToken(request, last.SerializeAsString());
}

}  // namespace clarity::consultation
