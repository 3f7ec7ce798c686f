#include "clients/admin/catalog_files.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class CatalogFilesTest : public testing::Test {
 protected:
  CatalogFilesTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ + "/" + name) << text;
  }

  const std::string directory_ = testing::TempDir() + "catalog_files_test_" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name();
};

constexpr char kClinics[] = R"(clinics {
  name: "clinics/lake-forest"
  time_zone: "America/Los_Angeles"
}
)";

constexpr char kPeople[] = R"(# People.
resources {
  name: "resources/nurse-1"
  pools: ["nurse", "infusion"]
  availability {
    clinic: "clinics/lake-forest"
    recurrence: "FREQ=DAILY"
  }
  availability {
    clinic: "clinics/lake-forest"
    hours {
      start { hours: 9 }
    }
    recurrence: "FREQ=NEVER"
  }
}
)";

constexpr char kRooms[] = R"(resources { name: "resources/room-1" }
resources {
  name: "resources/room-2"
  shares: 99
}
)";

TEST_F(CatalogFilesTest, EachFileMayHoldAnyPart) {
  Write("a.textproto", kClinics);
  Write("b.textproto", kPeople);
  Write("c.textproto", kRooms);
  Write("notes.txt", "not a catalog");
  const auto files = CatalogFiles::Read(directory_);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(files->catalog().clinics_size(), 1);
  EXPECT_EQ(files->catalog().resources_size(), 3);
  EXPECT_EQ(files->catalog().resources(2).name(), "resources/room-2");
}

TEST_F(CatalogFilesTest, FindsTheLineOfAFieldPath) {
  Write("b.textproto", kPeople);
  Write("c.textproto", kRooms);
  const auto files = CatalogFiles::Read(directory_);
  ASSERT_TRUE(files.ok()) << files.status();
  const struct {
    const char* path;
    const char* place;
  } cases[] = {
      {"catalog.resources[0]", "/b.textproto:2"},
      {"catalog.resources[0].name", "/b.textproto:3"},
      {"catalog.resources[0].pools[1]", "/b.textproto:4"},
      {"catalog.resources[0].availability[1].recurrence", "/b.textproto:14"},
      {"catalog.resources[0].availability[1].hours.start.hours", "/b.textproto:12"},
      // What is missing is reported where it should stand.
      {"catalog.resources[0].availability[1].hours.end", "/b.textproto:11"},
      {"catalog.resources[0].availability[0].start_date", "/b.textproto:5"},
      {"catalog.resources[1].kind", "/c.textproto:1"},
      {"catalog.resources[2].shares", "/c.textproto:4"},
  };
  for (const auto& c : cases) EXPECT_THAT(files->Locate(c.path), EndsWith(c.place)) << c.path;
  for (const char* path : {"", "catalog", "catalog.resources[9].name", "catalog.clinics[0]",
                           "catalog.resources", "etag", "catalog.nothing[0]"}) {
    EXPECT_EQ(files->Locate(path), "") << path;
  }
}

TEST_F(CatalogFilesTest, ReportsEveryParseErrorByFileAndLine) {
  Write("a.textproto", "clinics {\n  naem: \"clinics/x\"\n}\n");
  Write("b.textproto", "resources {\n  shares: \"many\"\n}\n");
  const absl::Status status = CatalogFiles::Read(directory_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/a.textproto:2:"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("naem"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/b.textproto:2:"));
}

TEST_F(CatalogFilesTest, RefusesADuplicateWithBothPlaces) {
  Write("a.textproto", kClinics);
  Write("b.textproto", std::string("\n\n") + kClinics);
  const std::string message(CatalogFiles::Read(directory_).status().message());
  EXPECT_EQ(message, directory_ +
                         "/b.textproto:3: clinics/lake-forest is declared twice; first at " +
                         directory_ + "/a.textproto:1");
}

TEST_F(CatalogFilesTest, SaysWhenThereIsNothingToRead) {
  EXPECT_THAT(std::string(CatalogFiles::Read(directory_).status().message()),
              HasSubstr("has no *.textproto files"));
  EXPECT_THAT(std::string(CatalogFiles::Read(directory_ + "/x.textproto").status().message()),
              HasSubstr("x.textproto: cannot be read"));
}

TEST_F(CatalogFilesTest, WhatIsWrittenReadsBackTheSame) {
  Write("a.textproto", kClinics);
  Write("b.textproto", kPeople);
  auto files = CatalogFiles::Read(directory_);
  ASSERT_TRUE(files.ok()) << files.status();
  scheduling::v1::Catalog catalog = files->catalog();
  catalog.mutable_clinics(0)->set_display_name("Cañada \"Nord\"\n");

  const std::string exported = directory_ + "/exported";
  scheduling::v1::Catalog served = catalog;
  served.mutable_clinics(0)->set_etag("7");
  ASSERT_TRUE(WriteCatalogFiles(served, exported).ok());
  const auto again = CatalogFiles::Read(exported);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(MessageDifferencer::Equals(again->catalog(), catalog)) << "etags are left out";
}

TEST_F(CatalogFilesTest, DoesNotWriteBesideFilesThatWouldDeclareItTwice) {
  Write("everything.textproto", kClinics);
  EXPECT_THAT(std::string(WriteCatalogFiles({}, directory_).message()),
              HasSubstr("everything.textproto"));
}

}  // namespace
}  // namespace clarity::client
