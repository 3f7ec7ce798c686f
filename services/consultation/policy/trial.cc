#include "services/consultation/policy/trial.h"

#include <algorithm>
#include <optional>

#include "services/consultation/policy/evaluation.h"

namespace clarity::consultation {
namespace {

using Applies = v1::Decision::Applies;

constexpr int kEpisodesNamedMax = 100;

// What each rule says, by its id; of no policy, nothing.
std::map<std::string, Applies> DecisionsOf(const std::optional<Inquiry>& inquiry) {
  std::map<std::string, Applies> decisions;
  if (!inquiry.has_value()) return decisions;
  for (const v1::Rule& rule : inquiry->rulebook().policy().rules()) {
    decisions[rule.id()] = AppliesOf(AskRule(*inquiry, rule));
  }
  return decisions;
}

std::optional<Inquiry> InquiryBy(const Rulebook* rulebook, const Facts& facts) {
  if (rulebook == nullptr) return std::nullopt;
  return Inquiry(*rulebook, facts);
}

Applies Find(const std::map<std::string, Applies>& decisions, const std::string& rule) {
  const auto it = decisions.find(rule);
  return it == decisions.end() ? v1::Decision::APPLIES_UNSPECIFIED : it->second;
}

bool IsMet(const Inquiry& inquiry, const std::string& requirement) {
  const auto* definition = inquiry.rulebook().FindRequirement(requirement);
  return definition == nullptr || CoverageOf(inquiry, *definition).is_met();
}

// Whether a clearance for these protocols would not hold any more: the rule says more against it
// than it did, or asks for what is not met.
bool Reopens(const google::protobuf::RepeatedPtrField<std::string>& protocols,
             const Inquiry& inquiry, const std::string& id, Applies was, Applies is) {
  const v1::Rule* rule = inquiry.rulebook().FindRule(id);
  if (rule == nullptr || protocols.empty() || !IsAbout(rule->protocols(), protocols)) return false;
  if (rule->effect() != v1::RULE_EFFECT_REQUIRE) {
    return WeightOf(rule->effect(), is) > WeightOf(rule->effect(), was);
  }
  const bool asks_anew = was != v1::Decision::APPLIES_YES && was != v1::Decision::APPLIES_UNKNOWN &&
                         is != v1::Decision::APPLIES_NO;
  return asks_anew && !std::all_of(rule->requirements().begin(), rule->requirements().end(),
                                   [&](const std::string& each) { return IsMet(inquiry, each); });
}

}  // namespace

void Trial::Add(const OpenEpisode& episode, const Rulebook* before, const Rulebook* after) {
  ++episodes_;
  const std::optional<Inquiry> inquiry = InquiryBy(after, episode.facts);
  const auto said = DecisionsOf(InquiryBy(before, episode.facts));
  const auto says = DecisionsOf(inquiry);
  std::map<std::string, Applies> either = says;
  either.insert(said.begin(), said.end());
  for (const auto& [rule, unused] : either) {
    const Applies was = Find(said, rule);
    const Applies is = Find(says, rule);
    if (was == is) continue;
    v1::ApplyPolicyResponse::DecisionChange& change = changes_[{rule, was, is}];
    change.set_rule(rule);
    change.set_before(was);
    change.set_after(is);
    change.set_episode_count(change.episode_count() + 1);
    if (change.episodes_size() < kEpisodesNamedMax) change.add_episodes(episode.name);
    if (inquiry.has_value() && Reopens(episode.cleared_for, *inquiry, rule, was, is)) {
      change.set_clearances_reopened(change.clearances_reopened() + 1);
    }
  }
}

void Trial::Report(bool truncated, v1::ApplyPolicyResponse* reply) const {
  reply->set_episodes_evaluated(episodes_);
  reply->set_truncated(truncated);
  for (const auto& [key, change] : changes_) *reply->add_decision_changes() = change;
}

}  // namespace clarity::consultation
