#include "clients/admin/policy_files.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using consultation::v1::Policy;
using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class PolicyFilesTest : public testing::Test {
 protected:
  PolicyFilesTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ + "/" + name) << text;
  }

  const std::string directory_ = testing::TempDir() + "policy_files_test_" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name();
};

constexpr char kSettings[] = R"(name: "policies/demo"
clinics: "clinics/lake-forest"
clinics: "clinics/irvine"
settings {
  safety_owner: "practitioners/okafor"
}
)";

constexpr char kRules[] = R"(rules {
  id: "ecg"
  when {
    any_of {
      criteria { age { at_least: 65 } }
      criteria { age { below: 18 } }
    }
  }
}
requirements {
  id: "ecg"
  tests: ["a", "b"]
}
conditions { code: "stroke" }
)";

TEST_F(PolicyFilesTest, FindsTheLineOfAFieldPath) {
  Write("a.textproto", kRules);
  Write("b.textproto", kSettings);
  const auto files = PolicyFiles::Read(directory_);
  ASSERT_TRUE(files.ok()) << files.status();
  const struct {
    const char* path;
    const char* place;
  } cases[] = {
      {"policy.name", "/b.textproto:1"},
      {"policy.clinics[1]", "/b.textproto:3"},
      {"policy.settings", "/b.textproto:4"},
      {"policy.settings.safety_owner", "/b.textproto:5"},
      {"policy.settings.safety_due_minutes", "/b.textproto:4"},
      {"policy.rules[0].when.any_of.criteria[1].age", "/a.textproto:6"},
      {"policy.rules[0].effect", "/a.textproto:1"},
      {"policy.requirements[0].tests[1]", "/a.textproto:12"},
  };
  for (const auto& c : cases) EXPECT_THAT(files->Locate(c.path), EndsWith(c.place)) << c.path;
  for (const char* path : {"policy.display_name", "policy.rules", "policy.rules[1]", "comment",
                           "catalog.clinics[0]"}) {
    EXPECT_EQ(files->Locate(path), "") << path;
  }
}

TEST_F(PolicyFilesTest, RefusesWhatIsDeclaredTwice) {
  Write("a.textproto", kSettings);
  Write("b.textproto", std::string("clinics: \"clinics/irvine\"\nname: \"policies/other\"\n") +
                           "rules { id: \"ecg\" }\n");
  Write("c.textproto", kRules);
  const std::string message(PolicyFiles::Read(directory_).status().message());
  EXPECT_THAT(message, HasSubstr("/b.textproto:1: clinics/irvine is declared twice; first at " +
                                 directory_ + "/a.textproto:3"));
  EXPECT_THAT(message, HasSubstr("/b.textproto:2: name is declared twice"));
  EXPECT_THAT(message, HasSubstr("/c.textproto:1: ecg is declared twice"));
}

TEST_F(PolicyFilesTest, WhatIsWrittenReadsBackTheSame) {
  Write("a.textproto", kSettings);
  Write("b.textproto", kRules);
  const auto files = PolicyFiles::Read(directory_);
  ASSERT_TRUE(files.ok()) << files.status();
  Policy served = files->policy();
  served.set_etag("7");
  served.set_version(3);
  served.mutable_apply_time()->set_seconds(1);

  const std::string exported = directory_ + "/exported";
  ASSERT_TRUE(WritePolicyFiles(served, exported).ok());
  const auto again = PolicyFiles::Read(exported);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(MessageDifferencer::Equals(again->policy(), files->policy()));
  std::vector<std::string> names;
  for (const std::string& path : again->file_names()) {
    names.push_back(std::filesystem::path(path).filename());
  }
  EXPECT_THAT(names,
              ElementsAre("codes.textproto", "protocols.textproto", "questionnaires.textproto",
                          "requirements.textproto", "rules.textproto", "scales.textproto",
                          "settings.textproto", "tests.textproto"));
}

TEST_F(PolicyFilesTest, DoesNotWriteBesideFilesThatWouldDeclareItTwice) {
  Write("everything.textproto", kSettings);
  EXPECT_THAT(std::string(WritePolicyFiles({}, directory_).message()),
              HasSubstr("everything.textproto"));
}

}  // namespace
}  // namespace clarity::client
