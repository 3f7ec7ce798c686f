#include "services/platform/rpc/page_token.h"

#include <memory>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/platform/base/errors.h"

namespace clarity::rpc {
namespace {

using google::protobuf::Message;
using google::protobuf::TextFormat;

// Two list requests with the same fields.
class PageTokenTest : public ::testing::Test {
 protected:
  PageTokenTest() {
    google::protobuf::FileDescriptorProto file;
    file.set_name("lists.proto");
    for (const char* name : {"ListNursesRequest", "ListRoomsRequest"}) {
      auto* message = file.add_message_type();
      EXPECT_TRUE(
          TextFormat::ParseFromString(R"pb(
                                        field { name: "pool" number: 1 type: TYPE_STRING }
                                        field { name: "page_size" number: 2 type: TYPE_INT32 }
                                        field { name: "page_token" number: 3 type: TYPE_STRING }
                                      )pb",
                                      message));
      message->set_name(name);
    }
    file_ = pool_.BuildFile(file);
  }

  std::unique_ptr<Message> Query(const std::string& type, const std::string& text) {
    std::unique_ptr<Message> query(
        factory_.GetPrototype(file_->FindMessageTypeByName(type))->New());
    EXPECT_TRUE(TextFormat::ParseFromString(text, query.get()));
    return query;
  }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
};

TEST_F(PageTokenTest, GivesBackTheCursorForTheSameQueryWhateverThePageAndItsSize) {
  const std::string cursor("a\0b\xff", 4);
  const std::string token = EncodePageToken(
      *Query("ListNursesRequest", R"(pool: "day" page_size: 10 page_token: "before")"), cursor);
  const auto next = Query("ListNursesRequest", R"(pool: "day" page_size: 20)");
  EXPECT_EQ(*DecodePageToken(*next, token), cursor);
}

TEST_F(PageTokenTest, IsTheFirstPageWhenEmpty) {
  EXPECT_EQ(*DecodePageToken(*Query("ListNursesRequest", ""), ""), "");
}

TEST_F(PageTokenTest, IsRefusedByAnotherQueryByAnotherMethodAndIfItIsNone) {
  const auto query = Query("ListNursesRequest", R"(pool: "day")");
  const std::string token = EncodePageToken(*query, "resources/a");
  for (const absl::Status& status :
       {DecodePageToken(*Query("ListNursesRequest", R"(pool: "night")"), token).status(),
        DecodePageToken(*Query("ListRoomsRequest", R"(pool: "day")"), token).status(),
        DecodePageToken(*query, "resources/a").status(), DecodePageToken(*query, "####").status(),
        DecodePageToken(*query, token.substr(1)).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::ReasonOf(status), "PAGE_TOKEN_MISMATCH");
  }
}

}  // namespace
}  // namespace clarity::rpc
