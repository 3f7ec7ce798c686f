#include "services/consultation/policy/test_support.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::consultation {

using rpc::testing::FromText;

v1::Policy DemoPolicy() {
  v1::Policy policy;
  for (const char* name : {"settings", "codes", "tests", "questionnaires", "requirements", "rules",
                           "protocols", "scales"}) {
    std::ifstream file(absl::StrCat(CLARITY_POLICY_DIRECTORY "/", name, ".textproto"));
    if (!file) std::abort();
    policy.MergeFrom(FromText<v1::Policy>(
        {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}));
  }
  return policy;
}

absl::TimeZone LosAngeles() {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("America/Los_Angeles", &zone)) std::abort();
  return zone;
}

absl::Time At(absl::string_view local) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M", local, LosAngeles(), &time, &error)) {
    std::cerr << error << "\n";
    std::abort();
  }
  return time;
}

Person::Person() {
  facts_.zone = LosAngeles();
  facts_.time = At("2026-03-02 12:00");
}

Person& Person::Born(absl::CivilDay day) {
  facts_.birth_date = day;
  return *this;
}

Person& Person::Now(absl::Time time) {
  facts_.time = time;
  return *this;
}

Person& Person::Submits(const std::string& questionnaire, const std::string& answers,
                        absl::Time time) {
  auto response = FromText<v1::QuestionnaireResponse>(answers);
  response.set_name(
      absl::StrCat("questionnaireResponses/", questionnaire, "-", facts_.responses.size()));
  response.set_questionnaire(questionnaire);
  response.set_state(v1::QuestionnaireResponse::STATE_SUBMITTED);
  *response.mutable_submit_time() = ToWire(time);
  facts_.responses.push_back(std::move(response));
  return *this;
}

Person& Person::Submits(const std::string& questionnaire, const std::string& answers) {
  return Submits(questionnaire, answers, facts_.time);
}

v1::Result* Person::AddResult(const std::string& test, absl::Time time) {
  v1::Result& result = facts_.results.emplace_back();
  result.set_name(absl::StrCat("results/", test, "-", facts_.results.size()));
  result.set_test(test);
  result.set_state(v1::Result::STATE_FINAL);
  *result.mutable_measure_time() = ToWire(time);
  return &result;
}

Person& Person::Measures(const std::string& test, double value, const std::string& unit,
                         absl::Time time) {
  v1::Quantity* quantity = AddResult(test, time)->mutable_quantity();
  quantity->set_value(value);
  quantity->set_unit(unit);
  return *this;
}

Person& Person::Measures(const std::string& test, double value, const std::string& unit) {
  return Measures(test, value, unit, facts_.time);
}

Person& Person::Shows(const std::string& test, const std::string& code, absl::Time time) {
  AddResult(test, time)->set_code(code);
  return *this;
}

Person& Person::Shows(const std::string& test, const std::string& code) {
  return Shows(test, code, facts_.time);
}

Person& Person::Scores(const std::string& scale, const std::string& text, absl::Time time) {
  auto outcome = FromText<v1::Outcome>(text);
  outcome.set_name(absl::StrCat("outcomes/", scale, "-", facts_.outcomes.size()));
  outcome.set_scale(scale);
  if (outcome.recorder() == v1::ACTOR_UNSPECIFIED) outcome.set_recorder(v1::ACTOR_CLINICIAN);
  *outcome.mutable_time() = ToWire(time);
  facts_.outcomes.push_back(std::move(outcome));
  return *this;
}

Person HealthyPerson() {
  Person person;
  person.Born(absl::CivilDay(1984, 5, 17));
  person.Submits("history", R"pb(
    answers {
      link_id: "reason.main"
      codes { codes: "depression" }
    }
    answers {
      link_id: "conditions.body"
      conditions {}
    }
    answers {
      link_id: "conditions.mind"
      conditions { conditions { condition: "major-depression" } }
    }
    answers {
      link_id: "conditions.allergies"
      conditions {}
    }
    answers {
      link_id: "medicines.now"
      medicines {}
    }
    answers {
      link_id: "medicines.earlier"
      treatments {
        treatments { medicine: "sertraline" weeks: 8 improvement_percent: 20 }
        treatments { medicine: "venlafaxine" weeks: 8 improvement_percent: 25 }
      }
    }
    answers {
      link_id: "substances.drinks"
      quantity { value: 2 unit: "{drinks}/wk" }
    }
    answers {
      link_id: "substances.drugs"
      codes { codes: "none" }
    }
    answers { link_id: "pregnancy.possible" boolean: false }
    answers { link_id: "escort.available" boolean: true })pb");
  person.Submits("examination", R"pb(
    answers { link_id: "exam.psychosis" boolean: false }
    answers { link_id: "exam.mania" boolean: false }
    answers { link_id: "exam.acute-suicidality" boolean: false }
    answers {
      link_id: "exam.lorazepam-equivalent"
      quantity { value: 0 unit: "mg/d" }
    })pb");
  person.Measures("systolic-blood-pressure", 124, "mm[Hg]")
      .Measures("diastolic-blood-pressure", 78, "mm[Hg]")
      .Measures("heart-rate", 66, "/min")
      .Measures("oxygen-saturation", 98, "%")
      .Measures("body-weight", 71, "kg")
      .Measures("body-height", 172, "cm");
  person.Scores("c-ssrs", R"pb(band: "none")pb", person.facts().time);
  return person;
}

v1::Decision Decide(const Rulebook& rulebook, const Person& person, absl::string_view rule) {
  const v1::Evaluation evaluation = Evaluate(Inquiry(rulebook, person.facts()));
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.rule() == rule) return decision;
  }
  std::cerr << "no rule " << rule << "\n";
  std::abort();
}

}  // namespace clarity::consultation
