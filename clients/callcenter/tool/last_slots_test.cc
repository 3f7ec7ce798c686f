#include "clients/callcenter/tool/last_slots.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using ::testing::HasSubstr;

class LastSlotsTest : public testing::Test {
 protected:
  LastSlotsTest() { std::filesystem::remove_all(directory_); }

  static ShownSlot Shown(const std::string& clinic) {
    ShownSlot shown;
    shown.slot.set_clinic(clinic);
    shown.slot.mutable_start_time()->set_seconds(1'800'000'000);
    shown.slot.add_assignments()->set_resource("resources/dr-okafor");
    return shown;
  }

  const std::string directory_ = testing::TempDir() + "last_slots_test_" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path_ = directory_ + "/clarity/last-slots";
  LastSlots last_slots_{path_, "127.0.0.1:7421"};
};

TEST_F(LastSlotsTest, NumbersMeanWhatWasShown) {
  ASSERT_TRUE(last_slots_.Save({Shown("clinics/a"), Shown("clinics/b")}).ok());
  const auto second = last_slots_.Get(2);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->slot.clinic(), "clinics/b");
  EXPECT_EQ(second->slot.start_time().seconds(), 1'800'000'000);
  EXPECT_EQ(second->slot.assignments(0).resource(), "resources/dr-okafor");
  EXPECT_EQ(second->hold, "");
  EXPECT_THAT(std::string(last_slots_.Get(3).status().message()), HasSubstr("showed 1 to 2"));
  EXPECT_FALSE(last_slots_.Get(0).ok());
}

TEST_F(LastSlotsTest, RemembersTheHoldOnASlot) {
  ASSERT_TRUE(last_slots_.Save({Shown("clinics/a"), Shown("clinics/b")}).ok());
  ASSERT_TRUE(last_slots_.SetHold(2, "holds/h").ok());
  EXPECT_EQ(last_slots_.Get(2)->hold, "holds/h");
  EXPECT_EQ(last_slots_.Get(1)->hold, "");
  EXPECT_EQ(last_slots_.NumberOfHold("holds/h"), 2);
  EXPECT_EQ(last_slots_.NumberOfHold("holds/other"), 0);
}

TEST_F(LastSlotsTest, ThoseOfASessionAreInMemory) {
  LastSlots of_session;
  ASSERT_TRUE(of_session.Save({Shown("clinics/a")}).ok());
  ASSERT_TRUE(of_session.SetHold(1, "holds/h").ok());
  EXPECT_EQ(of_session.Get(1)->hold, "holds/h");
  EXPECT_FALSE(LastSlots().Get(1).ok());
}

TEST_F(LastSlotsTest, TheFileIsForItsOwnerOnly) {
  ASSERT_TRUE(last_slots_.Save({}).ok());
  struct stat file;
  ASSERT_EQ(stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(LastSlotsTest, SlotsOfAnotherServerOrADamagedFileCountAsNone) {
  EXPECT_THAT(std::string(last_slots_.Get(1).status().message()), HasSubstr("'slots' first"));
  ASSERT_TRUE(last_slots_.Save({Shown("clinics/a")}).ok());
  EXPECT_FALSE(LastSlots(path_, "elsewhere:7421").Get(1).ok());
  for (const char* text : {"", "{", "[]", "{\"server\":\"127.0.0.1:7421\",\"slots\":[{}]}"}) {
    std::ofstream(path_, std::ios::trunc) << text;
    EXPECT_EQ(last_slots_.Get(1).status().code(), absl::StatusCode::kNotFound) << text;
  }
}

}  // namespace
}  // namespace clarity::client
