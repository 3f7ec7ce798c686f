#include <algorithm>

#include "services/consultation/policy/check_parts.h"

namespace clarity::consultation {
namespace {

constexpr int kAgeMax = 150;

template <typename Codes>
bool HasClass(const Codes& codes, const std::string& code_class) {
  return std::any_of(codes.begin(), codes.end(), [&](const auto& code) {
    return std::find(code.classes().begin(), code.classes().end(), code_class) !=
           code.classes().end();
  });
}

std::string None(absl::string_view what, absl::string_view id) {
  return absl::StrCat("the policy has no ", what, " \"", id, "\"");
}

// Each code must be one of `parts`, which have an id or code of their own.
template <typename Codes, typename Parts, typename Key>
void CheckCodes(const std::string& path, const Codes& codes, const Parts& parts, Key key,
                absl::string_view whose, Faults* faults) {
  for (int i = 0; i < codes.size(); ++i) {
    const bool is_there = std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
      return (part.*key)() == codes.Get(i);
    });
    if (!is_there) {
      faults->Add(absl::StrCat(path, "[", i, "]"),
                  absl::StrCat(whose, " has no \"", codes.Get(i), "\""));
    }
  }
}

class CriterionCheck {
 public:
  CriterionCheck(const Rulebook& rulebook, Faults* faults)
      : rulebook_(rulebook), policy_(rulebook.policy()), faults_(*faults) {}

  void Check(const std::string& path, const v1::Criterion& leaf) {
    switch (leaf.kind_case()) {
      case v1::Criterion::kHasCondition:
        return Check(path + ".has_condition", leaf.has_condition());
      case v1::Criterion::kTakesMedicine:
        return Check(path + ".takes_medicine", leaf.takes_medicine());
      case v1::Criterion::kAge:
        return CheckWhole(path + ".age", leaf.age(), Interval(0, kAgeMax));
      case v1::Criterion::kMeasured:
        return Check(path + ".measured", leaf.measured());
      case v1::Criterion::kAnswered:
        return Check(path + ".answered", leaf.answered());
      case v1::Criterion::kOutcome:
        return Check(path + ".outcome", leaf.outcome());
      case v1::Criterion::kAdequateTrials:
        return Check(path + ".adequate_trials", leaf.adequate_trials());
      case v1::Criterion::kItemsScored:
        return faults_.Add(path + ".items_scored", "items of a scale are asked for inside it only");
      default:
        return;
    }
  }

 private:
  // That some item asks for it: else it would never be known.
  void CheckOffered(const std::string& path, v1::QuestionnaireItem::Type type,
                    absl::string_view what) {
    if (rulebook_.ItemsOf(type).empty()) {
      faults_.Add(path, absl::StrCat("no questionnaire asks for ", what));
    }
  }

  void CheckWhole(const std::string& path, const v1::Range& range, const Interval& possible) {
    const Interval interval = Interval(range) & possible;
    if (!interval.IsEmpty() && !interval.HasWholeNumber()) {
      return faults_.Add(path, "no whole number is in the range");
    }
    CheckRange(path, range, possible, &faults_);
  }

  void Check(const std::string& path, const v1::HasCondition& what) {
    switch (what.what_case()) {
      case v1::HasCondition::kCondition:
        if (rulebook_.FindCondition(what.condition()) == nullptr) {
          faults_.Add(path + ".condition", None("condition", what.condition()));
        }
        break;
      case v1::HasCondition::kConditionClass:
        if (!HasClass(policy_.conditions(), what.condition_class())) {
          faults_.Add(path + ".condition_class",
                      None("condition of the class", what.condition_class()));
        }
        break;
      case v1::HasCondition::WHAT_NOT_SET:
        faults_.Add(path, "it names neither a condition nor a class");
    }
    CheckOffered(path, v1::QuestionnaireItem::TYPE_CONDITIONS, "conditions");
  }

  void Check(const std::string& path, const v1::TakesMedicine& what) {
    switch (what.what_case()) {
      case v1::TakesMedicine::kMedicine:
        if (rulebook_.FindMedicine(what.medicine()) == nullptr) {
          faults_.Add(path + ".medicine", None("medicine", what.medicine()));
        }
        break;
      case v1::TakesMedicine::kMedicineClass:
        CheckMedicineClass(path, what.medicine_class());
        break;
      case v1::TakesMedicine::WHAT_NOT_SET:
        faults_.Add(path, "it names neither a medicine nor a class");
    }
    CheckOffered(path, v1::QuestionnaireItem::TYPE_MEDICINES, "medicines");
  }

  void CheckMedicineClass(const std::string& path, const std::string& medicine_class) {
    if (HasClass(policy_.medicines(), medicine_class)) return;
    faults_.Add(path + ".medicine_class", None("medicine of the class", medicine_class));
  }

  void Check(const std::string& path, const v1::Measured& what) {
    const v1::Test* test = rulebook_.FindTest(what.test());
    if (test == nullptr) return faults_.Add(path + ".test", None("test", what.test()));
    if (test->units().empty()) {
      if (what.has_range()) faults_.Add(path + ".range", "the test has codes, not numbers");
      if (what.codes().empty()) faults_.Add(path, "it asks for no code");
      return CheckCodes(path + ".codes", what.codes(), test->codes(), &v1::Choice::code, "the test",
                        &faults_);
    }
    if (!what.codes().empty()) faults_.Add(path + ".codes", "the test has numbers, not codes");
    CheckRange(path + ".range", what.range(), Interval(test->plausible()), &faults_);
  }

