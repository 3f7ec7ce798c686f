#include "services/consultation/policy/check_parts.h"
#include "services/consultation/policy/quantity.h"

namespace clarity::consultation {
namespace {

constexpr int kHoursPerDay = 24;

class ProtocolCheck {
 public:
  ProtocolCheck(const v1::Protocol& protocol, const Rulebook& rulebook, Faults* faults)
      : protocol_(protocol), rulebook_(rulebook), faults_(*faults) {}

  void Check(const std::string& path) {
    faults_.CheckDistinct(path + ".phases", protocol_.phases(), "id",
                          [](const v1::ProtocolPhase& phase) { return phase.id(); });
    bool has_doses = false;
    for (int i = 0; i < protocol_.phases_size(); ++i) {
      CheckPhase(At(path, "phases", i), protocol_.phases(i), i);
      has_doses |= !protocol_.phases(i).doses().empty();
    }
    const bool gives_something = protocol_.route() != v1::Protocol::ROUTE_NONE;
    if (has_doses != gives_something) {
      faults_.Add(path + ".route",
                  has_doses ? "nothing is given so, and phases have doses" : "no phase has a dose");
    }
    for (int i = 0; i < protocol_.monitoring_size(); ++i) {
      CheckMonitoring(At(path, "monitoring", i), protocol_.monitoring(i));
    }
    for (int i = 0; i < protocol_.reevaluations_size(); ++i) {
      CheckReevaluation(At(path, "reevaluations", i), protocol_.reevaluations(i));
    }
  }

 private:
  const v1::ProtocolPhase* FindPhase(const std::string& id, int before) const {
    for (int i = 0; i < before; ++i) {
      if (protocol_.phases(i).id() == id) return &protocol_.phases(i);
    }
    return nullptr;
  }

  void CheckPhase(const std::string& path, const v1::ProtocolPhase& phase, int index) {
    if (phase.has_when()) CheckCriterion(path + ".when", phase.when(), rulebook_, &faults_);
    if (phase.visits_min() > phase.visits_max()) {
      faults_.Add(path + ".visits_min", "it is more than visits_max");
    }
    if (phase.gap_hours_max() > 0 && phase.gap_hours_min() > phase.gap_hours_max()) {
      faults_.Add(path + ".gap_hours_min", "it is more than gap_hours_max");
    }
    if ((phase.visits_min() - 1) * phase.gap_hours_min() > phase.days_max() * kHoursPerDay) {
      faults_.Add(path + ".days_max", "visits_min visits so far apart do not fit into it");
    }
    if (phase.has_follows()) CheckFollows(path + ".follows", phase, index);
    CheckDoses(path, phase);
  }

  void CheckFollows(const std::string& path, const v1::ProtocolPhase& phase, int index) {
    const v1::ProtocolPhase::Follows& follows = phase.follows();
    if (follows.phase() == phase.id()) {
      faults_.Add(path + ".phase", "the phase follows itself");
    } else if (FindPhase(follows.phase(), index) == nullptr) {
      faults_.Add(path + ".phase", "no phase before this one has this id");
    }
    if (follows.hours_min() > follows.hours_max()) {
      faults_.Add(path + ".hours_min", "it is more than hours_max");
    }
  }

  // Every visit has one dose, or none of them has.
  void CheckDoses(const std::string& path, const v1::ProtocolPhase& phase) {
    int next = 1;
    for (int i = 0; i < phase.doses_size(); ++i) {
      const v1::DoseRange& range = phase.doses(i);
      const std::string at = At(path, "doses", i);
      if (next == 0) {
        faults_.Add(at + ".first_visit", "the doses before it are for all visits that follow");
        return;
      }
      if (range.first_visit() < next) {
        faults_.Add(at + ".first_visit", "an earlier dose is for this visit");
      } else if (range.first_visit() > next) {
        faults_.Add(at + ".first_visit", absl::StrCat("visit ", next, " has no dose"));
      }
      if (range.last_visit() != 0 && range.last_visit() < range.first_visit()) {
        faults_.Add(at + ".last_visit", "it is before first_visit");
      }
      CheckDose(at, range);
      next = range.last_visit() == 0 ? 0 : range.last_visit() + 1;
    }
    if (phase.doses_size() > 0 && next != 0 && next <= phase.visits_max()) {
      faults_.Add(path + ".doses", absl::StrCat("visit ", next, " has no dose"));
    }
  }

