// Questionnaires, what is answered, and what follows from it.

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/conformance/consultation/consultation_test.h"
#include "tests/support/answers.h"
#include "tests/support/text_proto.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Response = v1::QuestionnaireResponse;

class EvaluationTest : public CareTest {
 protected:
  static google::protobuf::RepeatedPtrField<v1::Answer> Answers(const std::string& text) {
    return FromText<Response>(text).answers();
  }

  v1::SaveAnswersRequest Saving(const std::string& questionnaire,
                                const std::string& answers) const {
    v1::SaveAnswersRequest request;
    request.set_episode(episode_.name());
    request.set_questionnaire(questionnaire);
    *request.mutable_answers() = Answers(answers);
    return request;
  }
  static absl::StatusOr<Response> Save(const ConsultationConnections& caller,
                                       const v1::SaveAnswersRequest& request) {
    return caller.evaluations->Call(&EvaluationStub::SaveAnswers, request);
  }
  Response Saved(const std::string& answers) const {
    return Value(Save(agent_, Saving("history", answers)));
  }

  static v1::SubmitResponseRequest Submitting(const Response& response) {
    v1::SubmitResponseRequest request;
    request.set_name(response.name());
    return request;
  }
  static absl::StatusOr<Response> Submit(const ConsultationConnections& caller,
                                         const v1::SubmitResponseRequest& request) {
    return caller.evaluations->Call(&EvaluationStub::SubmitResponse, request);
  }
  // By a clinician, who sees all of it.
  Response Submitted(const std::string& questionnaire, const std::string& answers) const {
    const Response draft = Value(Save(clinician_, Saving(questionnaire, answers)));
    return Value(Submit(clinician_, Submitting(draft)));
  }

  static v1::AmendResponseRequest Amending(const Response& response, const std::string& answers) {
    v1::AmendResponseRequest request;
    request.set_name(response.name());
    *request.mutable_answers() = Answers(answers);
    request.set_reason("remembered it later");
    return request;
  }
  static absl::StatusOr<Response> Amend(const ConsultationConnections& caller,
                                        const v1::AmendResponseRequest& request) {
    return caller.evaluations->Call(&EvaluationStub::AmendResponse, request);
  }

