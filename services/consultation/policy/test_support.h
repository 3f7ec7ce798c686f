#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_TEST_SUPPORT_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_TEST_SUPPORT_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/consultation/policy/evaluation.h"
#include "services/consultation/policy/facts.h"
#include "services/consultation/policy/rulebook.h"

// Policies and people for tests.
namespace clarity::consultation {

// deploy/policy, whole.
v1::Policy DemoPolicy();

absl::TimeZone LosAngeles();
// "2026-03-02 09:00" in Los Angeles.
absl::Time At(absl::string_view local);

// A person of whom things get known, at noon of 2 March 2026 unless another time is told.
class Person {
 public:
  Person();

  Person& Born(absl::CivilDay day);
  Person& Now(absl::Time time);
  // Submits answers, as the text of a QuestionnaireResponse, at `time`.
  Person& Submits(const std::string& questionnaire, const std::string& answers, absl::Time time);
  Person& Submits(const std::string& questionnaire, const std::string& answers);
  Person& Measures(const std::string& test, double value, const std::string& unit, absl::Time time);
  Person& Measures(const std::string& test, double value, const std::string& unit);
  Person& Shows(const std::string& test, const std::string& code, absl::Time time);
  Person& Shows(const std::string& test, const std::string& code);
  // As the text of an Outcome.
  Person& Scores(const std::string& scale, const std::string& outcome, absl::Time time);

  const Facts& facts() const { return facts_; }
  Facts* mutable_facts() { return &facts_; }

 private:
  v1::Result* AddResult(const std::string& test, absl::Time time);

  Facts facts_;
};

// Somebody who has answered everything the demo policy asks, and has nothing that matters.
Person HealthyPerson();

// What a rule says of somebody.
v1::Decision Decide(const Rulebook& rulebook, const Person& person, absl::string_view rule);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_TEST_SUPPORT_H_
