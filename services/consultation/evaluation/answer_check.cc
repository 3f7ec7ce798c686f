#include "services/consultation/evaluation/answer_check.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/policy/answer_sheet.h"
#include "services/consultation/policy/quantity.h"
#include "services/platform/base/local_time.h"

namespace clarity::consultation {
namespace {

using Answers = AnswerCheck::Answers;
using Item = v1::QuestionnaireItem;
using Problems = v1::ResponseProblems;

// An error's details have 4,000 bytes, and a link id has up to 63.
constexpr int kProblemsToldMax = 50;

v1::Answer::ValueCase ValueOf(Item::Type type) {
  switch (type) {
    case Item::TYPE_BOOLEAN:
      return v1::Answer::kBoolean;
    case Item::TYPE_CODED:
      return v1::Answer::kCodes;
    case Item::TYPE_MEDICINES:
      return v1::Answer::kMedicines;
    case Item::TYPE_CONDITIONS:
      return v1::Answer::kConditions;
    case Item::TYPE_TREATMENTS:
      return v1::Answer::kTreatments;
    case Item::TYPE_QUANTITY:
      return v1::Answer::kQuantity;
    case Item::TYPE_DATE:
      return v1::Answer::kDate;
    case Item::TYPE_TEXT:
      return v1::Answer::kText;
    default:
      return v1::Answer::VALUE_NOT_SET;
  }
}

bool IsBlank(absl::string_view text) { return absl::StripAsciiWhitespace(text).empty(); }

std::string At(absl::string_view list, int index) { return absl::StrCat(list, "[", index, "]"); }

template <typename Visit>
void ForEachItem(const v1::Questionnaire& questionnaire, const Visit& visit) {
  for (const v1::Questionnaire::Part& part : questionnaire.parts()) {
    for (const Item& item : part.items()) visit(item);
  }
}

// One answer, held against its item.
class Check {
 public:
  Check(const Rulebook& rulebook, const Respondent& respondent, const Item& item)
      : rulebook_(rulebook), respondent_(respondent), item_(item) {}

  std::vector<AnswerFault> Run(const v1::Answer& answer) {
    if (answer.value_case() == v1::Answer::kNotKnown) {
      if (!answer.not_known()) Add("not_known", Problems::KIND_TYPE, "is always true");
    } else if (answer.value_case() == ValueOf(item_.type())) {
      CheckValue(answer);
    } else if (answer.value_case() != v1::Answer::VALUE_NOT_SET) {
      Add("", Problems::KIND_TYPE, "is of another kind than the item takes");
    }
    return std::move(faults_);
  }

 private:
  void CheckValue(const v1::Answer& answer) {
    switch (answer.value_case()) {
      case v1::Answer::kCodes:
        return CheckCodes(answer.codes());
      case v1::Answer::kMedicines:
        return CheckMedicines(answer.medicines());
      case v1::Answer::kConditions:
        return CheckConditions(answer.conditions());
      case v1::Answer::kTreatments:
        return CheckTreatments(answer.treatments());
      case v1::Answer::kQuantity:
        return CheckQuantity(answer.quantity());
      case v1::Answer::kDate:
        CheckDay("date", answer.date());
        return;
      case v1::Answer::kText:
        if (IsBlank(answer.text())) Add("text", Problems::KIND_TYPE, "is empty: take it back");
        return;
      default:
        return;
    }
  }

  void CheckCodes(const v1::Answer::Codes& codes) {
    if (!item_.repeats() && codes.codes_size() != 1) {
      Add("codes.codes", Problems::KIND_TYPE, "must be one");
    }
    for (int i = 0; i < codes.codes_size(); ++i) {
      const auto choice = absl::c_find_if(item_.choices(), [&](const v1::Choice& offered) {
        return offered.code() == codes.codes(i);
      });
      if (choice == item_.choices().end()) {
        Add(At("codes.codes", i), Problems::KIND_UNKNOWN_CODE, "is none of the item's choices");
      } else if (choice->exclusive() && codes.codes_size() > 1) {
        Add(At("codes.codes", i), Problems::KIND_TYPE, "goes with no other choice");
      }
    }
  }

  void CheckMedicines(const v1::Answer::Medicines& list) {
    std::set<std::string> periods;
    for (int i = 0; i < list.medicines_size(); ++i) {
      const v1::MedicationStatement& entry = list.medicines(i);
      const std::string path = At("medicines.medicines", i);
      CheckListed(path, ".medicine", entry.medicine(), entry.text(),
                  rulebook_.FindMedicine(entry.medicine()));
      CheckPeriod(path, entry);
      const std::string period =
          absl::StrCat(entry.medicine(), "/", entry.start_date().SerializeAsString(), "/",
                       entry.end_date().SerializeAsString());
      const bool is_new = periods.insert(period).second;
      if (!entry.medicine().empty() && !is_new) AddRepeated(path);
    }
  }

  void CheckConditions(const v1::Answer::Conditions& list) {
    std::set<std::string> codes;
    for (int i = 0; i < list.conditions_size(); ++i) {
      const v1::ReportedCondition& entry = list.conditions(i);
      const std::string path = At("conditions.conditions", i);
      CheckListed(path, ".condition", entry.condition(), entry.text(),
                  rulebook_.FindCondition(entry.condition()));
      if (entry.has_onset_date()) CheckDay(path + ".onset_date", entry.onset_date());
      const bool is_new = codes.insert(entry.condition()).second;
      if (!entry.condition().empty() && !is_new) AddRepeated(path);
    }
  }