  void CheckDose(const std::string& path, const v1::DoseRange& range) {
    if (range.amount_min() <= 0) faults_.Add(path + ".amount_min", "it must be above 0");
    if (range.amount_max() < range.amount_min()) {
      faults_.Add(path + ".amount_max", "it is below amount_min");
    } else if (range.amount_usual() < range.amount_min() ||
               range.amount_usual() > range.amount_max()) {
      faults_.Add(path + ".amount_usual", "it is not from amount_min to amount_max");
    }
    if (range.basis() == v1::DOSE_BASIS_MG) {
      CheckDoseMg(path, range);
    } else {
      CheckWeighed(path + ".basis", kBodyWeightLoinc, "kg",
                   range.basis() == v1::DOSE_BASIS_MG_PER_KG_ACTUAL);
      CheckWeighed(path + ".basis", kBodyHeightLoinc, "cm",
                   range.basis() == v1::DOSE_BASIS_MG_PER_KG_IDEAL);
    }
  }

  void CheckDoseMg(const std::string& path, const v1::DoseRange& range) {
    const auto check = [&](absl::string_view field, double amount) {
      if (range.rounding_mg() <= 0 || IsMultiple(amount, range.rounding_mg())) return;
      faults_.Add(absl::StrCat(path, ".", field), "it is no multiple of rounding_mg");
    };
    check("amount_min", range.amount_min());
    check("amount_max", range.amount_max());
    check("amount_usual", range.amount_usual());
    if (range.amount_mg_max() > 0 && range.amount_mg_max() < range.amount_max()) {
      faults_.Add(path + ".amount_mg_max", "it is below amount_max");
    }
  }

  void CheckWeighed(const std::string& path, absl::string_view loinc, absl::string_view unit,
                    bool is_needed) {
    if (!is_needed) return;
    const v1::Test* test = rulebook_.FindTestByLoinc(loinc);
    if (test == nullptr || test->units_size() == 0 || test->units(0).ucum() != unit) {
      faults_.Add(path, absl::StrCat("it takes a test with the LOINC code ", loinc, " in ", unit));
    }
  }

  void CheckMonitoring(const std::string& path, const v1::MonitoringPoint& point) {
    for (int i = 0; i < point.tests_size(); ++i) {
      if (rulebook_.FindTest(point.tests(i)) == nullptr) {
        faults_.Add(At(path, "tests", i),
                    absl::StrCat("the policy has no test \"", point.tests(i), "\""));
      }
    }
    if (point.at_minutes().empty() && point.every_minutes() == 0) {
      faults_.Add(path, "it says no minute");
    }
    for (int i = 0; i < point.at_minutes_size(); ++i) {
      if (point.until_minutes() > 0 && point.at_minutes(i) > point.until_minutes()) {
        faults_.Add(At(path, "at_minutes", i), "it is after until_minutes");
      }
    }
  }

  void CheckReevaluation(const std::string& path, const v1::Reevaluation& reevaluation) {
    const v1::ProtocolPhase* phase = FindPhase(reevaluation.phase(), protocol_.phases_size());
    if (phase == nullptr) {
      faults_.Add(path + ".phase", "the protocol has no such phase");
    } else if (reevaluation.after_visits() > phase->visits_max()) {
      faults_.Add(path + ".after_visits", "the phase has fewer visits");
    }
    for (int i = 0; i < reevaluation.scales_size(); ++i) {
      if (rulebook_.FindScale(reevaluation.scales(i)) == nullptr) {
        faults_.Add(At(path, "scales", i),
                    absl::StrCat("the policy has no scale \"", reevaluation.scales(i), "\""));
      }
    }
  }

  const v1::Protocol& protocol_;
  const Rulebook& rulebook_;
  Faults& faults_;
};

}  // namespace

void CheckProtocol(const std::string& path, const v1::Protocol& protocol, const Rulebook& rulebook,
                   Faults* faults) {
  ProtocolCheck(protocol, rulebook, faults).Check(path);
}

}  // namespace clarity::consultation