  void Check(const std::string& path, const v1::Answered& what) {
    const v1::QuestionnaireItem* item = rulebook_.FindItem(what.link_id()).item;
    if (item == nullptr) return faults_.Add(path + ".link_id", None("item", what.link_id()));
    const bool is_number = item->type() == v1::QuestionnaireItem::TYPE_QUANTITY;
    if (is_number) {
      if (!what.codes().empty()) faults_.Add(path + ".codes", "the item takes numbers, not codes");
      return CheckRange(path + ".range", what.range(), Interval(item->plausible()), &faults_);
    }
    if (what.has_range()) faults_.Add(path + ".range", "the item takes no numbers");
    if (what.codes().empty()) faults_.Add(path, "it asks for no code");
    if (item->type() == v1::QuestionnaireItem::TYPE_CODED) {
      CheckCodes(path + ".codes", what.codes(), item->choices(), &v1::Choice::code, "the item",
                 &faults_);
    } else if (item->type() == v1::QuestionnaireItem::TYPE_BOOLEAN) {
      for (int i = 0; i < what.codes_size(); ++i) {
        if (what.codes(i) == "yes" || what.codes(i) == "no") continue;
        faults_.Add(At(path, "codes", i), "the item takes yes and no only");
      }
    } else {
      faults_.Add(path + ".link_id", "answers to an item of this type are not asked for so");
    }
  }

  void Check(const std::string& path, const v1::OutcomeScored& what) {
    const v1::Scale* scale = rulebook_.FindScale(what.scale());
    if (scale == nullptr) return faults_.Add(path + ".scale", None("scale", what.scale()));
    if (what.has_score()) {
      if (scale->without_total()) faults_.Add(path + ".score", "the scale has no total");
      if (!what.bands().empty()) faults_.Add(path + ".bands", "it asks for a score already");
      CheckWhole(path + ".score", what.score(), Interval(0, 1000.0 * scale->items_size()));
    } else if (what.bands().empty() && what.findings().empty()) {
      faults_.Add(path, "it asks for no score, band or finding");
    }
    CheckCodes(path + ".bands", what.bands(), scale->bands(), &v1::ScaleLevel::id, "the scale",
               &faults_);
    CheckCodes(path + ".findings", what.findings(), scale->findings(), &v1::ScaleLevel::id,
               "the scale", &faults_);
  }

  void Check(const std::string& path, const v1::AdequateTrials& what) {
    if (!what.medicine_class().empty()) CheckMedicineClass(path, what.medicine_class());
    if (what.classes_min() > what.count_min()) {
      faults_.Add(path + ".classes_min", "so many treatments cannot be of more classes");
    }
    CheckOffered(path, v1::QuestionnaireItem::TYPE_TREATMENTS, "earlier treatments");
  }

  const Rulebook& rulebook_;
  const v1::Policy& policy_;
  Faults& faults_;
};

// What a range is asked of, for those that are asked of one number each.
std::string SubjectOf(const v1::Criterion& leaf) {
  switch (leaf.kind_case()) {
    case v1::Criterion::kAge:
      return "age";
    case v1::Criterion::kMeasured:
      return leaf.measured().has_range() ? "result " + leaf.measured().test() : "";
    case v1::Criterion::kAnswered:
      return leaf.answered().has_range() ? "answer " + leaf.answered().link_id() : "";
    default:
      return "";
  }
}

const v1::Range& RangeOf(const v1::Criterion& leaf) {
  if (leaf.has_age()) return leaf.age();
  return leaf.has_measured() ? leaf.measured().range() : leaf.answered().range();
}

// That ranges which must hold together can.
void CheckTogether(const std::string& path, const v1::Criterion& criterion, Faults* faults) {
  const auto check_each = [&](const std::string& list, const v1::Criteria& parts) {
    for (int i = 0; i < parts.criteria_size(); ++i) {
      CheckTogether(At(list, "criteria", i), parts.criteria(i), faults);
    }
  };
  if (criterion.has_any_of()) return check_each(path + ".any_of", criterion.any_of());
  if (criterion.has_not_of()) return CheckTogether(path + ".not_of", criterion.not_of(), faults);
  if (criterion.has_missing()) return CheckTogether(path + ".missing", criterion.missing(), faults);
  if (!criterion.has_all_of()) return;
  check_each(path + ".all_of", criterion.all_of());
  absl::flat_hash_map<std::string, Interval> intervals;
  for (int i = 0; i < criterion.all_of().criteria_size(); ++i) {
    const v1::Criterion& part = criterion.all_of().criteria(i);
    const std::string subject = SubjectOf(part);
    const Interval alone(subject.empty() ? v1::Range() : RangeOf(part));
    if (subject.empty() || alone.IsEmpty()) continue;
    Interval& together = intervals[subject];
    const bool was_empty = together.IsEmpty();
    together = together & alone;
    if (together.IsEmpty() && !was_empty) {
      faults->Add(At(path + ".all_of", "criteria", i),
                  "no number is in this range and in those before it");
    }
  }
}

}  // namespace

void CheckRange(const std::string& path, const v1::Range& range, const Interval& possible,
                Faults* faults) {
  const bool has_numbers =
      range.has_at_least() || range.has_above() || range.has_at_most() || range.has_below();
  if (!has_numbers) return faults->Add(path, "it is a range without numbers");
  const Interval interval(range);
  if (interval.IsEmpty()) return faults->Add(path, "no number is in the range");
  if (!possible.IsEmpty() && (interval & possible).IsEmpty()) {
    faults->Add(path, "no number that is plausible is in the range");
  }
}

void CheckCriterion(const std::string& path, const v1::Criterion& criterion,
                    const Rulebook& rulebook, Faults* faults) {
  CriterionCheck check(rulebook, faults);
  CheckCombinations(
      path, criterion, /*may_be_missing=*/true, faults,
      [&](const std::string& at, const v1::Criterion& leaf) { check.Check(at, leaf); });
  CheckTogether(path, criterion, faults);
}

}  // namespace clarity::consultation