  void CheckTreatments(const v1::Answer::Treatments& list) {
    for (int i = 0; i < list.treatments_size(); ++i) {
      const v1::PastTreatment& entry = list.treatments(i);
      const std::string path = At("treatments.treatments", i);
      CheckListed(path, ".medicine", entry.medicine(), entry.text(),
                  rulebook_.FindMedicine(entry.medicine()));
      if (entry.has_end_date()) CheckDay(path + ".end_date", entry.end_date());
    }
  }

  // Only the first unit has limits: no factor leads from the others to it.
  void CheckQuantity(const v1::Quantity& quantity) {
    if (!absl::c_linear_search(item_.units(), quantity.unit())) {
      return Add("quantity.unit", Problems::KIND_UNIT,
                 quantity.unit().empty() ? "is required" : "is none of the item's units");
    }
    const bool has_limits = item_.has_plausible() && quantity.unit() == item_.units(0);
    if (has_limits && !IsInRange(item_.plausible(), quantity.value())) {
      Add("quantity.value", Problems::KIND_IMPLAUSIBLE, "is not plausible");
    }
  }

  // An entry of a list: a code that the item offers, or words. `known`: null where the policy has
  // no such code.
  template <typename Code>
  void CheckListed(const std::string& path, absl::string_view field, const std::string& code,
                   const std::string& text, const Code* known) {
    if (code.empty()) {
      if (IsBlank(text)) Add(path, Problems::KIND_UNKNOWN_CODE, "has neither a code nor a text");
      return;
    }
    const auto is_of_item = [this](const std::string& code_class) {
      return absl::c_linear_search(item_.classes(), code_class);
    };
    const bool is_offered = known != nullptr && (item_.classes().empty() ||
                                                 absl::c_any_of(known->classes(), is_of_item));
    if (!is_offered) {
      Add(absl::StrCat(path, field), Problems::KIND_UNKNOWN_CODE,
          "is none of the codes the item offers");
    }
  }

  void CheckPeriod(const std::string& path, const v1::MedicationStatement& entry) {
    const bool has_start =
        entry.has_start_date() && CheckDay(path + ".start_date", entry.start_date());
    const bool has_end = entry.has_end_date() && CheckDay(path + ".end_date", entry.end_date());
    if (has_start && has_end && ToDay(entry.end_date()) < ToDay(entry.start_date())) {
      Add(path + ".end_date", Problems::KIND_DATE, "is before the start");
    }
  }

  // Whether the patient can have lived it.
  bool CheckDay(const std::string& path, const type::v1::Date& date) {
    const auto fail = [&](absl::string_view description) {
      Add(path, Problems::KIND_DATE, description);
      return false;
    };
    if (!IsDay(date)) return fail("is no day of the calendar");
    if (ToDay(date) > respondent_.today) return fail("is in the future");
    const bool is_before_birth =
        respondent_.birth_date.has_value() && ToDay(date) < *respondent_.birth_date;
    return is_before_birth ? fail("is before the patient's birth") : true;
  }

  void AddRepeated(const std::string& path) { Add(path, Problems::KIND_TYPE, "is there already"); }

  void Add(absl::string_view field, Problems::Kind kind, absl::string_view description) {
    faults_.push_back({std::string(field), kind, std::string(description)});
  }

  const Rulebook& rulebook_;
  const Respondent& respondent_;
  const Item& item_;
  std::vector<AnswerFault> faults_;
};

bool IsOpen(const Item& item, const AnswerSheet& sheet) {
  return item.required() && sheet.Find(item.link_id()) == nullptr &&
         sheet.IsAsked(item.link_id()) == Truth::kYes;
}

}  // namespace

const Item* AnswerCheck::FindItem(absl::string_view link_id) const {
  const Rulebook::Item found = rulebook_.FindItem(link_id);
  return found.questionnaire == &questionnaire_ ? found.item : nullptr;
}

std::vector<AnswerFault> AnswerCheck::FaultsOf(const Item& item, const v1::Answer& answer) const {
  return Check(rulebook_, respondent_, item).Run(answer);
}

std::vector<std::string> AnswerCheck::OpenItems(const Answers& answers) const {
  const AnswerSheet sheet(questionnaire_, answers);
  std::vector<std::string> open;
  ForEachItem(questionnaire_, [&](const Item& item) {
    if (IsOpen(item, sheet)) open.push_back(item.link_id());
  });
  return open;
}

Problems AnswerCheck::ProblemsOf(const Answers& answers) const {
  Problems problems;
  const auto add = [&](const std::string& link_id, Problems::Kind kind) {
    if (problems.problems_size() >= kProblemsToldMax) return;
    Problems::Problem& problem = *problems.add_problems();
    problem.set_link_id(link_id);
    problem.set_kind(kind);
  };
  const AnswerSheet sheet(questionnaire_, answers);
  ForEachItem(questionnaire_, [&](const Item& item) {
    if (IsOpen(item, sheet)) add(item.link_id(), Problems::KIND_REQUIRED);
    const v1::Answer* answer = sheet.Find(item.link_id());
    if (answer == nullptr) return;
    if (sheet.IsAsked(item.link_id()) == Truth::kNo) {
      return add(item.link_id(), Problems::KIND_NOT_ASKED);
    }
    std::set<Problems::Kind> kinds;
    for (const AnswerFault& fault : FaultsOf(item, *answer)) kinds.insert(fault.kind);
    for (const Problems::Kind kind : kinds) add(item.link_id(), kind);
  });
  for (const v1::Answer& answer : answers) {
    if (FindItem(answer.link_id()) == nullptr) add(answer.link_id(), Problems::KIND_NOT_ASKED);
  }
  return problems;
}

}  // namespace clarity::consultation
