#ifndef CLARITY_TESTS_SUPPORT_ANSWERS_H_
#define CLARITY_TESTS_SUPPORT_ANSWERS_H_

// The answers of somebody who has nothing that matters, to the questionnaires of the demo policy:
// as text of whatever message has them as `answers`.
namespace clarity::tests {

// To the questionnaire "history".
inline constexpr char kHistory[] = R"pb(
  answers {
    link_id: "reason.main"
    codes { codes: "anxiety" }
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
    link_id: "conditions.allergies"
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
    quantity { value: 2 unit: "{drinks}/wk" }
  }
  answers {
    link_id: "substances.drugs"
    codes { codes: "none" }
  }
  answers { link_id: "pregnancy.possible" boolean: false }
  answers { link_id: "escort.available" boolean: true })pb";

// To the questionnaire "examination".
inline constexpr char kExamination[] = R"pb(
  answers { link_id: "exam.psychosis" boolean: false }
  answers { link_id: "exam.mania" boolean: false }
  answers { link_id: "exam.acute-suicidality" boolean: false })pb";

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_ANSWERS_H_