  static absl::StatusOr<Response> GetBy(const ConsultationConnections& caller,
                                        const Response& response) {
    v1::GetResponseRequest request;
    request.set_name(response.name());
    return caller.evaluations->Call(&EvaluationStub::GetResponse, request);
  }
  // Ids of their questionnaires, page by page.
  std::vector<std::string> ListedBy(const ConsultationConnections& caller) const {
    v1::ListResponsesRequest request;
    request.set_episode(episode_.name());
    request.set_page_size(1);
    std::vector<std::string> ids;
    do {
      const auto page = Value(caller.evaluations->Call(&EvaluationStub::ListResponses, request));
      for (const Response& response : page.responses()) ids.push_back(response.questionnaire());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  v1::EvaluateEpisodeRequest Evaluating() const {
    v1::EvaluateEpisodeRequest request;
    request.set_episode(episode_.name());
    return request;
  }
  static absl::StatusOr<v1::Evaluation> Evaluate(const ConsultationConnections& caller,
                                                 const v1::EvaluateEpisodeRequest& request) {
    return caller.evaluations->Call(&EvaluationStub::EvaluateEpisode, request);
  }
  v1::Evaluation Evaluated() const { return Value(Evaluate(clinician_, Evaluating())); }
  v1::Evaluation EvaluatedAt(absl::Time time) const {
    v1::EvaluateEpisodeRequest request = Evaluating();
    *request.mutable_time() = ToWire(time);
    return Value(Evaluate(clinician_, request));
  }
  static v1::Decision DecisionOf(const v1::Evaluation& evaluation, const std::string& rule) {
    for (const v1::Decision& decision : evaluation.decisions()) {
      if (decision.rule() == rule) return decision;
    }
    throw std::runtime_error("no rule " + rule);
  }
  // "YES", "NO" or "UNKNOWN".
  static std::string Says(const v1::Evaluation& evaluation, const std::string& rule) {
    const auto applies = DecisionOf(evaluation, rule).applies();
    return v1::Decision::Applies_Name(applies).substr(sizeof("APPLIES_") - 1);
  }

  void Close() const {
    v1::CloseEpisodeRequest close;
    close.set_name(episode_.name());
    close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
    close.set_reason("moved away");
    Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  }
  // Makes the demo policy another one.
  v1::ApplyPolicyResponse Revise(const std::function<void(v1::Policy*)>& change,
                                 bool validate_only = false) const {
    v1::ApplyPolicyRequest request;
    *request.mutable_policy() = Value(operator_.GetPolicy("policies/demo"));
    change(request.mutable_policy());
    request.set_validate_only(validate_only);
    return Value(operator_.ApplyPolicy(request));
  }

  // The only clinic of these tests would go by no policy.
  static void MovesToIrvine(v1::Policy* policy) {
    policy->clear_clinics();
    policy->add_clinics(kIrvine);
    for (v1::Practitioner& practitioner : *policy->mutable_practitioners()) {
      practitioner.clear_clinics();
    }
  }

  const std::string patient_ = NewPatient("Ortiz");
  const v1::Episode episode_ = Opened(patient_);
  const ConsultationConnections own_ = Patient(patient_);
  const client::PolicyClient operator_ = Caller(Claims("operator", "OPERATOR")).AsOperator();
};

// "dose KIND_UNIT", a line a problem.
std::vector<std::string> Problems(const absl::Status& status) {
  std::vector<std::string> lines;
  const auto problems = client::DetailOf<v1::ResponseProblems>(status);
  if (!problems.has_value()) return lines;
  for (const auto& problem : problems->problems()) {
    lines.push_back(
        absl::StrCat(problem.link_id(), " ", v1::ResponseProblems::Kind_Name(problem.kind())));
  }
  return lines;
}

std::vector<std::string> LinkIds(const google::protobuf::RepeatedPtrField<v1::Answer>& answers) {
  std::vector<std::string> ids;
  for (const v1::Answer& answer : answers) ids.push_back(answer.link_id());
  return ids;
}

// -- Questionnaires -------------------------------------------------------------------------------

TEST_F(EvaluationTest, QuestionnairesComeInThePolicysOrderWithItsCodesOnTheFirstPage) {
  v1::ListQuestionnairesRequest request;
  request.set_clinic(kLakeForest);
  request.set_page_size(1);
  const auto list = [&] {
    return clinician_.evaluations->Call(&EvaluationStub::ListQuestionnaires, request);
  };
  const auto first = Value(list());
  ASSERT_THAT(first.questionnaires(), SizeIs(1));
  EXPECT_EQ(first.questionnaires(0).id(), "history");
  EXPECT_EQ(first.policy_version(), 1);
  EXPECT_EQ(first.conditions_size(), DemoPolicy().conditions_size());
  EXPECT_EQ(first.medicines_size(), DemoPolicy().medicines_size());
  request.set_page_token(first.next_page_token());
  const auto second = Value(list());
  ASSERT_THAT(second.questionnaires(), SizeIs(1));
  EXPECT_EQ(second.questionnaires(0).id(), "examination");
  EXPECT_THAT(second.conditions(), IsEmpty());
  EXPECT_THAT(second.medicines(), IsEmpty());
  EXPECT_EQ(second.next_page_token(), "");

  request.set_clinic(kIrvine);
  EXPECT_THAT(agent_.evaluations->Call(&EvaluationStub::ListQuestionnaires, request),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
  request.clear_page_token();
  request.set_clinic(kPhoenix);
  EXPECT_THAT(agent_.evaluations->Call(&EvaluationStub::ListQuestionnaires, request),
              Refused(StatusCode::kFailedPrecondition, "NO_POLICY"));
}

TEST_F(EvaluationTest, OnlyCliniciansSeeWhatIsForThem) {
  v1::ListQuestionnairesRequest request;
  request.set_clinic(kLakeForest);
  const auto service = Caller(Claims("records", "SERVICE"));
  for (const auto* caller : {&agent_, &staff_, &own_, &service}) {
    const auto list =
        Value(caller->evaluations->Call(&EvaluationStub::ListQuestionnaires, request));
    ASSERT_THAT(list.questionnaires(), SizeIs(1));
    EXPECT_EQ(list.questionnaires(0).id(), "history");
    EXPECT_THAT(Save(*caller, Saving("examination", kExamination)),
                Refused(StatusCode::kNotFound, "NOT_FOUND"));
  }
  EXPECT_THAT(Caller(Claims("operator", "OPERATOR"))
                  .evaluations->Call(&EvaluationStub::ListQuestionnaires, request),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));

  const Response examination = Submitted("examination", kExamination);
  const Response history = Submitted("history", kHistory);
  EXPECT_THAT(ListedBy(clinician_), ElementsAre("history", "examination"));
  for (const auto* caller : {&agent_, &staff_, &own_, &service}) {
    EXPECT_THAT(ListedBy(*caller), ElementsAre("history"));
    EXPECT_THAT(GetBy(*caller, examination),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
  EXPECT_THAT(
      Amend(staff_, Amending(examination, R"(answers { link_id: "exam.notes" text: "-" })")),
      Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  // Who has answered sees it, whoever is asked from now on.
  Revise([](v1::Policy* policy) {
    policy->mutable_questionnaires(0)->set_actor(v1::ACTOR_CLINICIAN);
  });
  EXPECT_THAT(ListedBy(own_), ElementsAre("history"));
}

// -- Drafts ---------------------------------------------------------------------------------------

TEST_F(EvaluationTest, ADraftIsSavedPartByPart) {
  const Response first = Saved(R"(answers { link_id: "pregnancy.possible" boolean: true }
                                  answers { link_id: "escort.available" boolean: true })");
  EXPECT_EQ(first.state(), Response::STATE_DRAFT);
  EXPECT_EQ(first.episode(), episode_.name());
  EXPECT_EQ(first.questionnaire(), "history");
  EXPECT_EQ(first.policy_version(), 1);
  EXPECT_EQ(first.subject(), "agent");
  EXPECT_EQ(FromWire(first.update_time()), clock().Now());
  EXPECT_THAT(first.open_items(),
              ElementsAre("reason.main", "conditions.body", "conditions.mind",
                          "conditions.allergies", "medicines.now", "medicines.earlier",
                          "substances.drinks", "substances.drugs", "pregnancy.now"));

  clock().Advance(absl::Minutes(10));
  const Response second = Value(Save(own_, Saving("history", R"pb(
                                       answers {
                                         link_id: "conditions.body"
                                         conditions {}
                                       }
                                       answers { link_id: "conditions.mind" not_known: true }
                                       answers { link_id: "pregnancy.possible" boolean: false }
                                       answers { link_id: "escort.available" })pb")));
  EXPECT_EQ(second.name(), first.name()) << "one for each questionnaire";
  EXPECT_NE(second.etag(), first.etag());
  EXPECT_EQ(second.subject(), "user-of-" + patient_);
  EXPECT_THAT(LinkIds(second.answers()),
              ElementsAre("pregnancy.possible", "conditions.body", "conditions.mind"));
  EXPECT_FALSE(second.answers(0).boolean());
  EXPECT_THAT(
      second.open_items(),
      ElementsAre("reason.main", "conditions.allergies", "medicines.now", "medicines.earlier",
                  "substances.drinks", "substances.drugs", "escort.available"));
  server_.Restart();
  EXPECT_EQ(Value(GetBy(agent_, first)).ShortDebugString(), second.ShortDebugString());
}

TEST_F(EvaluationTest, WhatIsSavedAtTheSameTimeIsOneDraftAndAllOfIt) {
  const auto answers = Answers(kHistory);
  std::vector<std::thread> threads;
  for (const v1::Answer& answer : answers) {
    threads.emplace_back([this, &answer] {
      v1::SaveAnswersRequest request = Saving("history", "");
      *request.add_answers() = answer;
      Value(Save(answer.has_boolean() ? own_ : agent_, request));
    });
  }
  for (std::thread& thread : threads) thread.join();
  v1::ListResponsesRequest list;
  list.set_episode(episode_.name());
  const auto listed = Value(agent_.evaluations->Call(&EvaluationStub::ListResponses, list));
  ASSERT_THAT(listed.responses(), SizeIs(1));
  EXPECT_EQ(listed.responses(0).answers_size(), answers.size());
  EXPECT_THAT(listed.responses(0).open_items(), IsEmpty());
}

TEST_F(EvaluationTest, ADraftIsNoFact) {
  Saved(kHistory);
  EXPECT_EQ(Says(Evaluated(), "hypersensitivity"), "UNKNOWN");
}

struct BadAnswer {
  const char* answer;
  const char* field;
};

TEST_F(EvaluationTest, WhatCannotBeAnAnswerIsRefusedAndNothingIsKept) {
  constexpr BadAnswer kBad[] = {
      {R"(link_id: "reason.why" text: "-")", "answers[0].link_id"},
      {R"(link_id: "exam.notes" text: "-")", "answers[0].link_id"},
      {R"(link_id: "Reason" text: "-")", "answers[0].link_id"},
      {R"(link_id: "reason.main" text: "sad")", "answers[0]"},
      {R"(link_id: "reason.main" codes { codes: "sadness" })", "answers[0].codes.codes[0]"},
      {R"(link_id: "conditions.body" conditions { conditions { condition: "bad-luck" } })",
       "answers[0].conditions.conditions[0].condition"},
      {R"(link_id: "conditions.body" conditions { conditions { condition: "mania" } })",
       "answers[0].conditions.conditions[0].condition"},
      {R"(link_id: "medicines.now" medicines { medicines { medicine: "snake-oil" } })",
       "answers[0].medicines.medicines[0].medicine"},
      {R"(link_id: "medicines.now" medicines { medicines {
            medicine: "lithium" start_date { year: 2026 month: 3 day: 3 } } })",
       "answers[0].medicines.medicines[0].start_date"},
      {R"(link_id: "medicines.earlier" treatments { treatments { medicine: "lisinopril" } })",
       "answers[0].treatments.treatments[0].medicine"},
      {R"(link_id: "medicines.earlier" treatments { treatments {
            medicine: "ect" improvement_percent: 101 } })",
       "answers[0].treatments.treatments[0].improvement_percent"},
      {R"(link_id: "substances.drinks" quantity { value: 2 })", "answers[0].quantity.unit"},
      {R"(link_id: "substances.drinks" quantity { value: 2 unit: "{drinks}/d" })",
       "answers[0].quantity.unit"},
      {R"(link_id: "substances.drinks" quantity { value: 301 unit: "{drinks}/wk" })",
       "answers[0].quantity.value"},
      {R"(link_id: "substances.drinks" quantity { value: nan unit: "{drinks}/wk" })",
       "answers[0].quantity.value"},
      {R"(link_id: "escort.available" not_known: false)", "answers[0].not_known"},
  };
  for (const BadAnswer& bad : kBad) {
    const auto refused =
        Save(agent_, Saving("history", absl::StrCat("answers { ", bad.answer, " }")));
    EXPECT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST")) << bad.answer;
    EXPECT_THAT(ViolatedFields(refused.status()), ElementsAre(bad.field)) << bad.answer;
  }
  EXPECT_THAT(ViolatedFields(Save(agent_, Saving("history", R"pb(
                                    answers { link_id: "escort.available" boolean: true }
                                    answers { link_id: "escort.available" boolean: false }
                                    answers { link_id: "reason.main" boolean: false })pb"))
                                 .status()),
              ElementsAre("answers[1].link_id", "answers[2]"))
      << "all at once";
  EXPECT_THAT(ViolatedFields(Save(agent_, Saving("history", R"pb(
                                    answers { link_id: "reason.main" boolean: false }
                                    answers {
                                      link_id: "substances.drinks"
                                      quantity { value: 2 }
                                    }
                                    answers { link_id: "escort.available" text: "-" })pb"))
                                 .status()),
              ElementsAre("answers[0]", "answers[1].quantity.unit", "answers[2]"))
      << "a unit that is missing hides nothing";
  EXPECT_THAT(Save(agent_, Saving("herstory", kHistory)),
              Refused(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(ListedBy(agent_), IsEmpty());
}

TEST_F(EvaluationTest, NothingHappenedBeforeThePatientWasBorn) {
  v1::GetPatientRequest get;
  get.set_name(patient_);
  v1::UpdatePatientRequest update;
  *update.mutable_patient() = Value(staff_.patients->Call(&PatientStub::GetPatient, get));
  *update.mutable_patient()->mutable_birth_date() =
      FromText<type::v1::Date>("year: 1990 month: 6 day: 1");
  update.mutable_update_mask()->add_paths("birth_date");
  Value(staff_.patients->Call(&PatientStub::UpdatePatient, update));
  const auto on = [&](const std::string& day) {
    return Save(agent_,
                Saving("history", absl::StrCat(R"(answers { link_id: "conditions.body" conditions {
                  conditions { condition: "stroke" onset_date { year: 1990 month: )",
                                               day, " } } } }")));
  };
  EXPECT_THAT(ViolatedFields(on("5 day: 31").status()),
              ElementsAre("answers[0].conditions.conditions[0].onset_date"));
  EXPECT_THAT(ViolatedFields(on("6 day: 31").status()),
              ElementsAre("answers[0].conditions.conditions[0].onset_date"))
      << "June has 30 days";
  Value(on("6 day: 1"));
}

// -- Submission -----------------------------------------------------------------------------------

TEST_F(EvaluationTest, ASubmittedResponseIsAFact) {
  const Response draft = Value(Save(own_, Saving("history", kHistory)));
  clock().Advance(absl::Minutes(5));
  const Response submitted = Value(Submit(own_, Submitting(draft)));
  EXPECT_EQ(submitted.state(), Response::STATE_SUBMITTED);
  EXPECT_EQ(FromWire(submitted.submit_time()), clock().Now());
  EXPECT_THAT(submitted.answers(), SizeIs(10));
  EXPECT_THAT(submitted.open_items(), IsEmpty());
  const v1::Decision decision = DecisionOf(Evaluated(), "hypersensitivity");
  EXPECT_EQ(decision.applies(), v1::Decision::APPLIES_NO);
  ASSERT_THAT(decision.facts(), SizeIs(1));
  EXPECT_EQ(decision.facts(0).source(), submitted.name());
}

TEST_F(EvaluationTest, ASecondSubmissionIsRefused) {
  const Response response = Submitted("history", kHistory);
  EXPECT_THAT(Submit(own_, Submitting(response)),
              Refused(StatusCode::kFailedPrecondition, "ALREADY_SUBMITTED"));
  EXPECT_THAT(Save(own_, Saving("history", kHistory)),
              Refused(StatusCode::kFailedPrecondition, "ALREADY_SUBMITTED"));
}

TEST_F(EvaluationTest, EveryProblemIsToldAtOnce) {
  const Response draft = Saved(R"pb(
    answers {
      link_id: "reason.main"
      codes { codes: "other" }
    }
    answers {
      link_id: "conditions.body"
      conditions {}
    }
    answers {
      link_id: "conditions.mind"
      conditions {}
    }
    answers {
      link_id: "medicines.now"
      medicines {}
    }
    answers {
      link_id: "medicines.earlier"
      treatments {}
    }
    answers {
      link_id: "substances.drinks"
      quantity { value: 20 unit: "{drinks}/wk" }
    }
    answers {
      link_id: "substances.drugs"
      codes { codes: "none" }
    }
    answers { link_id: "pregnancy.possible" boolean: false }
    answers {
      link_id: "pregnancy.now"
      codes { codes: "neither" }
    })pb");
  EXPECT_THAT(draft.answers(), SizeIs(9)) << "a draft may hold what is no longer asked";
  // What was in order when it was saved is held against the present policy.
  Revise([](v1::Policy* policy) {
    for (auto& part : *policy->mutable_questionnaires(0)->mutable_parts()) {
      for (v1::QuestionnaireItem& item : *part.mutable_items()) {
        if (item.link_id() == "substances.drinks") item.mutable_plausible()->set_at_most(19);
        if (item.link_id() == "substances.drugs") item.mutable_choices()->DeleteSubrange(0, 1);
      }
    }
  });
  v1::SubmitResponseRequest request = Submitting(draft);
  for (const bool validate_only : {true, false}) {
    request.set_validate_only(validate_only);
    const auto refused = Submit(own_, request);
    EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "RESPONSE_INCOMPLETE"));
    EXPECT_THAT(
        Problems(refused.status()),
        ElementsAre("conditions.allergies KIND_REQUIRED", "substances.drinks KIND_IMPLAUSIBLE",
                    "substances.drugs KIND_UNKNOWN_CODE", "pregnancy.now KIND_NOT_ASKED",
                    "escort.available KIND_REQUIRED"));
  }
  const Response mended = Saved(R"pb(
    answers {
      link_id: "conditions.allergies"
      conditions {}
    }
    answers {
      link_id: "substances.drinks"
      quantity { value: 19 unit: "{drinks}/wk" }
    }
    answers {
      link_id: "substances.drugs"
      codes {}
    }
    answers { link_id: "pregnancy.now" }
    answers { link_id: "escort.available" boolean: true })pb");
  EXPECT_EQ(mended.policy_version(), 2);
  EXPECT_EQ(Value(Submit(own_, Submitting(mended))).state(), Response::STATE_SUBMITTED);
}

TEST_F(EvaluationTest, AsManyProblemsAreToldAsAnErrorHasRoomFor) {
  Revise([](v1::Policy* policy) {
    v1::Questionnaire& questionnaire = *policy->add_questionnaires();
    questionnaire = FromText<v1::Questionnaire>(R"pb(id: "long"
                                                     display_name: "Long"
                                                     actor: ACTOR_PATIENT
                                                     parts { id: "all" })pb");
    for (int i = 0; i < 60; ++i) {
      auto& item = *questionnaire.mutable_parts(0)->add_items();
      item = FromText<v1::QuestionnaireItem>(R"pb(text: "?" type: TYPE_TEXT required: true)pb");
      item.set_link_id(absl::StrCat(std::string(61, 'x'), 10 + i));
    }
  });
  const Response draft = Value(Save(
      agent_, Saving("long", absl::StrCat("answers { link_id: '", std::string(61, 'x'), "10' }"))));
  EXPECT_THAT(draft.open_items(), SizeIs(60));
  const auto refused = Submit(agent_, Submitting(draft));
  EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "RESPONSE_INCOMPLETE"));
  EXPECT_THAT(Problems(refused.status()), SizeIs(50));
}

TEST_F(EvaluationTest, ThoseWhoWatchSeeADraftGrowAndBeSubmitted) {
  const auto token =
      Value(agent_.episodes->Call(&EpisodeStub::ListEpisodes, v1::ListEpisodesRequest()))
          .watch_token();
  v1::WatchEpisodesRequest request;
  request.add_scopes()->set_clinic(kLakeForest);
  request.set_resume_token(token);
  const auto watch = agent_.episodes->Watch(&EpisodeStub::WatchEpisodes, request);
  const Response draft = Saved(kHistory);
  Value(Submit(own_, Submitting(draft)));
  for (int changes = 0; changes < 2;) {
    const auto event = Value(watch->Next());
    if (event.has_heartbeat()) continue;
    EXPECT_EQ(event.change().episode().name(), episode_.name());
    EXPECT_EQ(event.change().about(), draft.name());
    ++changes;
  }
}

// -- Amendments -----------------------------------------------------------------------------------

TEST_F(EvaluationTest, AnAmendmentKeepsWhatWasThereBefore) {
  const Response response = Submitted("history", kHistory);
  clock().Advance(absl::Hours(1));
  const Response amended =
      Value(Amend(own_, Amending(response, R"pb(
                    answers { link_id: "escort.available" boolean: true }
                    answers { link_id: "reason.words" text: "since the accident" }
                    answers {
                      link_id: "conditions.allergies"
                      conditions { conditions { condition: "ketamine-hypersensitivity" } }
                    })pb")));
  EXPECT_EQ(amended.state(), Response::STATE_SUBMITTED);
  EXPECT_EQ(amended.submit_time().seconds(), response.submit_time().seconds());
  EXPECT_EQ(amended.subject(), "user-of-" + patient_);
  ASSERT_THAT(amended.amendments(), SizeIs(1));
  const Response::Amendment& amendment = amended.amendments(0);
  EXPECT_EQ(amendment.subject(), "user-of-" + patient_);
  EXPECT_EQ(amendment.reason(), "remembered it later");
  EXPECT_EQ(FromWire(amendment.time()), clock().Now());
  EXPECT_THAT(LinkIds(amendment.earlier_answers()),
              ElementsAre("reason.words", "conditions.allergies"))
      << "the escort was said before";
  EXPECT_EQ(amendment.earlier_answers(0).value_case(), v1::Answer::VALUE_NOT_SET);
  EXPECT_TRUE(amendment.earlier_answers(1).has_conditions());
  EXPECT_EQ(Says(Evaluated(), "hypersensitivity"), "YES");

  const Response unchanged = Value(
      Amend(own_, Amending(amended, R"(answers { link_id: "escort.available" boolean: true })")));
  EXPECT_EQ(unchanged.etag(), amended.etag()) << "nothing was amended";
}

TEST_F(EvaluationTest, TheLastTwentyAmendmentsAreKept) {
  const Response response = Submitted("history", kHistory);
  Response amended;
  for (int i = 0; i < 22; ++i) {
    amended = Value(Amend(
        own_, Amending(response,
                       absl::StrCat(R"(answers { link_id: "reason.words" text: ")", i, R"(" })"))));
  }
  ASSERT_THAT(amended.amendments(), SizeIs(20));
  EXPECT_EQ(amended.amendments(0).earlier_answers(0).text(), "1");
  EXPECT_EQ(amended.amendments(19).earlier_answers(0).text(), "20");
}

TEST_F(EvaluationTest, AnAmendmentLeavesTheResponseComplete) {
  const Response draft = Value(Save(own_, Saving("history", kHistory)));
  EXPECT_THAT(Amend(own_, Amending(draft, R"(answers { link_id: "escort.available" })")),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  const Response response = Value(Submit(own_, Submitting(draft)));
  const auto refused = Amend(own_, Amending(response, R"pb(
                               answers { link_id: "escort.available" }
                               answers { link_id: "pregnancy.possible" boolean: true })pb"));
  EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "RESPONSE_INCOMPLETE"));
  EXPECT_THAT(Problems(refused.status()),
              ElementsAre("pregnancy.now KIND_REQUIRED", "escort.available KIND_REQUIRED"));
  EXPECT_THAT(
      Amend(own_, Amending(response, R"(answers { link_id: "escort.available" text: "" })")),
      Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  v1::AmendResponseRequest without_reason =
      Amending(response, R"(answers { link_id: "escort.available" boolean: false })");
  without_reason.clear_reason();
  EXPECT_THAT(ViolatedFields(Amend(own_, without_reason).status()), ElementsAre("reason"));
  EXPECT_EQ(Value(GetBy(own_, response)).ShortDebugString(), response.ShortDebugString());
  Value(Amend(own_, Amending(response, R"pb(
                answers { link_id: "pregnancy.possible" boolean: true }
                answers {
                  link_id: "pregnancy.now"
                  codes { codes: "pregnant" }
                })pb")));
  EXPECT_EQ(Says(Evaluated(), "pregnancy"), "YES");
}

TEST_F(EvaluationTest, APatientMayAddButTheClinicTakesBackWhatStandsAgainstTreatment) {
  const Response response =
      Value(Submit(own_, Submitting(Value(Save(own_, Saving("history", kHistory))))));
  Value(Amend(own_, Amending(response, R"pb(
                answers {
                  link_id: "conditions.body"
                  conditions { conditions { condition: "aneurysmal-vascular-disease" } }
                }
                answers { link_id: "pregnancy.possible" boolean: true }
                answers {
                  link_id: "pregnancy.now"
                  codes { codes: "neither" }
                })pb")));
  const auto staff_needed = Refused(StatusCode::kFailedPrecondition, "STAFF_NEEDED");
  const auto without_it = Amending(response, R"pb(
    answers {
      link_id: "conditions.body"
      conditions {}
    })pb");
  EXPECT_THAT(Amend(own_, without_it), staff_needed);
  EXPECT_THAT(Amend(own_, Amending(response, R"pb(
                      answers { link_id: "conditions.body" not_known: true })pb")),
              staff_needed);
  EXPECT_THAT(Amend(own_, Amending(response, R"pb(
                      answers { link_id: "pregnancy.possible" boolean: false }
                      answers { link_id: "pregnancy.now" })pb")),
              staff_needed)
      << "a test is asked for by it";
  EXPECT_EQ(Says(Evaluated(), "aneurysmal-vascular-disease"), "YES");
  Value(Amend(own_, Amending(response, R"pb(
                answers {
                  link_id: "conditions.body"
                  conditions {
                    conditions { condition: "aneurysmal-vascular-disease" }
                    conditions { condition: "cystitis" }
                  }
                }
                answers { link_id: "escort.available" boolean: false })pb")));
  EXPECT_EQ(Says(Evaluated(), "cystitis"), "YES") << "more may be said at any time";
  Value(Amend(staff_, without_it));
  EXPECT_EQ(Says(Evaluated(), "aneurysmal-vascular-disease"), "NO");
}

TEST_F(EvaluationTest, NoneGoesWithNoOtherChoice) {
  EXPECT_THAT(ViolatedFields(Save(own_, Saving("history", R"pb(
                                    answers {
                                      link_id: "substances.drugs"
                                      codes { codes: "cannabis" codes: "none" }
                                    })pb"))
                                 .status()),
              ElementsAre("answers[0].codes.codes[1]"));
}

// -- Who sees what --------------------------------------------------------------------------------

// What of a response somebody is told: "answers", "amendments" ...
std::vector<std::string> Told(const Response& response) {
  std::vector<std::string> parts;
  if (!response.answers().empty()) parts.emplace_back("answers");
  if (!response.open_items().empty()) parts.emplace_back("open items");
  if (!response.amendments().empty()) parts.emplace_back("amendments");
  return parts;
}

TEST_F(EvaluationTest, AgentsSeeTheAnswersOfDraftsAndNothingAfterSubmission) {
  const auto service = Caller(Claims("records", "SERVICE"));
  const Response draft = Saved(R"(answers { link_id: "escort.available" boolean: true })");
  for (const auto* caller : {&agent_, &staff_, &own_, &clinician_, &service}) {
    EXPECT_THAT(Told(Value(GetBy(*caller, draft))), ElementsAre("answers", "open items"));
  }
  EXPECT_THAT(Told(Saved(kHistory)), ElementsAre("answers"));
  EXPECT_THAT(Told(Value(Submit(agent_, Submitting(draft)))), IsEmpty());
  const auto amendment =
      Amending(draft, R"(answers { link_id: "reason.words" text: "since the accident" })");
  EXPECT_THAT(Amend(agent_, amendment),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(Told(Value(Amend(staff_, amendment))), IsEmpty());

  v1::ListResponsesRequest list;
  list.set_episode(episode_.name());
  for (const auto* caller : {&agent_, &staff_}) {
    const Response seen = Value(GetBy(*caller, draft));
    EXPECT_THAT(Told(seen), IsEmpty());
    EXPECT_EQ(seen.state(), Response::STATE_SUBMITTED);
    const auto listed = Value(caller->evaluations->Call(&EvaluationStub::ListResponses, list));
    ASSERT_THAT(listed.responses(), SizeIs(1));
    EXPECT_THAT(Told(listed.responses(0)), IsEmpty());
  }
  for (const auto* caller : {&own_, &clinician_, &service}) {
    EXPECT_THAT(Told(Value(GetBy(*caller, draft))), ElementsAre("answers", "amendments"));
    const auto listed = Value(caller->evaluations->Call(&EvaluationStub::ListResponses, list));
    ASSERT_THAT(listed.responses(), SizeIs(1));
    EXPECT_THAT(Told(listed.responses(0)), ElementsAre("answers", "amendments"));
  }
}

TEST_F(EvaluationTest, WhoMayNotSeeThePatientSeesNoResponse) {
  const Response draft = Saved(kHistory);
  const auto stranger = Patient(NewPatient("Lopez"));
  const auto elsewhere = Clinician("practitioners/dr-lindqvist", kIrvine);
  const auto agent_elsewhere = CallerOf(kIrvine, "AGENT");
  v1::ListResponsesRequest list;
  list.set_episode(episode_.name());
  for (const auto* caller : {&stranger, &elsewhere, &agent_elsewhere}) {
    const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
    EXPECT_THAT(GetBy(*caller, draft), denied);
    EXPECT_THAT(caller->evaluations->Call(&EvaluationStub::ListResponses, list), denied);
    EXPECT_THAT(Save(*caller, Saving("history", kHistory)), denied);
    EXPECT_THAT(Submit(*caller, Submitting(draft)), denied);
    EXPECT_THAT(Evaluate(*caller, Evaluating()), denied);
  }
  for (const auto* caller : {&agent_, &staff_, &own_}) {
    EXPECT_THAT(Evaluate(*caller, Evaluating()),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"))
        << "an evaluation is for clinicians";
  }
}

// -- Repeats, etags, trials and the end -----------------------------------------------------------

TEST_F(EvaluationTest, AnotherChangeInBetweenIsNoticed) {
  const Response draft = Saved(R"(answers { link_id: "escort.available" boolean: true })");
  const Response later = Saved(kHistory);
  v1::SaveAnswersRequest save = Saving("history", kHistory);
  save.set_etag(draft.etag());
  EXPECT_THAT(Save(agent_, save), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  v1::SubmitResponseRequest submit = Submitting(draft);
  submit.set_etag(draft.etag());
  EXPECT_THAT(Submit(agent_, submit), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  submit.set_etag(later.etag());
  Value(Submit(agent_, submit));
  auto amend = Amending(draft, R"(answers { link_id: "escort.available" boolean: false })");
  amend.set_etag(later.etag());
  EXPECT_THAT(Amend(staff_, amend), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_F(EvaluationTest, ARepeatedCallIsAnsweredAsTheFirst) {
  v1::SaveAnswersRequest save = Saving("history", kHistory);
  save.set_request_id("save-1");
  const Response draft = Value(Save(own_, save));
  EXPECT_EQ(Value(Save(own_, save)).etag(), draft.etag());
  v1::SubmitResponseRequest submit = Submitting(draft);
  submit.set_request_id("submit-1");
  const Response submitted = Value(Submit(own_, submit));
  EXPECT_EQ(Value(Submit(own_, submit)).etag(), submitted.etag());
  auto amend = Amending(draft, R"(answers { link_id: "escort.available" boolean: false })");
  amend.set_request_id("amend-1");
  Value(Amend(own_, amend));
  EXPECT_THAT(Value(Amend(own_, amend)).amendments(), SizeIs(1));
  EXPECT_THAT(Value(GetBy(own_, draft)).amendments(), SizeIs(1));
}

TEST_F(EvaluationTest, WhatIsOnlyValidatedLeavesNothing) {
  v1::SaveAnswersRequest save = Saving("history", kHistory);
  save.set_validate_only(true);
  const Response would_be = Value(Save(own_, save));
  EXPECT_EQ(would_be.name(), "");
  EXPECT_THAT(would_be.open_items(), IsEmpty());
  EXPECT_THAT(ListedBy(own_), IsEmpty());

  const Response draft = Saved(kHistory);
  v1::SubmitResponseRequest submit = Submitting(draft);
  submit.set_validate_only(true);
  EXPECT_EQ(Value(Submit(own_, submit)).state(), Response::STATE_SUBMITTED);
  EXPECT_EQ(Value(GetBy(own_, draft)).state(), Response::STATE_DRAFT);
}

TEST_F(EvaluationTest, AResponseTakesSoMuchAndNoMore) {
  Revise([](v1::Policy* policy) {
    v1::Questionnaire& questionnaire = *policy->add_questionnaires();
    questionnaire = FromText<v1::Questionnaire>(R"pb(id: "long"
                                                     display_name: "Long"
                                                     actor: ACTOR_PATIENT
                                                     parts { id: "all" })pb");
    for (int i = 0; i < 75; ++i) {
      auto& item = *questionnaire.mutable_parts(0)->add_items();
      item = FromText<v1::QuestionnaireItem>(R"pb(text: "?" type: TYPE_TEXT)pb");
      item.set_link_id(absl::StrCat("words.", i));
    }
  });
  const auto save = [&](int page) {
    v1::SaveAnswersRequest request = Saving("long", "");
    for (int i = 15 * page; i < 15 * (page + 1); ++i) {
      v1::Answer& answer = *request.add_answers();
      answer.set_link_id(absl::StrCat("words.", i));
      answer.set_text(std::string(4000, 'x'));
    }
    return Save(own_, request);
  };
  for (const int page : {0, 1, 2, 3, 3}) Value(save(page));
  EXPECT_THAT(save(4), Refused(StatusCode::kResourceExhausted, "TOO_MANY"));
}

TEST_F(EvaluationTest, NothingMoreIsAnsweredInAClosedEpisode) {
  const Response draft = Saved(kHistory);
  Close();
  const auto closed = Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED");
  EXPECT_THAT(Save(own_, Saving("history", kHistory)), closed);
  EXPECT_THAT(Submit(own_, Submitting(draft)), closed);
  EXPECT_THAT(Amend(own_, Amending(draft, kHistory)), closed);
  EXPECT_EQ(Value(GetBy(own_, draft)).state(), Response::STATE_DRAFT);
}

TEST_F(EvaluationTest, AResponseStaysWhereThePolicyHasItsQuestionnaireNoMore) {
  Revise([](v1::Policy* policy) {
    auto& questionnaire = *policy->add_questionnaires();
    questionnaire = FromText<v1::Questionnaire>(R"pb(
      id: "diary"
      display_name: "Diary"
      actor: ACTOR_PATIENT
      parts {
        id: "all"
        items { link_id: "diary.words" text: "How was it?" type: TYPE_TEXT }
      })pb");
    policy->mutable_questionnaires()->SwapElements(0, 2);
  });
  Value(Save(own_, Saving("history", kHistory)));
  const Response diary =
      Value(Save(own_, Saving("diary", R"(answers { link_id: "diary.words" text: "well" })")));
  EXPECT_THAT(ListedBy(own_), ElementsAre("diary", "history"));
  Revise([](v1::Policy* policy) { policy->mutable_questionnaires()->DeleteSubrange(0, 1); });
  EXPECT_THAT(ListedBy(own_), ElementsAre("history", "diary"));
  EXPECT_THAT(Value(GetBy(own_, diary)).answers(), SizeIs(1));
  EXPECT_THAT(Submit(own_, Submitting(diary)), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

// -- Evaluation -----------------------------------------------------------------------------------

TEST_F(EvaluationTest, AnEvaluationNamesItsPolicyItsFactsAndWhatWouldChangeIt) {
  const Response response = Submitted("history", kHistory);
  Value(Amend(clinician_, Amending(response, R"pb(
                answers {
                  link_id: "conditions.body"
                  conditions {
                    conditions {
                      condition: "myocardial-infarction"
                      onset_date { year: 2026 month: 1 day: 20 }
                    }
                    conditions { text: "a hole in the heart" }
                  }
                })pb")));
  const v1::Evaluation evaluation = Evaluated();
  EXPECT_EQ(evaluation.episode(), episode_.name());
  EXPECT_EQ(FromWire(evaluation.time()), clock().Now());
  EXPECT_EQ(evaluation.policy(), "policies/demo");
  EXPECT_EQ(evaluation.policy_version(), 1);
  EXPECT_EQ(evaluation.decisions_size(), DemoPolicy().rules_size());
  const v1::Decision decision = DecisionOf(evaluation, "myocardial-infarction-recent");
  EXPECT_EQ(decision.applies(), v1::Decision::APPLIES_YES);
  ASSERT_THAT(decision.facts(), SizeIs(1));
  EXPECT_EQ(decision.facts(0).source(), response.name());
  ASSERT_FALSE(decision.changes().empty());
  EXPECT_EQ(Local(FromWire(decision.changes(0).time())), "2026-03-03 00:00");
  ASSERT_THAT(evaluation.uncoded_facts(), SizeIs(1));
  EXPECT_EQ(evaluation.uncoded_facts(0).value(), "a hole in the heart");
}

TEST_F(EvaluationTest, WhatWasLearnedLaterDoesNotCount) {
  const absl::Time opened = clock().Now();
  clock().Advance(absl::Hours(1));
  const absl::Time submitted = clock().Now();
  const Response response = Submitted("history", kHistory);
  clock().Advance(absl::Hours(1));
  const absl::Time amended = clock().Now();
  Value(Amend(own_, Amending(response, R"pb(
                answers {
                  link_id: "conditions.body"
                  conditions {
                    conditions { condition: "stroke" }
                    conditions {
                      condition: "myocardial-infarction"
                      onset_date { year: 2026 month: 2 day: 28 }
                    }
                  }
                }
                answers { link_id: "reason.words" text: "new" })pb")));
  Value(Amend(own_, Amending(response, R"(answers { link_id: "reason.words" })")));
  const std::string rule = "letter-by-risk";
  EXPECT_EQ(Says(EvaluatedAt(opened), rule), "UNKNOWN");
  EXPECT_EQ(Says(EvaluatedAt(submitted - absl::Microseconds(1)), rule), "UNKNOWN");
  EXPECT_EQ(Says(EvaluatedAt(submitted), rule), "NO");
  EXPECT_EQ(Says(EvaluatedAt(amended - absl::Microseconds(1)), rule), "NO");
  EXPECT_EQ(Says(EvaluatedAt(amended), rule), "YES");
  EXPECT_EQ(FromWire(EvaluatedAt(opened).time()), opened);
  EXPECT_EQ(Says(EvaluatedAt(At("2026-04-10 23:59")), "myocardial-infarction-recent"), "YES");
  EXPECT_EQ(Says(EvaluatedAt(At("2026-04-11 00:00")), "myocardial-infarction-recent"), "NO")
      << "as of a time to come, if nothing is added";
}

TEST_F(EvaluationTest, AnEarlierPolicyCanBeAsked) {
  Submitted("history", kHistory);
  Revise([](v1::Policy* policy) {
    for (v1::Rule& rule : *policy->mutable_rules()) {
      if (rule.id() == "no-escort") rule.set_id("nobody-at-home");
    }
  });
  EXPECT_EQ(Evaluated().policy_version(), 2);
  EXPECT_EQ(Says(Evaluated(), "nobody-at-home"), "NO");
  v1::EvaluateEpisodeRequest request = Evaluating();
  request.set_policy_version(1);
  const v1::Evaluation earlier = Value(Evaluate(clinician_, request));
  EXPECT_EQ(earlier.policy_version(), 1);
  EXPECT_EQ(Says(earlier, "no-escort"), "NO");
  request.set_policy_version(3);
  EXPECT_THAT(Evaluate(clinician_, request), Refused(StatusCode::kNotFound, "NOT_FOUND"));
  Revise(MovesToIrvine);
  EXPECT_THAT(Evaluate(clinician_, Evaluating()),
              Refused(StatusCode::kFailedPrecondition, "NO_POLICY"));
}

TEST_F(EvaluationTest, ARuleThatIsSetAsideIsNamedWithThoseWhoDid) {
  const Response response = Submitted("history", kHistory);
  Value(Amend(clinician_, Amending(response, R"pb(
                answers {
                  link_id: "conditions.body"
                  conditions { conditions { condition: "seizure-disorder" } }
                })pb")));
  const absl::Time before = clock().Now();
  clock().Advance(absl::Hours(1));
  const absl::Time set_aside = clock().Now();
  v1::OverrideRuleRequest request;
  request.set_episode(episode_.name());
  request.set_rule("seizure-disorder");
  request.set_reason("none for twenty years");
  Value(clinician_.clearances->Call(&ClearanceStub::OverrideRule, request));
  clock().Advance(absl::Hours(1));
  const auto overrides_at = [&](absl::Time time) {
    return DecisionOf(EvaluatedAt(time), request.rule()).overrides();
  };
  ASSERT_THAT(overrides_at(clock().Now()), SizeIs(1));
  EXPECT_EQ(overrides_at(clock().Now())[0].practitioner(), "practitioners/dr-okafor");

  Value(Amend(clinician_, Amending(response, R"pb(
                answers {
                  link_id: "conditions.body"
                  conditions {
                    conditions {
                      condition: "seizure-disorder"
                      onset_date { year: 2026 month: 3 day: 1 }
                    }
                  }
                })pb")));
  EXPECT_THAT(overrides_at(clock().Now()), IsEmpty()) << "it was for other facts";
  EXPECT_THAT(overrides_at(set_aside), SizeIs(1)) << "as it was then";
  EXPECT_THAT(overrides_at(before), IsEmpty());
}

// What a single answer makes of a rule of the demo policy. Sources as in the key of the published
// facts: S1, S2 US label; S5 EU label summaries; S6 PMC10812090; S7 impactinfusions; S9 label; S10
// NCT05803551; S14 Veraart 2021; S16 invitahealth; S31 klarisana. The boundaries of age, blood
// pressure, doses, trials and of the six weeks are with the policy.
struct AnswerCase {
  const char* source;
  const char* answers;
  const char* rule;
  const char* applies;
};

constexpr AnswerCase kAnswerCases[] = {
    {"S1, S2", R"(conditions.body condition: "aneurysmal-vascular-disease")",
     "aneurysmal-vascular-disease", "YES"},
    {"S1, S2",
     R"(conditions.body condition: "arteriovenous-malformation" clinical_status: CLINICAL_STATUS_RESOLVED)",
     "aneurysmal-vascular-disease", "YES"},
    {"S1, S2", R"(conditions.body condition: "stroke")", "aneurysmal-vascular-disease", "NO"},
    {"S1, S2",
     R"(conditions.body condition: "intracerebral-haemorrhage" clinical_status: CLINICAL_STATUS_RESOLVED)",
     "intracerebral-haemorrhage", "YES"},
    {"S1, S2", R"(conditions.allergies condition: "ketamine-hypersensitivity")", "hypersensitivity",
     "YES"},
    {"S5", R"(conditions.body condition: "myocardial-infarction")", "myocardial-infarction-recent",
     "UNKNOWN"},
    {"S6", R"(conditions.mind condition: "mania")", "mania", "YES"},
    {"S6", R"(conditions.mind condition: "mania" clinical_status: CLINICAL_STATUS_RESOLVED)",
     "mania", "UNKNOWN"},
    {"S6, S7",
     R"(conditions.mind condition: "psychosis" clinical_status: CLINICAL_STATUS_RESOLVED)",
     "psychosis", "YES"},
    {"S7", R"(conditions.body condition: "seizure-disorder")", "seizure-disorder", "YES"},
    {"S7",
     R"(conditions.body condition: "seizure-disorder" clinical_status: CLINICAL_STATUS_RESOLVED)",
     "seizure-disorder", "NO"},
    {"S9", R"(conditions.body condition: "hepatic-impairment-severe")", "hepatic-impairment-severe",
     "YES"},
    {"S9", R"(conditions.body condition: "hepatic-impairment-moderate")",
     "hepatic-impairment-severe", "NO"},
    {"S10", R"(conditions.body condition: "raised-intraocular-pressure")", "raised-pressure",
     "YES"},
    {"S16", R"(medicines.now medicine: "phenelzine")", "maoi", "YES"},
    {"S16", R"(medicines.now medicine: "phenelzine" end_date { year: 2026 month: 2 day: 17 })",
     "maoi", "YES"},
    {"S16", R"(medicines.now medicine: "phenelzine" end_date { year: 2026 month: 2 day: 16 })",
     "maoi", "NO"},
    {"S14", R"(medicines.now medicine: "lamotrigine")", "lamotrigine", "YES"},
    {"S14", R"(medicines.now text: "lamotrigine, from abroad")", "lamotrigine", "NO"},
    {"S6, S9", R"(pregnancy.now pregnant)", "pregnancy", "YES"},
    {"S6, S9", R"(pregnancy.now breastfeeding)", "pregnancy", "YES"},
    {"S6, S9", R"(pregnancy.now neither)", "pregnancy", "UNKNOWN"},
    {"S31", R"(escort.available no)", "no-escort", "YES"},
};

// The answers of a case, in full.
std::string InFull(absl::string_view text) {
  const std::string link_id(text.substr(0, text.find(' ')));
  const std::string what(text.substr(text.find(' ') + 1));
  if (link_id == "pregnancy.now") {
    return absl::StrCat(R"(answers { link_id: "pregnancy.possible" boolean: true }
                           answers { link_id: "pregnancy.now" codes { codes: ")",
                        what, R"(" } })");
  }
  if (link_id == "escort.available")
    return R"(answers { link_id: "escort.available" boolean: false })";
  const std::string list(text.substr(0, text.find('.')));
  return absl::StrCat("answers { link_id: '", link_id, "' ", list, " { ", list, " { ", what,
                      " } } }");
}

TEST_F(EvaluationTest, AnAnswerDecidesAsPublished) {
  const Response response = Submitted("history", kHistory);
  for (const AnswerCase& c : kAnswerCases) {
    Value(Amend(clinician_, Amending(response, InFull(c.answers))));
    EXPECT_EQ(Says(Evaluated(), c.rule), c.applies) << c.answers << " [" << c.source << "]";
    // As it was: what one case says is not to count for the next.
    Value(Amend(
        clinician_,
        Amending(response, absl::StrCat(kHistory, R"(answers { link_id: "pregnancy.now" })"))));
  }
}

// -- Trials of a policy ---------------------------------------------------------------------------

TEST_F(EvaluationTest, ATrialOfAPolicyNamesTheEpisodesWhoseDecisionsWouldChange) {
  Submitted("history", kHistory);
  const auto unknown = Opened(NewPatient("Lopez"));
  const auto closed = Opened(NewPatient("Nguyen"));
  v1::CloseEpisodeRequest close;
  close.set_name(closed.name());
  close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
  close.set_reason("moved away");
  Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  const auto stricter = [](v1::Policy* policy) {
    for (v1::Rule& rule : *policy->mutable_rules()) {
      if (rule.id() == "liver-by-risk") {
        *rule.mutable_when() = FromText<v1::Criterion>(R"pb(answered {
                                                              link_id: "substances.drinks"
                                                              range { at_least: 1 }
                                                            })pb");
      }
    }
  };
  const auto trial = Revise(stricter, /*validate_only=*/true);
  EXPECT_EQ(trial.episodes_evaluated(), 2) << "not the closed one";
  ASSERT_THAT(trial.decision_changes(), SizeIs(1)) << "of the other it is as unknown as before";
  const auto& change = trial.decision_changes(0);
  EXPECT_EQ(change.rule(), "liver-by-risk");
  EXPECT_EQ(change.before(), v1::Decision::APPLIES_NO);
  EXPECT_EQ(change.after(), v1::Decision::APPLIES_YES);
  EXPECT_EQ(change.episode_count(), 1);
  EXPECT_THAT(change.episodes(), ElementsAre(episode_.name()));
  EXPECT_EQ(change.clearances_reopened(), 0);
  EXPECT_EQ(Says(Evaluated(), "liver-by-risk"), "NO") << "it was a trial";

  EXPECT_EQ(Revise(MovesToIrvine, /*validate_only=*/true).episodes_evaluated(), 2)
      << "those would go by no policy";
}

// -- Clearances that rest on answers --------------------------------------------------------------

// With so few rules that the history alone decides.
class ClearedTest : public EvaluationTest {
 protected:
  ClearedTest() {
    Revise([](v1::Policy* policy) {
      v1::Policy few;
      for (const v1::Rule& rule : policy->rules()) {
        if (rule.id() == "hypersensitivity" || rule.id() == "no-escort") *few.add_rules() = rule;
      }
      *few.add_rules() = FromText<v1::Rule>(R"pb(
        id: "all"
        display_name: "Asked of everybody"
        sources: "test"
        effect: RULE_EFFECT_REQUIRE
        requirements: "history"
      )pb");
      policy->mutable_rules()->Swap(few.mutable_rules());
    });
    history_ = Submitted("history", kHistory);
    v1::DecideClearanceRequest request;
    request.set_episode(episode_.name());
    request.set_verdict(v1::Clearance::VERDICT_CLEARED);
    request.add_protocols("iv-ketamine");
    request.set_reason("as discussed");
    clearance_ = Value(clinician_.clearances->Call(&ClearanceStub::DecideClearance, request));
  }
  v1::Clearance Present() const {
    v1::GetClearanceRequest request;
    request.set_name(clearance_.name());
    return Value(clinician_.clearances->Call(&ClearanceStub::GetClearance, request));
  }

  Response history_;
  v1::Clearance clearance_;
};

TEST_F(ClearedTest, AnAmendmentReopensTheClearanceThatRestsOnIt) {
  Value(Amend(staff_, Amending(history_, R"(answers { link_id: "reason.words" text: "-" })")));
  EXPECT_EQ(Present().state(), v1::Clearance::STATE_VALID) << "nothing was decided by that";
  Value(Amend(own_, Amending(history_, R"pb(
                answers {
                  link_id: "conditions.allergies"
                  conditions { conditions { condition: "ketamine-hypersensitivity" } }
                }
              )pb")));
  EXPECT_EQ(Present().state(), v1::Clearance::STATE_REOPENED);
}

TEST_F(ClearedTest, WhatIsToldInWordsOnlyReopensItToo) {
  Value(Amend(own_, Amending(history_, R"pb(
                answers {
                  link_id: "medicines.now"
                  medicines { medicines { text: "drops from abroad" } }
                })pb")));
  EXPECT_EQ(Present().state(), v1::Clearance::STATE_REOPENED);
}

TEST_F(ClearedTest, ATrialOfAPolicyCountsTheClearancesItWouldReopen) {
  const auto asks_for_drinks = [](v1::Policy* policy) {
    *policy->mutable_rules(1)->mutable_when() =
        FromText<v1::Criterion>(R"pb(answered {
                                       link_id: "substances.drinks"
                                       range { at_least: 1 }
                                     })pb");
  };
  const auto trial = Revise(asks_for_drinks, /*validate_only=*/true);
  ASSERT_THAT(trial.decision_changes(), SizeIs(1));
  EXPECT_EQ(trial.decision_changes(0).rule(), "no-escort");
  EXPECT_THAT(trial.decision_changes(0).episodes(), ElementsAre(episode_.name()));
  EXPECT_EQ(trial.decision_changes(0).clearances_reopened(), 1);
  EXPECT_EQ(Present().state(), v1::Clearance::STATE_VALID) << "it was a trial";
  Revise(asks_for_drinks);
  EXPECT_EQ(Present().state(), v1::Clearance::STATE_REOPENED) << "as the trial said";
}

}  // namespace
}  // namespace clarity::tests
