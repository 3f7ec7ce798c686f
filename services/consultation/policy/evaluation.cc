#include "services/consultation/policy/evaluation.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "services/consultation/policy/wording.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using SameLeaves = Rulebook::SameLeaves;

bool Holds(const SameLeaves& leaves, const v1::Criterion& leaf) {
  return std::find(leaves.begin(), leaves.end(), &leaf) != leaves.end();
}

// One rule, asked of one person.
class Decider {
 public:
  Decider(const Inquiry& inquiry, const v1::Rule& rule)
      : inquiry_(inquiry), rule_(rule), leaves_(inquiry.rulebook().LeavesOf(rule)) {
    for (const SameLeaves& leaves : leaves_) {
      truths_.push_back(inquiry.AskLeaf(*leaves.front(), inquiry.facts().time));
    }
    applies_ = AskIf(nullptr, Truth::kUnknown);
  }

  v1::Decision Decide() const {
    v1::Decision decision;
    decision.set_rule(rule_.id());
    decision.set_display_name(rule_.display_name());
    *decision.mutable_sources() = rule_.sources();
    decision.set_effect(rule_.effect());
    *decision.mutable_requirements() = rule_.requirements();
    decision.set_action(rule_.action());
    decision.set_actor(rule_.actor());
    decision.set_overridable_by(rule_.overridable_by());
    *decision.mutable_protocols() = rule_.protocols();
    decision.set_applies(AppliesOf(applies_));
    if (rule_.has_when()) {
      AddFacts(&decision);
      AddChangeByTime(&decision);
      AddChangesByFacts(&decision);
    }
    return decision;
  }

 private:
  Truth TruthOf(const v1::Criterion& leaf) const {
    for (size_t i = 0; i < leaves_.size(); ++i) {
      if (Holds(leaves_[i], leaf)) return truths_[i];
    }
    return Truth::kUnknown;
  }

  // What the rule would come to if these leaves came to `truth`.
  Truth AskIf(const SameLeaves* leaves, Truth truth) const {
    if (!rule_.has_when()) return Truth::kYes;
    return Combine(rule_.when(), [&](const v1::Criterion& leaf) {
      return leaves != nullptr && Holds(*leaves, leaf) ? truth : TruthOf(leaf);
    });
  }

  void AddFacts(v1::Decision* decision) const {
    auto* facts =
        applies_ == Truth::kUnknown ? decision->mutable_missing_facts() : decision->mutable_facts();
    ForEachDecidingLeaf(
        rule_.when(), [this](const v1::Criterion& leaf) { return TruthOf(leaf); },
        [&](const v1::Criterion& leaf) {
          for (const v1::Fact& fact : FactsOf(inquiry_, leaf)) AddFact(fact, facts);
        });
  }

  // One that several leaves ask for is told once, as of the bound that it lies furthest from.
  static void AddFact(const v1::Fact& fact, google::protobuf::RepeatedPtrField<v1::Fact>* facts) {
    const auto known = std::find_if(facts->begin(), facts->end(), [&](const v1::Fact& other) {
      return other.kind() == fact.kind() && other.code() == fact.code() &&
             other.value() == fact.value();
    });
    if (known == facts->end()) {
      *facts->Add() = fact;
    } else if (fact.has_above_bound() &&
               std::abs(fact.above_bound()) > std::abs(known->above_bound())) {
      known->set_above_bound(fact.above_bound());
    }
  }

  void AddChangeByTime(v1::Decision* decision) const {
    std::vector<absl::Time> turns;
    for (const SameLeaves& leaves : leaves_) {
      for (const absl::Time turn : inquiry_.TurnsOf(*leaves.front())) {
        if (turn > inquiry_.facts().time) turns.push_back(turn);
      }
    }
    std::sort(turns.begin(), turns.end());
    for (const absl::Time turn : turns) {
      const Truth truth = inquiry_.AskAt(rule_.when(), turn);
      if (truth == applies_) continue;
      v1::Decision::Change* change = decision->add_changes();
      change->set_applies(AppliesOf(truth));
      change->set_description(WhatTurnsAt(turn));
      *change->mutable_time() = ToWire(turn);
      return;
    }
  }

