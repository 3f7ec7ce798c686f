#include "services/consultation/pathway/turns.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "clients/core/mocks/mock_catalog_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/migrations.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/policy/test_support.h"
#include "services/consultation/records.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::consultation {
namespace {

using storage::Sql;
using storage::Transaction;
using storage::Value;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::NiceMock;

constexpr char kPresent[] = "clinics/present";
constexpr char kLost[] = "clinics/lost";

class TurnsTest : public ::testing::Test {
 protected:
  TurnsTest() {
    storage::SqliteDatabase::Options options;
    options.directory = directory_.path();
    options.migrations = {Migrations()};
    options.clock = &clock_;
    database_ = *storage::SqliteDatabase::Open(options);
    outbox_ = std::make_unique<Outbox>(database_.get(), &notifier_, &clock_, &random_, &metrics_);
    clinics_ = std::make_unique<Clinics>(database_.get());
    files_ = std::make_unique<CaseFiles>(&policies_, clinics_.get());
    consequences_ = std::make_unique<Consequences>(files_.get(), outbox_.get(), &log_, &random_);
    turns_ = std::make_unique<Turns>(database_.get(), &clock_, consequences_.get());
    call_.now = clock_.Now();
    Write([&](Transaction& transaction) {
      storage::v1::PolicyVersionRecord record;
      *record.mutable_policy() = DemoPolicy();
      record.mutable_policy()->set_version(1);
      return PolicyStore::Put(transaction, record);
    });
    ON_CALL(*catalog_, ListClinics).WillByDefault([this](const auto&, const auto&) {
      return Listed();
    });
    clinics_->Follow(catalog_);
    Eventually([&] { return Knows(kPresent); });
  }

  void Write(const std::function<absl::Status(Transaction&)>& work) {
    ASSERT_TRUE(database_->WriteAndWait(work).ok());
  }
  // Whose turn is now, named by a number.
  void Open(const std::string& number, const std::string& clinic = kPresent) {
    Write([&](Transaction& transaction) -> absl::Status {
      storage::v1::PatientRecord patient;
      patient.mutable_patient()->set_name("patients/" + number);
      RETURN_IF_ERROR(Save(call_, transaction, &patient));
      storage::v1::EpisodeRecord record;
      v1::Episode& episode = *record.mutable_episode();
      episode.set_name("episodes/" + number);
      episode.set_patient(patient.patient().name());
      episode.set_clinic(clinic);
      episode.set_state(v1::Episode::STATE_ACTIVE);
      *episode.mutable_contact_time() = ToWire(clock_.Now());
      record.set_turn_time_micros(absl::ToUnixMicros(clock_.Now()));
      return Save(transaction, clock_.Now(), &record);
    });
  }

  // As an earlier build has left it: without records of what excludes.
  void CloseAsBefore(const std::string& number, const v1::ReportedCondition& condition) {
    Write([&](Transaction& transaction) -> absl::Status {
      storage::v1::ResponseRecord history;
      v1::QuestionnaireResponse& response = *history.mutable_response();
      response.set_name("questionnaireResponses/" + number);
      response.set_episode("episodes/" + number);
      response.set_questionnaire("history");
      response.set_state(v1::QuestionnaireResponse::STATE_SUBMITTED);
      *response.mutable_submit_time() = ToWire(clock_.Now());
      v1::Answer& answer = *response.add_answers();
      answer.set_link_id("conditions.body");
      *answer.mutable_conditions()->add_conditions() = condition;
      RETURN_IF_ERROR(SavePart(transaction, &history));
      ASSIGN_OR_RETURN(auto record, ReadEpisode(transaction, "episodes/" + number));
      record.mutable_episode()->set_state(v1::Episode::STATE_CLOSED);
      *record.mutable_episode()->mutable_closing()->mutable_time() = ToWire(clock_.Now());
      return Save(transaction, clock_.Now(), &record);
    });
  }
  // Rules that are on record for the patient.
  std::vector<std::string> Excluding(const std::string& patient) {
    std::vector<std::string> rules;
    const auto read = database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
      ASSIGN_OR_RETURN(const auto records, ReadExclusions(transaction, patient));
      for (const auto& record : records) rules.push_back(record.rule());
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok());
    return rules;
  }

  // Of which it was seen what follows, by name.
  std::vector<std::string> Considered() {
    std::vector<std::string> names;
    constexpr Sql kSteps = {"SELECT body FROM episode ORDER BY name"};
    const auto read = database_->ReadAndWait([&](Transaction& transaction) {
      return transaction.Query(kSteps, {}, [&](const storage::Row& row) {
        storage::v1::EpisodeRecord record;
        EXPECT_TRUE(record.ParseFromString(std::string(row.Text(0))));
        if (record.steps_size() > 0) names.push_back(record.episode().name());
        return absl::OkStatus();
      });
    });
    EXPECT_TRUE(read.ok());
    return names;
  }

