#include "services/platform/rpc/page_token.h"

#include <string>

#include "clarity/scheduling/v1/catalog_service.pb.h"
#include "gtest/gtest.h"
#include "services/platform/base/errors.h"

namespace clarity::rpc {
namespace {

using scheduling::v1::ListClinicsRequest;
using scheduling::v1::ListResourcesRequest;

TEST(PageToken, GivesBackTheCursorForTheSameQueryWhateverThePageSize) {
  ListResourcesRequest query;
  query.set_pool("nurse");
  query.set_page_size(10);
  const std::string cursor("a\0b\xff", 4);
  const std::string token = EncodePageToken(query, cursor);
  query.set_page_size(20);
  query.set_page_token(token);
  EXPECT_EQ(*DecodePageToken(query, token), cursor);
}

TEST(PageToken, IsTheFirstPageWhenEmpty) {
  EXPECT_EQ(*DecodePageToken(ListClinicsRequest(), ""), "");
}

TEST(PageToken, IsRefusedByAnotherQueryAnotherMethodAndIfItIsNone) {
  ListResourcesRequest query;
  query.set_pool("nurse");
  const std::string token = EncodePageToken(query, "resources/a");
  ListResourcesRequest other;
  other.set_pool("room");
  for (const absl::Status& status :
       {DecodePageToken(other, token).status(),
        DecodePageToken(ListClinicsRequest(), token).status(),
        DecodePageToken(query, "resources/a").status(), DecodePageToken(query, "####").status(),
        DecodePageToken(query, token.substr(1)).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::ReasonOf(status), "PAGE_TOKEN_MISMATCH");
  }
}

}  // namespace
}  // namespace clarity::rpc