  std::string WhatTurnsAt(absl::Time turn) const {
    for (const SameLeaves& leaves : leaves_) {
      const v1::Criterion& leaf = *leaves.front();
      const std::vector<absl::Time> turns = inquiry_.TurnsOf(leaf);
      const bool turns_now = std::find(turns.begin(), turns.end(), turn) != turns.end();
      const Truth before = inquiry_.AskLeaf(leaf, turn - absl::Nanoseconds(1));
      if (turns_now && inquiry_.AskLeaf(leaf, turn) != before) {
        return OnceLeafTurns(inquiry_, leaf, turn);
      }
    }
    return "";
  }

  void AddChangesByFacts(v1::Decision* decision) const {
    for (size_t i = 0; i < leaves_.size(); ++i) {
      const v1::Criterion& leaf = *leaves_[i].front();
      // Nobody can change an age that is known.
      if (leaf.has_age() && truths_[i] != Truth::kUnknown) continue;
      for (const Truth truth : {Truth::kYes, Truth::kNo}) {
        if (truth == truths_[i]) continue;
        const Truth applies = AskIf(&leaves_[i], truth);
        if (applies == applies_) continue;
        v1::Decision::Change* change = decision->add_changes();
        change->set_applies(AppliesOf(applies));
        change->set_description(IfLeafWere(inquiry_.rulebook(), leaf, truth == Truth::kYes));
      }
    }
  }

  const Inquiry& inquiry_;
  const v1::Rule& rule_;
  const std::vector<SameLeaves>& leaves_;
  std::vector<Truth> truths_;  // of `leaves_`
  Truth applies_;
};

template <typename Texts>
void AddMissing(const Texts& texts, std::vector<std::string>* to) {
  for (const std::string& text : texts) {
    if (std::find(to->begin(), to->end(), text) == to->end()) to->push_back(text);
  }
}

// Adds what meets a part of a requirement until `expire_time`, or that the part is open.
template <typename Record>
void AddPart(const std::string& part, const Record* record, absl::Time expire_time, absl::Time now,
             std::vector<std::string>* open, Coverage* coverage) {
  if (record == nullptr || expire_time <= now) {
    open->push_back(part);
    coverage->has_lapsed |= record != nullptr;
    return;
  }
  coverage->met_by.push_back(record->name());
  coverage->expire_time = std::min(coverage->expire_time, expire_time);
}

}  // namespace

v1::Decision::Applies AppliesOf(Truth truth) {
  switch (truth) {
    case Truth::kYes:
      return v1::Decision::APPLIES_YES;
    case Truth::kNo:
      return v1::Decision::APPLIES_NO;
    case Truth::kUnknown:
      break;
  }
  return v1::Decision::APPLIES_UNKNOWN;
}

Truth AskRule(const Inquiry& inquiry, const v1::Rule& rule) {
  return rule.has_when() ? inquiry.Ask(rule.when()) : Truth::kYes;
}

v1::Evaluation Evaluate(const Inquiry& inquiry) {
  const v1::Policy& policy = inquiry.rulebook().policy();
  v1::Evaluation evaluation;
  *evaluation.mutable_time() = ToWire(inquiry.facts().time);
  evaluation.set_policy(policy.name());
  evaluation.set_policy_version(policy.version());
  std::vector<v1::Decision> decisions;
  decisions.reserve(static_cast<size_t>(policy.rules_size()));
  for (const v1::Rule& rule : policy.rules()) decisions.push_back(Decider(inquiry, rule).Decide());
  for (const auto applies :
       {v1::Decision::APPLIES_YES, v1::Decision::APPLIES_UNKNOWN, v1::Decision::APPLIES_NO}) {
    for (v1::Decision& decision : decisions) {
      if (decision.applies() == applies) evaluation.add_decisions()->Swap(&decision);
    }
  }
  for (v1::Fact& fact : UncodedFacts(inquiry)) evaluation.add_uncoded_facts()->Swap(&fact);
  return evaluation;
}

