#include "services/platform/base/files.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace clarity::base {
namespace {

TEST(ReadFileTest, GivesTheBytesAsTheyAre) {
  const std::string path = ::testing::TempDir() + "/clarity_files_test";
  const std::string bytes = std::string("a\0b\r\n", 5) + std::string(10'000, 'x');
  std::ofstream(path, std::ios::binary) << bytes;
  const auto text = ReadFile(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, bytes);
}

TEST(ReadFileTest, SaysWhichFileCannotBeReadAndWhy) {
  EXPECT_EQ(ReadFile("/no/such/file").status(),
            absl::NotFoundError("cannot read /no/such/file: No such file or directory"));
  EXPECT_EQ(ReadFile("/proc/self").status().message(), "cannot read /proc/self: Is a directory");
}

}  // namespace
}  // namespace clarity::base
