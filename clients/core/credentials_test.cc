#include "clients/core/credentials.h"

#include <cstdio>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using ::testing::HasSubstr;

class TokenFileTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
  }

  const std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(TokenFileTest, GivesTheTokenWithoutTheLineEnd) {
  Write(path_, "abc.def.ghi\n");
  EXPECT_EQ(*TokenFileCredentials(path_)->Token(), "abc.def.ghi");
}

TEST_F(TokenFileTest, ReadsAgainWhenTheFileIsReplaced) {
  Write(path_, "old");
  const auto credentials = TokenFileCredentials(path_);
  ASSERT_EQ(*credentials->Token(), "old");
  Write(path_ + ".new", "new");
  ASSERT_EQ(std::rename((path_ + ".new").c_str(), path_.c_str()), 0);
  EXPECT_EQ(*credentials->Token(), "new");
}

TEST_F(TokenFileTest, ReadsAgainWhenTheFileIsRewritten) {
  Write(path_, "old");
  const auto credentials = TokenFileCredentials(path_);
  ASSERT_EQ(*credentials->Token(), "old");
  Write(path_, "a longer one");
  EXPECT_EQ(*credentials->Token(), "a longer one");
}

TEST_F(TokenFileTest, SaysWhichFileCannotBeRead) {
  const auto missing = TokenFileCredentials("/nonexistent/token")->Token();
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("/nonexistent/token"));

  Write(path_, "\n");
  EXPECT_THAT(std::string(TokenFileCredentials(path_)->Token().status().message()),
              HasSubstr("it is empty"));
}

}  // namespace
}  // namespace clarity::client
