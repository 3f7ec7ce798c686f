#include "services/consultation/plan/drafting.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"

namespace clarity::consultation {
namespace {

using v1::Deviation;
using v1::DoseRange;
using v1::PlannedDose;
using v1::PlanPhase;
using v1::ProtocolPhase;

constexpr int kHoursPerDay = 24;

type::v1::Date ToDate(absl::CivilDay day) {
  type::v1::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::CivilDay StartOf(const PlanPhase& phase) { return ToDay(phase.start_date()); }
absl::CivilDay EndOf(const PlanPhase& phase) { return ToDay(phase.end_date()); }

// The last day on which something may follow what was on `day`.
absl::CivilDay LastDayAfter(absl::CivilDay day, const ProtocolPhase::Follows& follows) {
  return day + (follows.hours_max() + kHoursPerDay - 1) / kHoursPerDay;
}

// -1: there is none.
int IndexOf(const PlanPhases& phases, const std::string& id) {
  const auto it = absl::c_find_if(phases, [&](const PlanPhase& p) { return p.phase() == id; });
  return it == phases.end() ? -1 : static_cast<int>(it - phases.begin());
}

const PlanPhase* Find(const PlanPhases& phases, const std::string& id) {
  const int index = IndexOf(phases, id);
  return index < 0 ? nullptr : &phases[index];
}

// Of a visit beyond those the protocol has, what it says of the last one.
const DoseRange& RangeFor(const ProtocolPhase& phase, int visit) {
  const DoseRange* range = DoseRangeOf(phase, visit);
  return range != nullptr ? *range : *phase.doses().rbegin();
}

// -- Words ----------------------------------------------------------------------------------------

const char* UnitOf(v1::DoseBasis basis) {
  switch (basis) {
    case v1::DOSE_BASIS_MG_PER_KG_ACTUAL:
      return "mg/kg";
    case v1::DOSE_BASIS_MG_PER_KG_IDEAL:
      return "mg/kg of ideal weight";
    default:
      return "mg";
  }
}

// "56 mg", "0.5 to 1 mg/kg".
std::string FromTo(double from, double to, absl::string_view unit) {
  return from == to ? absl::StrCat(from, " ", unit) : absl::StrCat(from, " to ", to, " ", unit);
}

std::string VisitsText(int first, int last) {
  return first == last ? absl::StrCat("visit ", first)
                       : absl::StrCat("visits ", first, " to ", last);
}

// -- Drafting -------------------------------------------------------------------------------------

class Drafter {
 public:
  explicit Drafter(const Drafting& drafting) : drafting_(drafting) {}

  absl::StatusOr<PlanDraft> Make() {
    ASSIGN_OR_RETURN(auto phases, PhasesFor(drafting_.protocol, drafting_.inquiry));
    CheckWanted(phases);
    for (const ProtocolPhase* phase : phases) AddPhase(*phase);
    if (!violations_.empty()) return base::InvalidRequest(violations_);
    RETURN_IF_ERROR(missing_);
    return std::move(draft_);
  }

 private:
  // A phase on its way into the draft.
  struct Entry {
    const ProtocolPhase& protocol;
    PlanPhase& plan;
    const PlanPhase* followed;  // whose visits it follows; null: nobody's
    const PlanPhase* previous;  // which it comes after; null: it is the first, or follows visits
    std::string field;          // where it was asked for
  };
  // Visits whose dose leaves one range of the protocol in the same way.
  struct DoseDeviation {
    const DoseRange* range;
    double amount;
    int first;
    int last;
  };

  void Violate(std::string field, absl::string_view description) {
    violations_.push_back({std::move(field), std::string(description)});
  }
  void Deviate(const Entry& entry, Deviation::Kind kind, std::string description) {
    Deviation& deviation = *draft_.deviations.Add();
    deviation.set_phase(entry.plan.phase());
    deviation.set_kind(kind);
    deviation.set_description(std::move(description));
  }

  void CheckWanted(const std::vector<const ProtocolPhase*>& phases) {
    for (int i = 0; i < drafting_.wanted.size(); ++i) {
      const std::string& id = drafting_.wanted[i].phase();
      const std::string field = absl::StrCat("phases[", i, "].phase");
      if (absl::c_none_of(phases, [&](const ProtocolPhase* p) { return p->id() == id; })) {
        Violate(field, "the protocol has no such phase for this patient");
      } else if (IndexOf(drafting_.wanted, id) != i) {
        Violate(field, "is there already");
      }
    }
  }

  void AddPhase(const ProtocolPhase& phase) {
    const PlanPhase* followed =
        phase.has_follows() ? Find(draft_.phases, phase.follows().phase()) : nullptr;
    // What it follows is not for this person: nor is it.
    if (phase.has_follows() && followed == nullptr) return;
    const PlanPhase* previous = phase.has_follows() ? nullptr : Previous();
    Entry entry{phase, *draft_.phases.Add(), followed, previous, ""};
    Fill(&entry);
    entry.plan.set_display_name(phase.display_name());
    *entry.plan.mutable_visit_types() = phase.visit_types();
    if (!CheckNumbers(entry)) return;
    CompareWindow(entry);
    CompareVisits(entry);
    CompareGaps(entry);
    AddDoses(entry);
  }

  // Of those so far that follow no visits, the last.
  const PlanPhase* Previous() const {
    const PlanPhase* previous = nullptr;
    for (const ProtocolPhase& phase : drafting_.protocol.phases()) {
      const PlanPhase* planned = phase.has_follows() ? nullptr : Find(draft_.phases, phase.id());
      if (planned != nullptr) previous = planned;
    }
    return previous;
  }

  void Fill(Entry* entry) const {
    const std::string& id = entry->protocol.id();
    if (const PlanPhase* wanted = Find(drafting_.wanted, id)) {
      entry->plan = *wanted;
      entry->field = absl::StrCat("phases[", IndexOf(drafting_.wanted, id), "]");
    } else if (const PlanPhase* kept = Find(drafting_.kept, id)) {
      entry->plan = *kept;
      // The visits it follows are at other times now.
      const bool has_moved =
          entry->followed != nullptr && Find(drafting_.wanted, entry->followed->phase()) != nullptr;
      if (has_moved) FillWindow(entry);
      entry->field = absl::StrCat("plan.phases[", IndexOf(drafting_.kept, id), "]");
    } else {
      FillAsUsual(entry);
    }
  }

  void FillWindow(Entry* entry) const {
    const ProtocolPhase& phase = entry->protocol;
    absl::CivilDay first =
        entry->previous == nullptr ? drafting_.start : EndOf(*entry->previous) + 1;
    absl::CivilDay last = first + phase.days_max() - 1;
    if (entry->followed != nullptr) {
      first = StartOf(*entry->followed);
      last = LastDayAfter(EndOf(*entry->followed), phase.follows());
    }
    *entry->plan.mutable_start_date() = ToDate(first);
    *entry->plan.mutable_end_date() = ToDate(last);
  }

  void FillAsUsual(Entry* entry) const {
    const ProtocolPhase& phase = entry->protocol;
    FillWindow(entry);
    PlanPhase& usual = entry->plan;
    usual.set_phase(phase.id());
    usual.set_visits(phase.visits_max());
    usual.set_gap_hours_min(phase.gap_hours_min());
    usual.set_gap_hours_max(phase.gap_hours_max());
    for (const DoseRange& range : phase.doses()) {
      if (range.first_visit() > usual.visits()) break;
      PlannedDose& dose = *usual.add_doses();
      dose.set_first_visit(range.first_visit());
      dose.set_last_visit(range.last_visit() >= usual.visits() ? 0 : range.last_visit());
      dose.set_basis(range.basis());
      dose.set_amount(range.amount_usual());
    }
  }

  // Whether they make sense by themselves.
  bool CheckNumbers(const Entry& entry) {
    const PlanPhase& plan = entry.plan;
    const size_t known = violations_.size();
    if (!IsDay(plan.start_date())) Violate(entry.field + ".start_date", "is no day");
    if (!IsDay(plan.end_date())) Violate(entry.field + ".end_date", "is no day");
    if (EndOf(plan) < StartOf(plan)) Violate(entry.field + ".end_date", "is before start_date");
    if (plan.gap_hours_max() > 0 && plan.gap_hours_min() > plan.gap_hours_max()) {
      Violate(entry.field + ".gap_hours_max", "is smaller than gap_hours_min");
    }
    return violations_.size() == known;
  }

  void CompareWindow(const Entry& entry) {
    const absl::CivilDay first = StartOf(entry.plan);
    const absl::CivilDay last = EndOf(entry.plan);
    if (entry.followed != nullptr) {
      const auto& follows = entry.protocol.follows();
      if (first < StartOf(*entry.followed) ||
          last > LastDayAfter(EndOf(*entry.followed), follows)) {
        Deviate(entry, Deviation::KIND_WINDOW,
                absl::StrCat("goes beyond the visits it follows, the protocol has up to ",
                             follows.hours_max(), " h after the last of them"));
      }
      return;
    }
    const auto days = last - first + 1;
    if (days > entry.protocol.days_max()) {
      Deviate(entry, Deviation::KIND_WINDOW,
              absl::StrCat(days, " days, the protocol has ", entry.protocol.days_max()));
    }
    if (entry.previous != nullptr && first <= EndOf(*entry.previous)) {
      Deviate(entry, Deviation::KIND_WINDOW, "begins before the phase before it ends");
    }
  }

  void CompareVisits(const Entry& entry) {
    const int min = entry.protocol.visits_min();
    const int max = entry.protocol.visits_max();
    const int visits = entry.plan.visits();
    if (visits >= min && visits <= max) return;
    Deviate(entry, Deviation::KIND_VISITS,
            absl::StrCat(visits, " visits, the protocol has ", FromTo(min, max, "visits")));
  }

  void CompareGaps(const Entry& entry) {
    const PlanPhase& plan = entry.plan;
    const int min = entry.protocol.gap_hours_min();
    const int max = entry.protocol.gap_hours_max();
    if (plan.gap_hours_min() < min) {
      Deviate(
          entry, Deviation::KIND_GAP,
          absl::StrCat(plan.gap_hours_min(), " h apart at least, the protocol has ", min, " h"));
    }
    if (max > 0 && (plan.gap_hours_max() == 0 || plan.gap_hours_max() > max)) {
      Deviate(entry, Deviation::KIND_GAP,
              absl::StrCat(plan.gap_hours_max() == 0
                               ? "any time apart"
                               : absl::StrCat(plan.gap_hours_max(), " h apart at most"),
                           ", the protocol has ", max, " h"));
    }
  }

  // Visit by visit, and then in runs of visits that get the same.
  void AddDoses(const Entry& entry) {
    PlanPhase& plan = entry.plan;
    google::protobuf::RepeatedPtrField<PlannedDose> asked;
    asked.Swap(plan.mutable_doses());
    if (!CheckVisitsOfDoses(entry, asked)) return;
    std::vector<DoseDeviation> deviations;
    for (int i = 0; i < asked.size(); ++i) {
      const int last = asked[i].last_visit() == 0 ? plan.visits() : asked[i].last_visit();
      for (int visit = asked[i].first_visit(); visit <= last; ++visit) {
        if (!AddDose(entry, asked[i], i, visit, &deviations)) break;
      }
    }
    // Whoever changes how many visits there are need not change it.
    if (!plan.doses().empty()) plan.mutable_doses()->rbegin()->set_last_visit(0);
    for (const DoseDeviation& d : deviations) {
      const char* unit = UnitOf(d.range->basis());
      Deviate(entry, Deviation::KIND_DOSE,
              absl::StrCat(VisitsText(d.first, d.last), ": ", d.amount, " ", unit,
                           ", the protocol has ",
                           FromTo(d.range->amount_min(), d.range->amount_max(), unit)));
    }
  }

  // Every visit has one dose, or none has.
  bool CheckVisitsOfDoses(const Entry& entry,
                          const google::protobuf::RepeatedPtrField<PlannedDose>& asked) {
    const std::string field = entry.field + ".doses";
    if (entry.protocol.doses().empty()) {
      if (!asked.empty()) Violate(field, "nothing is given in this phase");
      return false;
    }
    int next = 1;
    for (int i = 0; i < asked.size(); ++i) {
      const std::string at = absl::StrCat(field, "[", i, "]");
      const int last = asked[i].last_visit() == 0 ? entry.plan.visits() : asked[i].last_visit();
      if (asked[i].first_visit() != next) {
        Violate(at + ".first_visit", absl::StrCat("must be ", next, ": one dose for each visit"));
        return false;
      }
      if (last < next || last > entry.plan.visits()) {
        Violate(at + ".last_visit", "is none of the visits from first_visit on");
        return false;
      }
      next = last + 1;
    }
    if (next <= entry.plan.visits()) {
      Violate(field, absl::StrCat("visit ", next, " has no dose"));
      return false;
    }
    return true;
  }

  // False: it is said what is wrong of it.
  bool AddDose(const Entry& entry, const PlannedDose& asked, int index, int visit,
               std::vector<DoseDeviation>* deviations) {
    const DoseRange& range = RangeFor(entry.protocol, visit);
    const std::string at = absl::StrCat(entry.field, ".doses[", index, "]");
    if (asked.basis() != range.basis()) {
      Violate(at + ".basis", "is not that of the protocol");
      return false;
    }
    const DoseFit fit = FitOf(range, asked.amount());
    if (fit == DoseFit::kNotGivable) {
      Violate(at + ".amount", range.rounding_mg() > 0 && asked.amount() > 0
                                  ? absl::StrCat("is no multiple of ", range.rounding_mg(), " mg")
                                  : "must be above 0");
      return false;
    }
    const auto amount_mg = AmountMg(range, asked.amount(), drafting_.body);
    if (!amount_mg.ok()) {
      missing_ = amount_mg.status();
      return false;
    }
    if (*amount_mg <= 0) {
      Violate(at + ".amount", "is nothing once it is rounded");
      return false;
    }
    if (fit == DoseFit::kOutside) AddDeviation(range, asked.amount(), visit, deviations);
    AddToRun(asked, *amount_mg, visit, &entry.plan);
    if (range.basis() == v1::DOSE_BASIS_MG_PER_KG_ACTUAL) {
      draft_.weight_result = drafting_.body.weight_result->name();
    }
    return true;
  }

  static void AddDeviation(const DoseRange& range, double amount, int visit,
                           std::vector<DoseDeviation>* deviations) {
    const bool goes_on = !deviations->empty() && deviations->back().range == &range &&
                         deviations->back().amount == amount &&
                         deviations->back().last == visit - 1;
    if (goes_on) {
      deviations->back().last = visit;
    } else {
      deviations->push_back({&range, amount, visit, visit});
    }
  }

  static void AddToRun(const PlannedDose& asked, double amount_mg, int visit, PlanPhase* plan) {
    if (!plan->doses().empty()) {
      PlannedDose& run = *plan->mutable_doses()->rbegin();
      if (run.basis() == asked.basis() && run.amount() == asked.amount() &&
          run.amount_mg() == amount_mg) {
        run.set_last_visit(visit);
        return;
      }
    }
    PlannedDose& run = *plan->add_doses();
    run.set_first_visit(visit);
    run.set_last_visit(visit);
    run.set_basis(asked.basis());
    run.set_amount(asked.amount());
    run.set_amount_mg(amount_mg);
  }

  const Drafting& drafting_;
  PlanDraft draft_;
  std::vector<base::Violation> violations_;
  absl::Status missing_;
};

}  // namespace

absl::StatusOr<PlanDraft> MakeDraft(const Drafting& drafting) { return Drafter(drafting).Make(); }

}  // namespace clarity::consultation
