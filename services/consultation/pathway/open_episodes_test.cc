#include "services/consultation/pathway/open_episodes.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/migrations.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::Value;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kIrvine[] = "clinics/irvine";
constexpr char kPhoenix[] = "clinics/phoenix";

class OpenEpisodesTest : public ::testing::Test {
 protected:
  OpenEpisodesTest() {
    storage::SqliteDatabase::Options options;
    options.directory = directory_.path();
    options.migrations = {Migrations()};
    options.clock = &clock_;
    options.inline_writes = true;
    database_ = *storage::SqliteDatabase::Open(options);
    call_.now = clock_.Now();
    Write([&](Transaction& transaction) -> absl::Status {
      storage::v1::PatientRecord patient;
      patient.mutable_patient()->set_name("patients/1");
      RETURN_IF_ERROR(Save(call_, transaction, &patient));
      for (const char* name : {kIrvine, kPhoenix}) {
        scheduling::v1::Clinic clinic;
        clinic.set_time_zone("America/Los_Angeles");
        const std::string body = clinic.SerializeAsString();
        constexpr storage::Sql kAdd = {
            "INSERT INTO clinic (name, country, body, key_id) VALUES ($1, 'US', $2, 0)"};
        RETURN_IF_ERROR(
            transaction.Execute(kAdd, {Value::Text(name), Value::Bytes(body)}).status());
      }
      return absl::OkStatus();
    });
  }

  void Write(const std::function<absl::Status(Transaction&)>& work) {
    ASSERT_TRUE(database_->WriteAndWait(work).ok());
  }
  static storage::v1::EpisodeRecord EpisodeOf(const std::string& name, const std::string& clinic,
                                              v1::Episode::State state) {
    storage::v1::EpisodeRecord record;
    v1::Episode& episode = *record.mutable_episode();
    episode.set_name(name);
    episode.set_patient("patients/1");
    episode.set_clinic(clinic);
    episode.set_state(state);
    return record;
  }
  void Decide(const std::string& episode, int number, v1::Clearance::State state) {
    Write([&](Transaction& transaction) -> absl::Status {
      auto decided = EpisodeOf(episode, kIrvine, v1::Episode::STATE_ACTIVE);
      decided.mutable_episode()->set_clearance(absl::StrCat("clearances/", number));
      RETURN_IF_ERROR(Save(transaction, clock_.Now(), &decided));
      storage::v1::ClearanceRecord record;
      v1::Clearance& clearance = *record.mutable_clearance();
      clearance.set_name(decided.episode().clearance());
      clearance.set_episode(episode);
      clearance.set_verdict(v1::Clearance::VERDICT_CLEARED);
      clearance.add_protocols(absl::StrCat("protocol-", number));
      clearance.set_state(state);
      *clearance.mutable_signature()->mutable_time() = ToWire(clock_.Now() + absl::Minutes(number));
      return SavePart(transaction, &record);
    });
  }

  // Those of Irvine, until `max` have been seen.
  std::vector<OpenEpisode> See(size_t max) {
    std::vector<OpenEpisode> seen;
    const auto see = [&](const OpenEpisode& episode) {
      seen.push_back(episode);
      return seen.size() < max;
    };
    const auto read = [&](Transaction& transaction) -> absl::Status {
      ASSIGN_OR_RETURN(may_be_more_,
                       open_.ForEachOpen(
                           transaction, clock_.Now(),
                           [](absl::string_view clinic) { return clinic == kIrvine; }, see));
      return absl::OkStatus();
    };
    EXPECT_TRUE(database_->ReadAndWait(read).ok());
    return seen;
  }

  storage::TemporaryDirectory directory_;
  base::ManualClock clock_{At("2026-03-02 09:00")};
  std::unique_ptr<storage::SqliteDatabase> database_;
  rpc::Call call_;
  PolicyStore policies_;
  Clinics clinics_{database_.get()};
  CaseFiles files_{&policies_, &clinics_};
  OpenEpisodes open_{&files_};
  bool may_be_more_ = false;  // than were seen last
};

TEST_F(OpenEpisodesTest, AllOfTheClinicsConcernedAreSeenOnce) {
  // More than are read at a time; every third is open and at the clinic.
  constexpr int kEpisodes = 1800;
  std::vector<std::string> expected;
  Write([&](Transaction& transaction) -> absl::Status {
    for (int i = 0; i < kEpisodes; ++i) {
      const std::string name = absl::StrFormat("episodes/%04d", i);
      if (i % 3 == 0) expected.push_back(name);
      auto episode = EpisodeOf(name, i % 3 == 1 ? kPhoenix : kIrvine,
                               i % 3 == 2 ? v1::Episode::STATE_CLOSED : v1::Episode::STATE_ON_HOLD);
      RETURN_IF_ERROR(Save(transaction, clock_.Now(), &episode));
    }
    return absl::OkStatus();
  });
  std::vector<std::string> names;
  for (const OpenEpisode& episode : See(kEpisodes)) names.push_back(episode.name);
  EXPECT_EQ(names, expected);
  EXPECT_FALSE(may_be_more_);
  EXPECT_EQ(See(7).size(), 7) << "until it is enough";
  EXPECT_TRUE(may_be_more_);
}

TEST_F(OpenEpisodesTest, OneIsClearedForWhatTheNewestDecisionSaysWhileItHolds) {
  Write([&](Transaction& transaction) {
    auto episode = EpisodeOf("episodes/1", kIrvine, v1::Episode::STATE_ACTIVE);
    return Save(transaction, clock_.Now(), &episode);
  });
  EXPECT_THAT(See(1).at(0).cleared_for, IsEmpty());
  Decide("episodes/1", 1, v1::Clearance::STATE_REPLACED);
  Decide("episodes/1", 2, v1::Clearance::STATE_VALID);
  EXPECT_THAT(See(1).at(0).cleared_for, ElementsAre("protocol-2"));
  Decide("episodes/1", 2, v1::Clearance::STATE_REOPENED);
  EXPECT_THAT(See(1).at(0).cleared_for, IsEmpty());
}

}  // namespace
}  // namespace clarity::consultation
