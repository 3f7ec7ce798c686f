#include "services/consultation/policy/policies.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/limits.h"
#include "services/consultation/migrations.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/errors.h"
#include "services/platform/rpc/testing/text_proto.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::consultation {
namespace {

using rpc::testing::FromText;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Change = v1::ApplyPolicyResponse::DecisionChange;

class FakeEpisodes final : public EpisodeFacts {
 public:
  absl::StatusOr<bool> ForEachOpen(
      storage::Transaction&, absl::Time, absl::FunctionRef<bool(absl::string_view)> is_concerned,
      absl::FunctionRef<bool(const OpenEpisode&)> visit) const override {
    for (const OpenEpisode& episode : episodes) {
      if (is_concerned(episode.clinic) && !visit(episode)) return true;
    }
    return false;
  }

  std::vector<OpenEpisode> episodes;
};

class PoliciesTest : public ::testing::Test {
 protected:
  PoliciesTest() {
    call_.principal.all_clinics = true;
    call_.principal.subject = "operator";
    storage::SqliteDatabase::Options options;
    options.directory = directory_.path();
    options.migrations = {Migrations()};
    options.clock = &clock_;
    options.inline_writes = true;
    database_ = *storage::SqliteDatabase::Open(options);
  }

  absl::StatusOr<v1::ApplyPolicyResponse> Apply(const v1::Policy& policy,
                                                const std::string& comment = "") {
    v1::ApplyPolicyRequest request;
    *request.mutable_policy() = policy;
    request.set_comment(comment);
    v1::ApplyPolicyResponse reply;
    call_.now = clock_.Now();
    const absl::Status status = database_->WriteAndWait([&](storage::Transaction& transaction) {
      return policies_.Apply(call_, transaction, request, &reply);
    });
    if (!status.ok()) return status;
    return reply;
  }

  // What would change; as the door does, nothing of it is kept.
  v1::ApplyPolicyResponse Try(const v1::Policy& policy) {
    v1::ApplyPolicyRequest request;
    *request.mutable_policy() = policy;
    v1::ApplyPolicyResponse reply;
    call_.validate_only = true;
    EXPECT_TRUE(absl::IsCancelled(database_->WriteAndWait([&](storage::Transaction& transaction) {
      EXPECT_TRUE(policies_.Apply(call_, transaction, request, &reply).ok());
      return absl::CancelledError();
    })));
    call_.validate_only = false;
    return reply;
  }

  absl::StatusOr<std::string> NameOf(const std::string& clinic) {
    std::string name;
    const absl::Status status = database_->ReadAndWait([&](storage::Transaction& transaction) {
      const auto policy = store_.Of(transaction, clinic);
      if (policy.ok()) name = (*policy)->policy().name();
      return policy.status();
    });
    if (!status.ok()) return status;
    return name;
  }

  absl::StatusOr<v1::Policy> Find(const std::string& name, int64_t version) {
    v1::GetPolicyRequest request;
    request.set_name(name);
    request.set_version(version);
    v1::Policy policy;
    const absl::Status status = database_->ReadAndWait([&](storage::Transaction& transaction) {
      return policies_.Get(call_, transaction, request, &policy);
    });
    if (!status.ok()) return status;
    return policy;
  }