bool IsAbout(const google::protobuf::RepeatedPtrField<std::string>& limited_to,
             const google::protobuf::RepeatedPtrField<std::string>& protocols) {
  return limited_to.empty() ||
         std::any_of(limited_to.begin(), limited_to.end(), [&](const std::string& protocol) {
           return std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
         });
}

bool Excludes(v1::RuleEffect effect) {
  return effect == v1::RULE_EFFECT_EXCLUDE_ABSOLUTE || effect == v1::RULE_EFFECT_EXCLUDE_RELATIVE;
}

int WeightOf(v1::RuleEffect effect, v1::Decision::Applies applies) {
  if (effect == v1::RULE_EFFECT_REQUIRE) return 0;
  if (applies == v1::Decision::APPLIES_YES) return 2;
  return applies == v1::Decision::APPLIES_UNKNOWN && Excludes(effect) ? 1 : 0;
}

absl::Time NextChange(const v1::Evaluation& evaluation) {
  absl::Time next = absl::InfiniteFuture();
  for (const v1::Decision& decision : evaluation.decisions()) {
    for (const v1::Decision::Change& change : decision.changes()) {
      if (change.has_time()) next = std::min(next, FromWire(change.time()));
    }
  }
  return next;
}

std::vector<NeededRequirement> RequirementsOf(const Rulebook& rulebook,
                                              const v1::Evaluation& evaluation) {
  std::vector<NeededRequirement> needed;
  for (const v1::RequirementDefinition& definition : rulebook.policy().requirements()) {
    NeededRequirement requirement;
    bool is_for_all = false;
    for (const v1::Decision& decision : evaluation.decisions()) {
      const auto& ids = decision.requirements();
      if (decision.applies() == v1::Decision::APPLIES_NO) continue;
      if (std::find(ids.begin(), ids.end(), definition.id()) == ids.end()) continue;
      requirement.definition = &definition;
      requirement.rules.push_back(decision.rule());
      is_for_all |= decision.protocols().empty();
      AddMissing(decision.protocols(), &requirement.protocols);
    }
    if (requirement.definition == nullptr) continue;
    if (is_for_all) requirement.protocols.clear();
    needed.push_back(std::move(requirement));
  }
  return needed;
}

Coverage CoverageOf(const Inquiry& inquiry, const v1::RequirementDefinition& definition) {
  const absl::Time now = inquiry.facts().time;
  const auto valid_from = [&](const google::protobuf::Timestamp& time) {
    return definition.valid_days() == 0
               ? absl::InfiniteFuture()
               : inquiry.DaysAfter(FromWire(time), definition.valid_days());
  };
  Coverage coverage;
  for (const std::string& test : definition.tests()) {
    const v1::Result* result = inquiry.FindResult(test);
    const absl::Time expiry = result == nullptr ? now : inquiry.ExpiryOf(*result, 0);
    AddPart(test, result, expiry, now, &coverage.open_tests, &coverage);
  }
  for (const std::string& questionnaire : definition.questionnaires()) {
    const v1::QuestionnaireResponse* response = inquiry.FindResponse(questionnaire);
    const absl::Time expiry = response == nullptr ? now : valid_from(response->submit_time());
    AddPart(questionnaire, response, expiry, now, &coverage.open_questionnaires, &coverage);
  }
  for (const std::string& scale : definition.scales()) {
    const v1::Outcome* outcome = inquiry.FindOutcomeBy(definition.actor(), scale);
    const absl::Time expiry = outcome == nullptr ? now : valid_from(outcome->time());
    AddPart(scale, outcome, expiry, now, &coverage.open_scales, &coverage);
  }
  return coverage;
}

}  // namespace clarity::consultation