  // As scheduling tells of them.
  absl::StatusOr<scheduling::v1::ListClinicsResponse> Listed() const {
    scheduling::v1::ListClinicsResponse reply;
    for (const char* name : {kPresent, kLost}) {
      if (name == kLost && !is_found_) continue;
      auto& clinic = *reply.add_clinics();
      clinic.set_name(name);
      clinic.set_time_zone("America/Los_Angeles");
    }
    return reply;
  }
  // What is not known is asked for.
  bool Knows(const std::string& clinic) {
    return database_
        ->ReadAndWait(
            [&](Transaction& transaction) { return clinics_->Find(transaction, clinic).status(); })
        .ok();
  }
  static void Eventually(const std::function<bool()>& has_happened) {
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    while (!has_happened()) {
      ASSERT_LT(absl::Now(), limit) << "it has not happened";
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  const storage::TemporaryDirectory directory_;
  base::ManualClock clock_{At("2026-03-02 09:00")};
  base::SeededRandom random_{1};
  prometheus::Registry metrics_;
  rpc::Notifier notifier_;
  rpc::Call call_;
  std::atomic<bool> is_found_ = false;
  const std::shared_ptr<NiceMock<client::MockCatalogConnection>> catalog_ =
      std::make_shared<NiceMock<client::MockCatalogConnection>>();
  std::unique_ptr<storage::SqliteDatabase> database_;
  PolicyStore policies_;
  EpisodeLog log_{&notifier_};
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Clinics> clinics_;
  std::unique_ptr<CaseFiles> files_;
  std::unique_ptr<Consequences> consequences_;
  std::unique_ptr<Turns> turns_;
};

TEST_F(TurnsTest, AnEpisodeWithWhichSomethingIsWrongHoldsUpNoOther) {
  for (const char* number : {"1", "2", "3"}) Open(number);
  constexpr Sql kBreak = {
      "INSERT INTO episode_part (name, collection, time, body, key_id) "
      "VALUES ('results/broken', $1, 0, 'not a record', 0)"};
  constexpr Sql kMend = {"DELETE FROM episode_part WHERE name = 'results/broken'"};
  Write([&](Transaction& transaction) {
    const std::string results = CollectionOf<storage::v1::ResultRecord>("episodes/2");
    return transaction.Execute(kBreak, {Value::Text(results)}).status();
  });
  EXPECT_TRUE(turns_->TakeSome().value());
  EXPECT_THAT(Considered(), ElementsAre("episodes/1", "episodes/3"));

  Write([&](Transaction& transaction) { return transaction.Execute(kMend, {}).status(); });
  clock_.Advance(absl::Minutes(4));
  EXPECT_FALSE(turns_->TakeSome().value());
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(turns_->TakeSome().value());
  EXPECT_THAT(Considered(), ElementsAre("episodes/1", "episodes/2", "episodes/3"));
}

TEST_F(TurnsTest, ATurnThatIsMadeToComeComesNow) {
  Open("1");
  EXPECT_TRUE(turns_->TakeSome().value());
  EXPECT_FALSE(turns_->TakeSome().value()) << "it had its turn";
  Write([&](Transaction& transaction) {
    return Consequences::HaveTurn(transaction, clock_.Now(), "patients/1");
  });
  EXPECT_TRUE(turns_->TakeSome().value());
}

TEST_F(TurnsTest, WhatExcludedInAnEpisodeOfAnEarlierBuildIsPutOnRecordInItsTurn) {
  Open("1");
  v1::ReportedCondition aneurysm;
  aneurysm.set_condition("aneurysmal-vascular-disease");
  CloseAsBefore("1", aneurysm);
  EXPECT_THAT(Excluding("patients/1"), IsEmpty());
  EXPECT_TRUE(turns_->TakeSome().value());
  EXPECT_THAT(Excluding("patients/1"), ElementsAre("aneurysmal-vascular-disease"));
  EXPECT_FALSE(turns_->TakeSome().value()) << "once";
}

TEST_F(TurnsTest, AnEpisodeOfALostClinicIsLookedAtAgainInFiveMinutes) {
  Open("1", kLost);
  // Until scheduling has been asked for it, it may be there.
  Eventually([&] { return turns_->TakeSome().ok(); });
  EXPECT_THAT(Considered(), IsEmpty());
  is_found_ = true;
  Eventually([&] { return Knows(kLost); });
  clock_.Advance(absl::Minutes(4));
  EXPECT_FALSE(turns_->TakeSome().value());
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(turns_->TakeSome().value());
  EXPECT_THAT(Considered(), ElementsAre("episodes/1"));
}

}  // namespace
}  // namespace clarity::consultation