  storage::TemporaryDirectory directory_;
  base::ManualClock clock_{At("2026-03-02 09:00")};
  std::unique_ptr<storage::SqliteDatabase> database_;
  rpc::Call call_;
  PolicyStore store_;
  FakeEpisodes episodes_;
  Policies policies_{&store_, &episodes_};
};

v1::Policy PolicyNamed(const std::string& name, const std::string& clinic) {
  v1::Policy policy = DemoPolicy();
  policy.set_name(name);
  policy.clear_clinics();
  policy.add_clinics(clinic);
  for (v1::Practitioner& practitioner : *policy.mutable_practitioners()) {
    practitioner.clear_clinics();
  }
  return policy;
}

TEST_F(PoliciesTest, AClinicGoesByItsOwnPolicyOrElseByThatOfAll) {
  EXPECT_EQ(base::ReasonOf(NameOf("clinics/lake-forest").status()), "NO_POLICY");
  ASSERT_TRUE(Apply(DemoPolicy()).ok());
  EXPECT_EQ(NameOf("clinics/lake-forest").value(), "policies/demo");
  ASSERT_TRUE(Apply(PolicyNamed("policies/forest", "clinics/lake-forest")).ok());
  EXPECT_EQ(NameOf("clinics/lake-forest").value(), "policies/forest");
  EXPECT_EQ(NameOf("clinics/irvine").value(), "policies/demo");
  ASSERT_TRUE(Apply(PolicyNamed("policies/forest", "clinics/irvine")).ok());
  EXPECT_EQ(NameOf("clinics/lake-forest").value(), "policies/demo");
}

TEST_F(PoliciesTest, EveryVersionIsKept) {
  v1::Policy policy = DemoPolicy();
  EXPECT_EQ(Apply(policy)->version(), 1);
  policy.set_display_name("Demo policy, revised");
  clock_.Advance(absl::Hours(24));
  const auto second = Apply(policy, "its name");
  EXPECT_EQ(second->version(), 2);
  EXPECT_EQ(Find("policies/demo", 0)->version(), 2);
  EXPECT_EQ(Find("policies/demo", 0)->etag(), second->etag());
  EXPECT_EQ(Find("policies/demo", 1)->display_name(), "Demo policy");
  EXPECT_TRUE(absl::IsNotFound(Find("policies/demo", 3).status()));
  EXPECT_TRUE(absl::IsNotFound(Find("policies/none", 0).status()));
}

TEST_F(PoliciesTest, AVersionThatWasNotKeptIsNotRemembered) {
  ASSERT_TRUE(Apply(DemoPolicy()).ok());
  v1::Policy tried = DemoPolicy();
  tried.set_display_name("Tried");
  v1::ApplyPolicyRequest request;
  *request.mutable_policy() = tried;
  v1::ApplyPolicyResponse reply;
  const absl::Status undone = database_->WriteAndWait([&](storage::Transaction& transaction) {
    EXPECT_TRUE(policies_.Apply(call_, transaction, request, &reply).ok());
    EXPECT_EQ((*store_.Find(transaction, "policies/demo", 2))->policy().display_name(), "Tried");
    return absl::CancelledError();
  });
  EXPECT_TRUE(absl::IsCancelled(undone));
  v1::Policy kept = DemoPolicy();
  kept.set_display_name("Kept");
  ASSERT_TRUE(Apply(kept).ok());
  EXPECT_EQ(Find("policies/demo", 2)->display_name(), "Kept");
}

// -- Trials -------------------------------------------------------------------------------------

OpenEpisode EpisodeOf(const std::string& name, const std::string& clinic, int systolic,
                      bool is_cleared) {
  Person person = HealthyPerson();
  person.Measures("systolic-blood-pressure", systolic, "mm[Hg]");
  OpenEpisode episode = {name, clinic, person.facts(), {}};
  if (is_cleared) episode.cleared_for.Add()->assign("iv-ketamine");
  return episode;
}

TEST_F(PoliciesTest, ATrialSaysWhichDecisionsOfWhichEpisodesWouldChange) {
  ASSERT_TRUE(Apply(DemoPolicy()).ok());
  episodes_.episodes = {EpisodeOf("episodes/1", "clinics/irvine", 125, true),
                        EpisodeOf("episodes/2", "clinics/irvine", 135, true),
                        EpisodeOf("episodes/3", "clinics/irvine", 138, false),
                        EpisodeOf("episodes/4", "clinics/irvine", 145, false)};
  v1::Policy stricter = DemoPolicy();
  for (v1::Rule& rule : *stricter.mutable_rules()) {
    if (rule.id() != "blood-pressure-high") continue;
    *rule.mutable_when() = FromText<v1::Criterion>(
        R"(measured { test: "systolic-blood-pressure" range { above: 130 } })");
  }
  const v1::ApplyPolicyResponse trial = Try(stricter);
  EXPECT_EQ(trial.episodes_evaluated(), 4);
  EXPECT_FALSE(trial.truncated());
  ASSERT_EQ(trial.decision_changes_size(), 1);
  const Change& change = trial.decision_changes(0);
  EXPECT_EQ(change.rule(), "blood-pressure-high");
  EXPECT_EQ(change.before(), v1::Decision::APPLIES_NO);
  EXPECT_EQ(change.after(), v1::Decision::APPLIES_YES);
  EXPECT_EQ(change.episode_count(), 2);
  EXPECT_THAT(change.episodes(), ElementsAre("episodes/2", "episodes/3"));
  EXPECT_EQ(change.clearances_reopened(), 1);
  EXPECT_EQ(Find("policies/demo", 0)->version(), 1) << "it was a trial";
}

TEST_F(PoliciesTest, ATrialOfMoreEpisodesThanItTakesSaysSo) {
  v1::Policy small = DemoPolicy();
  small.clear_rules();
  episodes_.episodes.assign(limits::kTrialEpisodesMax,
                            {"episodes/1", "clinics/irvine", Person().facts(), {}});
  EXPECT_FALSE(Try(small).truncated());
  episodes_.episodes.push_back(episodes_.episodes.front());
  const v1::ApplyPolicyResponse trial = Try(small);
  EXPECT_TRUE(trial.truncated());
  EXPECT_EQ(trial.episodes_evaluated(), limits::kTrialEpisodesMax);
}

TEST_F(PoliciesTest, ATrialCountsTheClearancesThatWouldBeReopened) {
  struct Case {
    const char* rule;
    const char* change;  // of the rule
    int reopened;
  };
  constexpr Case kCases[] = {
      // What a clinician has to look at, and what somebody has to do.
      {"theophylline", "when { age { at_least: 18 } }", 1},
      {"no-escort", "when { age { at_least: 18 } }", 1},
      // The ECG is not there; the vital signs are.
      {"ecg-by-risk", "when { age { at_least: 18 } }", 1},
      {"ecg-by-risk", "when { age { at_least: 18 } } requirements: 'vital-signs'", 0},
      // It is for esketamine, and the clearance is for another protocol.
      {"payer-criteria", "when { age { at_least: 18 } }", 0},
      // Perhaps: that counts only where it could exclude.
      {"hypersensitivity", "when { measured { test: 'ecg' codes: 'long-qt' } }", 1},
      {"theophylline", "when { measured { test: 'ecg' codes: 'long-qt' } }", 0},
  };
  ASSERT_TRUE(Apply(DemoPolicy()).ok());
  episodes_.episodes = {EpisodeOf("episodes/1", "clinics/irvine", 125, true),
                        EpisodeOf("episodes/2", "clinics/irvine", 125, false)};
  for (const Case& c : kCases) {
    v1::Policy policy = DemoPolicy();
    for (v1::Rule& rule : *policy.mutable_rules()) {
      if (rule.id() != c.rule) continue;
      const auto change = FromText<v1::Rule>(c.change);
      *rule.mutable_when() = change.when();
      if (!change.requirements().empty()) *rule.mutable_requirements() = change.requirements();
    }
    const v1::ApplyPolicyResponse trial = Try(policy);
    ASSERT_EQ(trial.decision_changes_size(), 1) << c.rule << ": " << c.change;
    EXPECT_EQ(trial.decision_changes(0).episode_count(), 2);
    EXPECT_EQ(trial.decision_changes(0).clearances_reopened(), c.reopened)
        << c.rule << ": " << c.change;
  }
}

TEST_F(PoliciesTest, ATrialLooksAtTheClinicsThatWouldGoByIt) {
  ASSERT_TRUE(Apply(DemoPolicy()).ok());
  episodes_.episodes = {EpisodeOf("episodes/1", "clinics/irvine", 125, false),
                        EpisodeOf("episodes/2", "clinics/lake-forest", 125, false)};
  v1::Policy own = PolicyNamed("policies/forest", "clinics/lake-forest");
  for (v1::Rule& rule : *own.mutable_rules()) {
    if (rule.id() == "blood-pressure-high") rule.set_id("pressure");
  }
  const v1::ApplyPolicyResponse trial = Try(own);
  EXPECT_EQ(trial.episodes_evaluated(), 1);
  ASSERT_EQ(trial.decision_changes_size(), 2);
  EXPECT_EQ(trial.decision_changes(0).rule(), "blood-pressure-high");
  EXPECT_EQ(trial.decision_changes(0).after(), v1::Decision::APPLIES_UNSPECIFIED);
  EXPECT_EQ(trial.decision_changes(1).rule(), "pressure");
  EXPECT_EQ(trial.decision_changes(1).before(), v1::Decision::APPLIES_UNSPECIFIED);
  EXPECT_THAT(trial.decision_changes(1).episodes(), ElementsAre("episodes/2"));
}

TEST_F(PoliciesTest, ATrialOfWhatIsThereChangesNoDecision) {
  ASSERT_TRUE(Apply(DemoPolicy()).ok());
  episodes_.episodes = {EpisodeOf("episodes/1", "clinics/irvine", 145, true)};
  const v1::ApplyPolicyResponse trial = Try(DemoPolicy());
  EXPECT_THAT(trial.differences(), IsEmpty());
  EXPECT_THAT(trial.decision_changes(), IsEmpty());
}

}  // namespace
}  // namespace clarity::consultation
